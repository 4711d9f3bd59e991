import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

// How large the built files are, compressed with brotli, and how large they may be.

const dist = fileURLToPath(new URL("dist", import.meta.url));

/** Bytes of what is promised to stay small. Throws if the charts have no chunk of their own, which tables do without. */
export function sizes() {
  const assets = readdirSync(join(dist, "viewer/assets")).map((name) => join("viewer/assets", name));
  const charts = assets.filter((path) => path.includes("/charts-"));
  if (charts.length === 0) throw new Error("there is no chunk of chart code of its own");
  const page = ["viewer/index.html", ...assets];
  return [
    { what: "SDK", bytes: compressed(["sdk/v1.js"]), most: 4_000 },
    { what: "embed.js", bytes: compressed(["sdk/embed.js"]), most: 4_000 },
    { what: "page with charts", bytes: compressed(page), most: 250_000 },
    { what: "page of tables", bytes: compressed(page.filter((path) => !charts.includes(path))), most: 50_000 },
  ];
}

/** Bytes of files after brotli; files that are compressed already count as they are. */
function compressed(paths) {
  return paths.reduce((sum, path) => {
    const bytes = readFileSync(join(dist, path));
    return sum + ([".woff2", ".png"].includes(extname(path)) ? bytes : brotliCompressSync(bytes)).length;
  }, 0);
}
