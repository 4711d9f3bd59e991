import { untrack } from "svelte";

/** Counts how often the page has been dressed in other colors, so that drawings, which copy them, are drawn again. */
let times = $state(0);

export function worn(): number {
  return times;
}

export function dressed(): void {
  times = untrack(() => times) + 1;
}
