import { defineConfig } from "vite";

/**
 * The scripts for host pages, whose names host pages carry and that therefore never change: `dist/sdk/v1.js`, a module, and
 * `dist/sdk/embed.js`, a classic script, which Metabase's hosts load. Each is one file, so each is a build, called by mode.
 */
const FORMATS = { v1: "es", embed: "iife" } as const;

export default defineConfig(({ mode }) => {
  const name = mode === "embed" ? "embed" : "v1";
  return {
    build: {
      outDir: "dist/sdk",
      emptyOutDir: name === "v1",
      target: "es2022",
      modulePreload: { polyfill: false },
      rolldownOptions: { input: `sdk/${name}.ts`, output: { format: FORMATS[name], entryFileNames: `${name}.js` } },
    },
  };
});
