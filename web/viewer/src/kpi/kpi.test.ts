import { describe, expect, it } from "vitest";
import type { Answer, Cell, KpiSpec, NumberFormat } from "../api.ts";
import { CONVENTIONS } from "../format.ts";
import { comparisonOf } from "./comparison.ts";
import { charactersOf, readingOf } from "./reading.ts";
import { sparklineOf } from "./sparkline.ts";

const CONVENTIONS_HERE = { ...CONVENTIONS, locale: "en-GB" };

function answerOf(rows: Cell[][], format: NumberFormat = "integer"): Answer {
  return {
    columns: [
      { name: "month", label: "Month", type: "date", format: "plain", measure: false },
      { name: "flights", label: "Flights", type: "integer", format, measure: false },
      { name: "plan", label: "Plan", type: "integer", format, measure: false },
    ],
    rows,
    truncated: false,
    as_of: "2014-01-01T00:00:00Z",
    time_zone: "UTC",
  };
}

function read(spec: Omit<KpiSpec, "type" | "value">, rows: Cell[][], format?: NumberFormat) {
  return readingOf({ type: "kpi", value: "flights", ...spec }, answerOf(rows, format), CONVENTIONS_HERE);
}

describe("a comparison", () => {
  it.each<[Cell, Cell, KpiSpec["better"], object | undefined]>([
    [110, 100, "higher", { difference: 10, share: 0.1, direction: "up", verdict: "good" }],
    [110, 100, "lower", { difference: 10, share: 0.1, direction: "up", verdict: "bad" }],
    ["90", "100.0", "lower", { difference: -10, share: -0.1, direction: "down", verdict: "good" }],
    [90, 100, undefined, { difference: -10, share: -0.1, direction: "down", verdict: undefined }],
    [100, 100, "higher", { difference: 0, share: 0, direction: "same", verdict: undefined }],
    [10, 0, "higher", { difference: 10, share: undefined, direction: "up", verdict: "good" }],
    [-5, -10, "higher", { difference: 5, share: 0.5, direction: "up", verdict: "good" }],
    [null, 100, "higher", undefined],
    [100, null, "higher", undefined],
    ["x", 100, "higher", undefined],
  ])("of %o with %o, where %s is better", (now, base, better, expected) => {
    expect(comparisonOf(now, base, better)).toEqual(expected);
  });
});

describe("a number", () => {
  const YEAR: Cell[][] = [
    ["2013-01-01", 3690, 3500],
    ["2013-02-01", 3930, 4000],
    ["2013-03-01", 4093, 4000],
  ];

  it("stands alone", () => {
    expect(read({}, [[null, 4093, null]])).toEqual({
      text: "4,093",
      empty: false,
      comparison: undefined,
      history: undefined,
    });
  });

  it("is compared with another one", () => {
    const { comparison } = read({ compare: "plan", better: "higher" }, [[null, 4093, 4000]]);
    expect(comparison).toMatchObject({ text: "2.3% (+93) vs Plan", direction: "up", verdict: "good" });
  });

  it("is the last of several, compared with the one before", () => {
    const { text, comparison, history } = read({ over: "month" }, YEAR);
    expect(text).toBe("4,093");
    expect(comparison).toMatchObject({ text: "4.1% (+163) vs Feb 2013", direction: "up", verdict: undefined });
    expect(history?.text).toBe("3 values from 3,690 in Jan 2013 to 4,093 in Mar 2013");
  });

  it("is rather compared with the other one, if there are both", () => {
    expect(read({ over: "month", compare: "plan" }, YEAR).comparison?.text).toBe("2.3% (+93) vs Plan");
  });

  it.each<[string, Cell, Cell, NumberFormat, string]>([
    ["of nothing, as a number only", 93, 0, "integer", "+93 vs Plan"],
    ["of the same", 93, 93, "integer", "No change vs Plan"],
    ["of percents, in points", "0.125", "0.1", "percent", "+2.5 points vs Plan"],
    ["of money", "90", "100", { currency: "EUR" }, "10.0% (-€10.00) vs Plan"],
  ])("tells the difference %s", (_, now, plan, format, expected) => {
    expect(read({ compare: "plan" }, [[null, now, plan]], format).comparison?.text).toBe(expected);
  });

  it.each<[string, Cell[][]]>([
    ["no rows", []],
    ["no value in the last row", [...YEAR, ["2013-04-01", null, 4000]]],
  ])("is compared with nothing if there are %s", (_, rows) => {
    expect(read({ over: "month", compare: "plan" }, rows)).toMatchObject({
      text: "–",
      empty: true,
      comparison: undefined,
    });
  });

  it("is nothing if its column is missing", () => {
    expect(readingOf({ type: "kpi", value: "gone" }, answerOf(YEAR), CONVENTIONS_HERE)).toMatchObject({
      text: "–",
      empty: true,
    });
  });
});

it.each<[string, (number | null)[], string | undefined, number | undefined]>([
  ["from the least to the greatest", [0, 10, 5], "M0 24L50 0L100 12", 0.5],
  ["in the middle, if all are the same", [3, 3], "M0 12L100 12", 0.5],
  ["with gaps", [0, 10, null, 10, 0], "M0 24L25 0M75 0L100 24", 0],
  ["without an end, if that is missing", [0, 10, null], "M0 24L50 0", undefined],
])("draws a line %s", (_, values, line, end) => {
  expect(sparklineOf(values)).toMatchObject({ line, end });
});

it("draws no line through fewer than two numbers", () => {
  expect(sparklineOf([null, 1])).toBeUndefined();
  expect(sparklineOf([])).toBeUndefined();
});

it("draws the area down to the bottom", () => {
  expect(sparklineOf([0, 10])?.area).toBe("M0 24L0 24L100 0L100 24Z");
});

it("takes signs for wider than digits", () => {
  expect(charactersOf("4,093")).toBe(5);
  expect(charactersOf("21.3%")).toBe(5.6);
  expect(charactersOf("€٣٤")).toBe(3.6);
});
