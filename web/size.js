import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

// How large the built files are, compressed with brotli, against what was promised. One kB is 1000 bytes.

const dist = fileURLToPath(new URL("dist", import.meta.url));
const assets = readdirSync(join(dist, "viewer/assets")).map((name) => join("viewer/assets", name));
const charts = assets.filter((path) => path.includes("/charts-"));
const page = ["viewer/index.html", ...assets];

const promises = [
  { what: "SDK", files: ["sdk/v1.js"], most: 4_000 },
  { what: "page with charts", files: page, most: 250_000 },
  { what: "page of tables", files: page.filter((path) => !charts.includes(path)), most: 50_000 },
];

let kept = charts.length > 0;
if (!kept) console.error("there is no chunk of chart code of its own");
for (const { what, files, most } of promises) {
  const size = files.map((path) => compressed(join(dist, path))).reduce((sum, bytes) => sum + bytes, 0);
  console.log(`${what}: ${(size / 1000).toFixed(1)} kB of at most ${most / 1000} kB`);
  if (size > most) kept = false;
}
process.exitCode = kept ? 0 : 1;

/** Bytes of a file after brotli; files that are compressed already count as they are. */
function compressed(path) {
  const bytes = readFileSync(path);
  return [".woff2", ".png"].includes(extname(path)) ? bytes.length : brotliCompressSync(bytes).length;
}
