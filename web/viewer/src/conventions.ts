import { createContext } from "svelte";
import type { Conventions } from "./format.ts";

/** How the person on the page reads numbers and dates: for whatever is drawn inside of the component that says so. */
export const [conventions, provideConventions] = createContext<() => Conventions>();
