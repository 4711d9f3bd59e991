import { expect, it } from "vitest";
import { moved } from "./keys.ts";

const ROWS = { lines: 100, places: undefined, page: 10, rightToLeft: false };
const CELLS = { ...ROWS, places: 5 };
const SPOT = { line: 50, place: 2 };

it.each([
  ["ArrowDown", 51],
  ["ArrowUp", 49],
  ["PageDown", 60],
  ["PageUp", 40],
  ["Home", 0],
  ["End", 99],
])("%s moves among rows", (key, line) => {
  expect(moved({ key, ctrlKey: false }, { line: 50, place: 0 }, ROWS)?.line).toBe(line);
});

it.each([
  ["ArrowLeft", false, { line: 50, place: 1 }],
  ["ArrowRight", false, { line: 50, place: 3 }],
  ["Home", false, { line: 50, place: 0 }],
  ["End", false, { line: 50, place: 4 }],
  ["Home", true, { line: 0, place: 0 }],
  ["End", true, { line: 99, place: 4 }],
])("%s moves among cells", (key, ctrlKey, spot) => {
  expect(moved({ key, ctrlKey }, SPOT, CELLS)).toEqual(spot);
});

it("follows the direction of the script", () => {
  expect(moved({ key: "ArrowLeft", ctrlKey: false }, SPOT, { ...CELLS, rightToLeft: true })?.place).toBe(3);
});

it("stays within the table", () => {
  expect(moved({ key: "ArrowDown", ctrlKey: false }, { line: 99, place: 0 }, ROWS)?.line).toBe(99);
  expect(moved({ key: "PageUp", ctrlKey: false }, { line: 4, place: 0 }, ROWS)?.line).toBe(0);
});

it("leaves other keys alone, and rows to scroll sideways", () => {
  expect(moved({ key: "a", ctrlKey: false }, SPOT, CELLS)).toBeUndefined();
  expect(moved({ key: "ArrowRight", ctrlKey: false }, SPOT, ROWS)).toBeUndefined();
});
