import { expect, it } from "vitest";
import type { Cell, Column } from "../api.ts";
import { compareDecimals } from "./decimals.ts";
import { nextOrder, sorted } from "./order.ts";

function sort(type: Column["type"], cells: Cell[], descending = false, locale = "en"): Cell[] {
  const column: Column = { name: "x", label: "X", type, format: "plain", measure: false };
  return [...sorted(column, cells, descending, locale)].map((row) => cells[row] ?? null);
}

it.each<[string, Column["type"], Cell[], Cell[]]>([
  ["integers as numbers", "integer", [10, 9, -1, 100], [-1, 9, 10, 100]],
  ["decimals as numbers", "decimal", ["10.5", "9.75", "-1.25", "-1.3"], ["-1.3", "-1.25", "9.75", "10.5"]],
  [
    "large integers exactly, beside small ones",
    "integer",
    ["9007199254740993", "9007199254740992", 5, "-9007199254740993"],
    ["-9007199254740993", 5, "9007199254740992", "9007199254740993"],
  ],
  [
    "long decimals exactly",
    "decimal",
    ["0.12345678901234567891", "0.1234567890123456789", "0.12345678901234567889"],
    ["0.12345678901234567889", "0.1234567890123456789", "0.12345678901234567891"],
  ],
  ["texts as people do", "text", ["Zürich", "zebra", "Ärmel", "apple"], ["apple", "Ärmel", "zebra", "Zürich"]],
  ["days", "date", ["2013-02-01", "2012-12-31", "2013-01-15"], ["2012-12-31", "2013-01-15", "2013-02-01"]],
  ["no before yes", "boolean", [true, false, true], [false, true, true]],
  ["nothing", "text", [], []],
])("orders %s", (_, type, cells, expected) => {
  expect(sort(type, cells)).toEqual(expected);
  expect(sort(type, cells, true)).toEqual(expected.toReversed());
});

it("orders texts by the rules of the language", () => {
  expect(sort("text", ["z", "ö", "o"], false, "de")).toEqual(["o", "ö", "z"]);
  expect(sort("text", ["z", "ö", "o"], false, "sv")).toEqual(["o", "z", "ö"]);
  expect(sort("text", ["b", "a"], false, "not a locale")).toEqual(["a", "b"]);
});

it("puts nulls last both ways", () => {
  expect(sort("integer", [null, 2, null, 1])).toEqual([1, 2, null, null]);
  expect(sort("integer", [null, 2, null, 1], true)).toEqual([2, 1, null, null]);
});

it("keeps the order of rows that are equal, both ways", () => {
  expect(sort("decimal", ["2", "1.0", "1", "1.00"])).toEqual(["1.0", "1", "1.00", "2"]);
  expect(sort("decimal", ["1.0", "2", "1", "1.00"], true)).toEqual(["2", "1.0", "1", "1.00"]);
});

it.each([
  ["1", "1.000", 0],
  ["-0.1", "0.1", -1],
  ["123456789012345678901234567890.1", "123456789012345678901234567890.2", -1],
  ["-123456789012345678901234567890.1", "-123456789012345678901234567890.2", 1],
])("compares %s and %s digit by digit", (one, other, expected) => {
  expect(Math.sign(compareDecimals(one, other))).toBe(expected);
});

it("goes from ascending to descending and back", () => {
  const first = nextOrder(undefined, "carrier");
  expect(first).toEqual({ field: "carrier", descending: false });
  expect(nextOrder(first, "carrier")).toEqual({ field: "carrier", descending: true });
  expect(nextOrder({ field: "carrier", descending: true }, "carrier")).toBeUndefined();
  expect(nextOrder(first, "flights")).toEqual({ field: "flights", descending: false });
});
