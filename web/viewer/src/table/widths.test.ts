import { expect, it } from "vitest";
import { limited, spread, widthOf } from "./widths.ts";

const measure = (text: string) => text.length * 10;

it("fits a column to its longest text, within limits", () => {
  expect(widthOf(["ab", "abcdef", "abc"], measure)).toBe(104);
  expect(widthOf([], measure)).toBe(48);
  expect(widthOf(["a".repeat(100)], measure)).toBe(320);
  expect(widthOf(["a".repeat(100)], measure, 1200)).toBe(1044);
});

it("fills the room, and never squeezes", () => {
  expect(spread([100, 300], 800)).toEqual([200, 600]);
  expect(spread([100, 300], 320)).toEqual([100, 300]);
  expect(spread([100, 300], 0)).toEqual([100, 300]);
});

it("keeps a column visible", () => {
  expect([-20, 20, 400, 9999].map((width) => limited(width))).toEqual([48, 48, 400, 1200]);
});
