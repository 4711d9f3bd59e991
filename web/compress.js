import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

// Puts beside every built file of the pages the same compressed as well as it can be, which takes too long to be done
// while somebody waits.

for (const page of ["viewer", "admin"]) {
  const assets = fileURLToPath(new URL(`dist/${page}/assets`, import.meta.url));
  for (const name of readdirSync(assets)) {
    writeFileSync(join(assets, `${name}.br`), brotliCompressSync(readFileSync(join(assets, name))));
  }
}
