import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

/** Browser tests: one Vitrine server and one host application for the whole run, in `rig.ts`. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  cacheDir: "../node_modules/.vite-e2e",
  test: {
    include: ["*.test.ts"],
    globalSetup: ["rig.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
