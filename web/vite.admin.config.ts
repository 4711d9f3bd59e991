import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

/** The page of administrators: `dist/admin/index.html`, and `dist/admin/assets/*` with fingerprints, served under `/admin/assets/`. */
export default defineConfig({
  root: "admin",
  base: "/admin/",
  plugins: [svelte()],
  build: {
    outDir: "../dist/admin",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    // A `data:` address would need a wider content security policy.
    assetsInlineLimit: 0,
  },
});
