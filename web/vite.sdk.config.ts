import { defineConfig } from "vite";

/**
 * The scripts for host pages. Each is one file, so each is a build, called by mode.
 *
 * The server has three, whose names host pages carry and that therefore never change: `dist/sdk/v1.js`, a module,
 * `dist/sdk/embed.js`, a classic script, which Metabase's hosts load, and `dist/sdk/tableau.js`, the module of Tableau's. `npm/dist/sdk/v1.js` is the module for hosts that bundle, and
 * `npm/dist/client/api.js` the API for their back ends.
 */
const SCRIPTS = {
  v1: { source: "v1", folder: "dist/sdk", format: "es", minify: true },
  embed: { source: "embed", folder: "dist/sdk", format: "iife", minify: true },
  tableau: { source: "tableau", folder: "dist/sdk", format: "es", minify: true },
  npm: { source: "v1", folder: "npm/dist/sdk", format: "es", minify: false },
  api: { source: "api", folder: "npm/dist/client", format: "es", minify: false },
} as const;

export default defineConfig(({ mode }) => {
  const { source, folder, format, minify } = SCRIPTS[mode as keyof typeof SCRIPTS];
  return {
    build: {
      outDir: folder,
      emptyOutDir: mode !== "embed" && mode !== "tableau",
      target: "es2022",
      minify,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: `${mode === "api" ? "client" : "sdk"}/${source}.ts`,
        preserveEntrySignatures: "strict",
        output: { format, entryFileNames: `${source}.js` },
      },
    },
  };
});
