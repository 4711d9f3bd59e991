import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import type { Reporter } from "vitest/node";

/** The names of what failed, after everything else: a run is long, and its causes stand far above its end. */
const failed: Reporter = {
  onTestRunEnd(modules, errors) {
    const names = modules.flatMap((module) => [
      ...module.errors().map((error) => `${module.relativeModuleId}: ${error.message}`),
      ...[...module.children.allSuites()].flatMap((suite) =>
        suite.errors().map((error) => `${module.relativeModuleId} > ${suite.fullName}: ${error.message}`),
      ),
      ...[...module.children.allTests("failed")].map((test) => `${module.relativeModuleId} > ${test.fullName}`),
    ]);
    for (const line of [...names, ...errors.map((error) => error.message)]) process.stderr.write(`failed: ${line}\n`);
  },
};

/** Browser tests: one Vitrine server and one host application for the whole run, in `rig.ts`. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  cacheDir: "../node_modules/.vite-e2e",
  test: {
    include: ["*.test.ts"],
    globalSetup: ["rig.ts"],
    fileParallelism: false,
    reporters: ["default", failed],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
