import { describe, expect, it } from "vitest";
import type { Answer, Cell, Column, PivotSpec, Total } from "../api.ts";
import { type Entry, spanOf } from "./groups.ts";
import { crossingOf, headsOf, type Pivot, pivotOf } from "./pivot.ts";

const SPEC: PivotSpec = {
  type: "pivot",
  rows: ["origin", "carrier"],
  columns: ["month"],
  values: ["n"],
  subtotals: true,
};

const ROWS: Cell[][] = [
  ["JFK", "UA", "Jan", 1],
  ["JFK", "AA", "Feb", 2],
  ["EWR", "UA", "Feb", 3],
];
const TOTALS: Total[] = [
  total(
    ["origin", "month"],
    [
      ["JFK", "Jan", 10],
      ["JFK", "Feb", 20],
      ["EWR", "Feb", 30],
    ],
  ),
  total(
    ["month"],
    [
      ["Jan", 100],
      ["Feb", 200],
    ],
  ),
  total(
    ["origin", "carrier"],
    [
      ["JFK", "UA", 11],
      ["JFK", "AA", 22],
      ["EWR", "UA", 33],
    ],
  ),
  total(
    ["origin"],
    [
      ["JFK", 1000],
      ["EWR", 2000],
    ],
  ),
  total([], [[9999]]),
];

function columnsFor(names: string[]): Column[] {
  return names.map((name) => ({ name, label: name, type: "text", format: "plain", measure: false }));
}

function total(fields: string[], rows: Cell[][]): Total {
  return { fields, columns: columnsFor([...fields, "n"]), rows, truncated: false };
}

function answerOf(fields: string[], rows: Cell[][], totals?: Total[]): Answer {
  return {
    columns: columnsFor(fields),
    rows,
    truncated: false,
    as_of: "2014-01-01T00:00:00Z",
    time_zone: "UTC",
    ...(totals && { totals }),
  };
}

function laid(spec: Partial<PivotSpec>, answer: Answer): Pivot {
  const pivot = pivotOf({ ...SPEC, ...spec }, answer);
  if (!pivot) throw new Error("there is no pivot");
  return pivot;
}

function named({ trail, total: isTotal }: Entry): string {
  return [...trail.map(({ cell }) => cell), ...(isTotal ? ["Total"] : [])].join(" ");
}

/** The pivot as somebody would write it down: a line with its name and its numbers. */
function written(pivot: Pivot): string[] {
  return pivot.lines.map((line) => {
    const numbers = pivot.places.flatMap((place) =>
      pivot.values.map((_, value) => pivot.cellAt(line, place, value) ?? "."),
    );
    return [`${named(line)}:`, ...numbers].join(" ");
  });
}

const ANSWER = answerOf(["origin", "carrier", "month", "n"], ROWS, TOTALS);

it("puts each number and each total where it belongs", () => {
  const pivot = laid({}, ANSWER);
  expect(pivot.places.map(named)).toEqual(["Jan", "Feb", "Total"]);
  expect(written(pivot)).toEqual([
    "JFK UA: 1 . 11",
    "JFK AA: . 2 22",
    "JFK Total: 10 20 1000",
    "EWR UA: . 3 33",
    "EWR Total: . 30 2000",
    "Total: 100 200 9999",
  ]);
});

it("leaves totals empty that have not been sent, and adds nothing up", () => {
  expect(written(laid({}, { ...ANSWER, totals: TOTALS.slice(0, 1) })).slice(2)).toEqual([
    "JFK Total: 10 20 .",
    "EWR UA: . 3 .",
    "EWR Total: . 30 .",
    "Total: . . .",
  ]);
});

it("has no totals unless it should", () => {
  const pivot = laid({ subtotals: false }, ANSWER);
  expect(written(pivot)).toEqual(["JFK UA: 1 .", "JFK AA: . 2", "EWR UA: . 3"]);
});

it("ignores totals that have no place, and groups that it has no line for", () => {
  const stray = [
    total(["carrier", "month"], [["UA", "Jan", 7]]),
    total(["origin"], [["LGA", 7]]),
    total(["gone"], [["x", 7]]),
  ];
  expect(written(laid({}, { ...ANSWER, totals: [...TOTALS, ...stray] }))).toEqual(written(laid({}, ANSWER)));
});

it("finds totals whose fields come in another order", () => {
  const swapped: Total = {
    fields: ["month", "origin"],
    columns: columnsFor(["month", "origin", "n"]),
    rows: [["Jan", "JFK", 10]],
    truncated: false,
  };
  expect(written(laid({}, { ...ANSWER, totals: [swapped] }))[2]).toBe("JFK Total: 10 . .");
});

