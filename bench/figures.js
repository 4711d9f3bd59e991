// Where measuring programs leave their figures: see README.md.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../build/bench", import.meta.url));

/** Keeps figures for the report under the name of the program that measured them. */
export function keep(program, figures) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${program}.json`), JSON.stringify(figures));
}

/** Every figure that was kept, by program. */
export function kept() {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return files.sort().flatMap((name) => JSON.parse(readFileSync(join(folder, name), "utf8")));
}
