import type { EventfulElement } from "./events.ts";

/**
 * What our elements are made from. Where there are none, as on a server that renders pages, scripts may still be imported:
 * the classes are there, and nobody makes anything of them.
 */
export const HostElement = (globalThis.HTMLElement ?? Object) as new () => EventfulElement;

/** Makes an element known, unless there are none, or another copy of this script has done so. */
export function define(name: string, element: CustomElementConstructor): void {
  const { customElements } = globalThis as Partial<typeof globalThis>;
  if (customElements && !customElements.get(name)) customElements.define(name, element);
}
