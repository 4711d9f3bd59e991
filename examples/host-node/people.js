// Who works with Contrail. A real product asks its own database.

import { readFileSync } from "node:fs";

const people = new Map(Object.entries(JSON.parse(readFileSync(new URL("./people.json", import.meta.url), "utf8"))));

/** Every person with their handle, in the order of the file. */
export function everybody() {
  return [...people].map(([handle, person]) => ({ handle, ...person }));
}

/** The person with that handle, or undefined. */
export function personNamed(handle) {
  const person = people.get(handle);
  return person && { handle, ...person };
}

/** What Contrail vouches for when this person opens a workbook on the page at `origin`. */
export function claimsFor(person, workbook, origin) {
  return { ...person.session, content: { workbook }, origin };
}
