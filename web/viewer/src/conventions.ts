import { createContext } from "svelte";
import type { Answer } from "./api.ts";
import type { Conventions } from "./format.ts";

/** How the person on the page reads numbers and dates: for whatever is drawn inside of the component that says so. */
export const [conventions, provideConventions] = createContext<() => Conventions>();

/** Inside of the component that says so, instants are written in the zone whose days and hours an answer is of. */
export function provideZone(answer: () => Answer | undefined): void {
  const outside = conventions();
  provideConventions(() => zoned(outside(), answer()));
}

/** The conventions with the zone of an answer. */
export function zoned(conventions: Conventions, answer: Answer | undefined): Conventions {
  return answer ? { ...conventions, timeZone: answer.time_zone } : conventions;
}
