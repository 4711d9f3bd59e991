import { expect, it } from "vitest";
import { readRelaxed } from "./relaxed.ts";

it.each([
  ['{"origin": ["JFK", "LGA"], "month": null}', { origin: ["JFK", "LGA"], month: null }],
  ["{ 'origin': 'JFK', }", { origin: "JFK" }],
  ["{origin: ['JFK', 7, true,], $x1: -2.5}", { origin: ["JFK", 7, true], $x1: -2.5 }],
  ["['it\\'s', 'say \"so\"', \"a: b, }\"]", ["it's", 'say "so"', "a: b, }"]],
  ["[]", []],
])("%s is read", (text, expected) => {
  expect(readRelaxed(text)).toEqual(expected);
});

it.each(["{", "{origin}", "[JFK]", ""])("%s is no JSON", (text) => {
  expect(() => readRelaxed(text)).toThrow(SyntaxError);
});
