import { expect, it } from "vitest";
import type { Cell, ColorRule, Column } from "../api.ts";
import { shadeOf, type Tone, toneOf } from "./tones.ts";

const DELAY: ColorRule[] = [
  { at_least: 60, color: "bad" },
  { at_least: 15, less: 60, color: "warning" },
  { is_any_of: [0, "7", true, "UA"], color: "accent" },
  { less: 0, color: "good" },
];

it.each<[Column["type"], Cell, Tone | undefined]>([
  ["integer", 60, "bad"],
  ["integer", 59, "warning"],
  ["decimal", "15.00", "warning"],
  ["decimal", "14.99", undefined],
  ["decimal", "0.0", "accent"],
  ["integer", 7, "accent"],
  ["decimal", "-0.5", "good"],
  ["integer", null, undefined],
  ["text", "UA", "accent"],
  ["text", "ua", undefined],
  ["text", "7", "accent"],
  ["text", "99", undefined],
  ["boolean", true, "accent"],
  ["boolean", false, undefined],
])("gives %s %o the colour of the first rule that fits: %s", (type, cell, tone) => {
  expect(toneOf(DELAY, { name: "x", label: "X", type, format: "plain", measure: false }, cell)).toBe(tone);
});

it("shades from the least to the greatest number", () => {
  const shade = shadeOf(["10.0", null, 20, "15"]);
  expect(["10", 20, "15.0", null].map(shade)).toEqual([0, 1, 0.5, undefined]);
});

it("shades nothing if all numbers are the same, or there are none", () => {
  expect(shadeOf([3, 3])(3)).toBeUndefined();
  expect(shadeOf([null])(null)).toBeUndefined();
});
