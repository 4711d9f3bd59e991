import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

// How large the built files are, compressed with brotli, and how large they may be.

const dist = fileURLToPath(new URL("dist", import.meta.url));

/**
 * Bytes of what is promised to stay small. Throws if the drawings have no chunk of their own, which tables do without;
 * languages, the reader of Markdown, the explorer and what is behind Tableau's door are chunks too, of which nobody loads all, and
 * of the administration the code that hosts copy.
 */
export function sizes() {
  const assets = assetsOf("viewer");
  const [drawings, ...others] = [/\/Plot-/, /\/(ar|de|es|fr)-/, /\/read-/, /\/Explorer-/, /\/tableau-passage-/].map(
    (named) => assets.filter((path) => named.test(path)),
  );
  if (drawings.length === 0) throw new Error("there is no chunk of drawings of its own");
  const pages = assetsOf("admin");
  const code = pages.filter((path) => /\/HostCode-/.test(path));
  const tables = assets.filter((path) => ![...drawings, ...others.flat()].includes(path));
  return [
    { what: "SDK", bytes: compressed(["sdk/v1.js"]), most: 4_000 },
    { what: "embed.js", bytes: compressed(["sdk/embed.js"]), most: 4_000 },
    { what: "library for Tableau's hosts", bytes: compressed(["sdk/tableau.js"]), most: 8_000 },
    { what: "page with charts", bytes: compressed(["viewer/index.html", ...assets]), most: 300_000 },
    { what: "page of tables", bytes: compressed(["viewer/index.html", ...tables]), most: 60_000 },
    {
      what: "administration",
      bytes: compressed(["admin/index.html", ...pages.filter((path) => !code.includes(path))]),
      most: 60_000,
    },
    { what: "code of hosts", bytes: compressed(code), most: 10_000 },
  ];
}

function assetsOf(page) {
  return readdirSync(join(dist, page, "assets"))
    .filter((name) => extname(name) !== ".br")
    .map((name) => join(page, "assets", name));
}

/** Bytes of files after brotli; files that are compressed already count as they are. */
function compressed(paths) {
  return paths.reduce((sum, path) => {
    const bytes = readFileSync(join(dist, path));
    return sum + ([".woff2", ".png"].includes(extname(path)) ? bytes : brotliCompressSync(bytes)).length;
  }, 0);
}
