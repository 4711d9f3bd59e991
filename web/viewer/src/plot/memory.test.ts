import { expect, it } from "vitest";
import LRU from "zrender/lib/core/LRU.js";
import { rememberByOwnNames } from "./memory.ts";

it("remembers texts that objects have as names, and changes no object by it", () => {
  rememberByOwnNames();
  const memory = new LRU<number>(2);
  for (const text of ["__proto__", "constructor", "toString"]) {
    expect(memory.get(text)).toBeUndefined();
    memory.put(text, text.length);
    expect(memory.get(text)).toBe(text.length);
  }
  expect(memory.get("__proto__")).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(Object.keys(Object)).toEqual([]);
});
