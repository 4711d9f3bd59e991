import { expect, it } from "vitest";
import type { Answer } from "../api.ts";
import { CONVENTIONS } from "../format.ts";
import { drawnColumns, totalOf } from "./columns.ts";
import { isSame, isSelected, selectionOf } from "./selection.ts";

const ANSWER: Answer = {
  columns: [
    { name: "carrier", label: "Carrier", type: "text", format: "plain", measure: false },
    { name: "late", label: "Late", type: "decimal", format: "decimal1", measure: false },
  ],
  rows: [
    ["UA", "0.125"],
    ["AA", "0.25"],
  ],
  truncated: false,
  as_of: "2014-01-01T00:00:00Z",
  time_zone: "UTC",
};

it("draws columns as the spec says, and others as the server says", () => {
  const [carrier, late] = drawnColumns(
    {
      type: "table",
      columns: [
        { field: "late", format: "percent", shade: true, colors: [{ at_least: 0.2, color: "bad" }] },
        { field: "carrier", shade: true, link: "https://example.com/{carrier}" },
        { field: "gone", link: "https://example.com/" },
      ],
    },
    ANSWER,
    { ...CONVENTIONS, locale: "en" },
  );
  expect(late?.write("0.125")).toBe("12.5%");
  expect(late?.shade("0.25")).toBe(1);
  expect(late?.tone("0.25")).toBe("bad");
  expect(late?.link).toBeUndefined();
  expect(carrier?.link?.(["UA", "1"])).toBe("https://example.com/UA");
  expect(carrier?.shade("UA")).toBeUndefined();
  expect(drawnColumns(undefined, ANSWER, { ...CONVENTIONS, locale: "en" })[1]?.write("0.125")).toBe("0.1");
});

it("has the grand total in the order of its columns, if one is wanted and there is one", () => {
  const column = ANSWER.columns[1] as Answer["columns"][number];
  const total = { fields: [], columns: [column], rows: [["0.375"]], truncated: false };
  const part = { fields: ["carrier"], columns: ANSWER.columns, rows: ANSWER.rows, truncated: false };
  const answer = { ...ANSWER, totals: [part, total] };
  expect(totalOf({ type: "table", totals: true }, answer)).toEqual([undefined, "0.375"]);
  expect(totalOf({ type: "table" }, answer)).toBeUndefined();
  expect(totalOf(undefined, answer)).toBeUndefined();
  expect(totalOf({ type: "table", totals: true }, ANSWER)).toBeUndefined();
  expect(totalOf({ type: "table", totals: true }, { ...ANSWER, totals: [part] })).toBeUndefined();
  expect(totalOf({ type: "table", totals: true }, { ...ANSWER, totals: [{ ...total, rows: [] }] })).toBeUndefined();
});

it("selects by all fields that both know", () => {
  const values = selectionOf(ANSWER.columns, ["UA", "0.125"]);
  expect(values).toEqual({ carrier: "UA", late: "0.125" });
  expect(isSelected(values, { carrier: "UA" })).toBe(true);
  expect(isSelected(values, { carrier: "UA", month: "2013-01-01" })).toBe(true);
  expect(isSelected(values, { carrier: "UA", late: "0.5" })).toBe(false);
  expect(isSelected(values, { month: "2013-01-01" })).toBe(false);
  expect(isSelected(values, undefined)).toBe(false);
});

it("selects a crossing by all its fields, so that totals are others", () => {
  const fields = ["origin", "month"];
  expect(isSame({ origin: "JFK", month: "Jan" }, { origin: "JFK", month: "Jan", n: 7 }, fields)).toBe(true);
  expect(isSame({ origin: "JFK" }, { origin: "JFK", month: "Jan" }, fields)).toBe(false);
  expect(isSame({ origin: "JFK", month: "Jan" }, { origin: "JFK" }, fields)).toBe(false);
  expect(isSame({}, { n: 7 }, fields)).toBe(false);
  expect(isSame({ origin: "JFK" }, undefined, fields)).toBe(false);
});
