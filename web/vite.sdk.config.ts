import { defineConfig } from "vite";

/** The script for host pages: `dist/sdk/v1.js`, a name that host pages carry and that therefore never changes. */
export default defineConfig({
  build: {
    outDir: "dist/sdk",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    rolldownOptions: { input: "sdk/v1.ts", output: { entryFileNames: "v1.js" } },
  },
});
