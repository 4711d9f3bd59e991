import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

/** Tests of pure code. What needs a browser is in `e2e/`. */
export default defineConfig({
  plugins: [svelte()],
  test: { include: ["{shared,sdk,client,viewer,admin}/**/*.test.ts"] },
});