it("tells null from a total", () => {
  const answer = answerOf(
    ["origin", "carrier", "month", "n"],
    [[null, null, null, null]],
    [total(["origin", "month"], [[null, null, 5]])],
  );
  expect(written(laid({}, answer))).toEqual([" : . .", " Total: 5 .", "Total: . ."]);
});

it.each<[string, Partial<PivotSpec>, Answer, string[], string[]]>([
  [
    "without columns",
    { rows: ["origin"], columns: [], values: ["n", "m"] },
    answerOf(
      ["origin", "n", "m"],
      [["JFK", 1, 2]],
      [{ fields: [], columns: columnsFor(["n", "m"]), rows: [[8, 9]], truncated: false }],
    ),
    [""],
    ["JFK: 1 2", "Total: 8 9"],
  ],
  [
    "without rows",
    { rows: [], columns: ["month"] },
    answerOf(
      ["month", "n"],
      [
        ["Jan", 1],
        ["Feb", 2],
      ],
      [total([], [[3]])],
    ),
    ["Jan", "Feb", "Total"],
    [": 1 2 3"],
  ],
  [
    "of nested columns",
    { rows: ["origin"], columns: ["year", "month"] },
    answerOf(
      ["origin", "year", "month", "n"],
      [
        ["JFK", 2013, "Jan", 1],
        ["JFK", 2013, "Feb", 2],
        ["JFK", 2014, "Jan", 3],
      ],
      [
        total(
          ["origin", "year"],
          [
            ["JFK", 2013, 12],
            ["JFK", 2014, 3],
          ],
        ),
        total(["year"], [[2013, 120]]),
        total(["origin"], [["JFK", 6]]),
      ],
    ),
    ["2013 Jan", "2013 Feb", "2013 Total", "2014 Jan", "2014 Total", "Total"],
    ["JFK: 1 2 12 3 3 6", "Total: . . 120 . . ."],
  ],
  ["of no rows at all", {}, answerOf(["origin", "carrier", "month", "n"], []), [], []],
])("lays out pivots %s", (_, spec, answer, places, lines) => {
  const pivot = laid(spec, answer);
  expect(pivot.places.map(named)).toEqual(places);
  expect(written(pivot)).toEqual(lines);
});

it("is none if the answer lacks a column", () => {
  expect(pivotOf({ ...SPEC, values: ["gone"] }, ANSWER)).toBeUndefined();
});

it("has heads that span what is below them", () => {
  const rows: Cell[][] = [
    ["JFK", 2013, "Jan", 1],
    ["JFK", 2013, "Feb", 2],
    ["JFK", 2014, "Jan", 3],
  ];
  const pivot = laid(
    { rows: ["origin"], columns: ["year", "month"] },
    answerOf(["origin", "year", "month", "n"], rows),
  );
  const heads = headsOf(pivot).map((line) => line.map(({ group, wide, tall }) => [group?.cell ?? "Total", wide, tall]));
  expect(heads).toEqual([
    [
      [2013, 3, 1],
      [2014, 2, 1],
      ["Total", 1, 2],
    ],
    [
      ["Jan", 1, 1],
      ["Feb", 1, 1],
      ["Total", 1, 1],
      ["Jan", 1, 1],
      ["Total", 1, 1],
    ],
  ]);
});

describe("the head of a group of lines", () => {
  const { lines } = laid({}, ANSWER);

  it("stands for its lines and its total", () => {
    expect(lines.map((_, index) => spanOf(lines, index, 0))).toEqual([3, 0, 0, 2, 0, 0]);
    expect(lines.map((_, index) => spanOf(lines, index, 1))).toEqual([1, 1, 0, 1, 0, 0]);
  });

  it("begins with the first line that is drawn, and ends with the last", () => {
    expect([1, 2, 3].map((index) => spanOf(lines, index, 0, 1, 4))).toEqual([2, 0, 1]);
  });
});

it("knows the fields of a crossing, of which totals have fewer", () => {
  const pivot = laid({}, ANSWER);
  const [line, , subtotal] = pivot.lines;
  const [place] = pivot.places;
  if (!line || !subtotal || !place) throw new Error("there is no crossing");
  expect(crossingOf(pivot, line, place)).toEqual({ origin: "JFK", carrier: "UA", month: "Jan" });
  expect(crossingOf(pivot, subtotal, place)).toEqual({ origin: "JFK", month: "Jan" });
});
