import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

/** The page in the frame: `dist/viewer/index.html`, and `dist/viewer/assets/*` with fingerprints, served under `/assets/`. */
export default defineConfig({
  root: "viewer",
  plugins: [svelte()],
  build: {
    outDir: "../dist/viewer",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    // A `data:` address would need a wider content security policy.
    assetsInlineLimit: 0,
    // The chart code is one lazy chunk of its own, whose size `npm run size` watches.
    chunkSizeWarningLimit: 1000,
  },
});
