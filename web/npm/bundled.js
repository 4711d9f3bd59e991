import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

// What the package brings of others, so that it depends on nothing: the types of `openapi-fetch`, whose code is built into
// `dist/client/api.js`, and its licence.

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const packages = ["openapi-fetch", "openapi-typescript-helpers"];
const here = (text) =>
  packages.reduce(
    (text, name) => text.replaceAll(new RegExp(`from (["'])${name}\\1`, "g"), `from "./${name}.js"`),
    text,
  );

for (const name of packages) {
  const types = readFileSync(path(`../node_modules/${name}/dist/index.d.mts`), "utf8");
  writeFileSync(path(`dist/client/${name}.d.ts`), here(types));
  const licence = readFileSync(path(`../node_modules/${name}/LICENSE`), "utf8");
  writeFileSync(path(`dist/client/${name}.LICENSE`), licence);
}
const api = path("dist/client/api.d.ts");
writeFileSync(api, here(readFileSync(api, "utf8")));
