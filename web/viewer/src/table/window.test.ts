import { expect, it } from "vitest";
import { columnsIn, firstIn, linesIn, scrollTo } from "./window.ts";

const VIEW = { scrolled: 0, height: 340, line: 34, count: 100_000 };

it.each([
  ["at the top", VIEW, { first: 0, end: 20 }],
  ["in the middle", { ...VIEW, scrolled: 34_000 }, { first: 990, end: 1020 }],
  ["between two lines", { ...VIEW, scrolled: 34_017 }, { first: 990, end: 1021 }],
  ["at the end", { ...VIEW, scrolled: 3_400_000 - 340 }, { first: 99_980, end: 100_000 }],
  ["beyond the end, when rows have become fewer", { ...VIEW, scrolled: 9_999, count: 3 }, { first: 0, end: 3 }],
  ["drawn over the top, as touch screens do", { ...VIEW, scrolled: -80 }, { first: 0, end: 18 }],
  ["without lines", { ...VIEW, count: 0 }, { first: 0, end: 0 }],
  ["before it has a height", { ...VIEW, height: 0 }, { first: 0, end: 10 }],
])("draws the lines in view and some around them: %s", (_, view, lines) => {
  expect(linesIn(view)).toEqual(lines);
});

it.each([
  ["what is in view stays", 68, 0, 0],
  ["what is below comes up to the lower edge", 340, 0, 34],
  ["what is above comes down to the upper edge", 102, 340, 102],
])("scrolls no further than it takes: %s", (_, start, scrolled, expected) => {
  expect(scrollTo(start, 34, scrolled, 340)).toBe(expected);
});

it.each([
  ["at the start", 0, { first: 0, end: 8 }],
  ["in the middle", 1000, { first: 6, end: 18 }],
  ["at the end", 1500, { first: 11, end: 20 }],
])("draws the columns in view and some beside them: %s", (_, scrolled, columns) => {
  expect(columnsIn(Array(20).fill(100), scrolled, 500)).toEqual(columns);
});

it("draws all columns where they have room, and none where there are none", () => {
  expect(columnsIn([100, 200], 0, 500)).toEqual({ first: 0, end: 2 });
  expect(columnsIn([], 0, 500)).toEqual({ first: 0, end: 0 });
});

it("knows the first line that is seen as a whole", () => {
  expect(firstIn({ ...VIEW, scrolled: 35 })).toBe(2);
  expect(firstIn({ ...VIEW, scrolled: 9_999, count: 3 })).toBe(2);
});
