import { expect, it } from "vitest";
import type { Cell, Column } from "./api.ts";
import { formatter } from "./format.ts";

function write(type: Column["type"], format: Column["format"], cells: Cell[]): string[] {
  const column: Column = { name: "x", label: "X", type, format };
  return cells.map(formatter(column, cells, "en-GB"));
}

it("writes numbers in the column's format", () => {
  expect(write("integer", "integer", [336776, 0, -7])).toEqual(["336,776", "0", "-7"]);
  expect(write("integer", "plain", [2013])).toEqual(["2013"]);
  expect(write("decimal", "decimal1", ["12.345", "1000"])).toEqual(["12.3", "1,000.0"]);
  expect(write("decimal", "decimal2", ["0.005"])).toEqual(["0.01"]);
  expect(write("decimal", "plain", ["12.3450"])).toEqual(["12.345"]);
});

it("loses no digit of what comes as text", () => {
  expect(write("integer", "integer", ["9007199254740993"])).toEqual(["9,007,199,254,740,993"]);
  expect(write("decimal", "decimal2", ["123456789012345678.91"])).toEqual(["123,456,789,012,345,678.91"]);
});

it("writes dates by their grain", () => {
  expect(write("date", "plain", ["2013-01-01", "2014-01-01"])).toEqual(["2013", "2014"]);
  expect(write("date", "plain", ["2013-01-01", "2013-02-01"])).toEqual(["Jan 2013", "Feb 2013"]);
  expect(write("date", "plain", ["2013-01-01", "2013-01-31"])).toEqual(["1 Jan 2013", "31 Jan 2013"]);
  expect(write("date", "plain", ["2013-01-01"])).toEqual(["1 Jan 2013"]);
});

it("writes timestamps in UTC and says so", () => {
  expect(write("timestamp", "plain", ["2013-01-31T05:00:00Z"])).toEqual(["31 Jan 2013, 05:00 UTC"]);
  expect(write("timestamp", "plain", ["2013-01-01T00:00:00Z", "2013-02-01T00:00:00Z"])).toEqual([
    "Jan 2013",
    "Feb 2013",
  ]);
});

it("writes what is no number or date as it is", () => {
  expect(write("text", "plain", ["<b>", ""])).toEqual(["<b>", ""]);
  expect(write("boolean", "plain", [true, false])).toEqual(["Yes", "No"]);
  expect(write("integer", "integer", [null])).toEqual(["–"]);
});
