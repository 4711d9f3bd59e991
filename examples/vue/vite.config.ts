import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

/** Vitrine's elements are the browser's, and no components of Vue's. */
const isCustomElement = (tag: string) => tag.startsWith("vitrine-");

export default defineConfig({ plugins: [vue({ template: { compilerOptions: { isCustomElement } } })] });
