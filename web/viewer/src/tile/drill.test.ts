import { expect, it } from "vitest";
import { dimensionsOf, drilledChart, stepInto } from "./drill.ts";

const WAY = ["month", "week", "date"];

it("draws the field that stands there after some steps, and touches nothing else", () => {
  const chart = { type: "line", x: "month", y: ["flights"], series: "origin" } as const;
  const steps = [{ field: "month", value: "2013-03-01" }];
  expect(drilledChart({ ...chart, y: ["flights"] }, WAY, steps)).toEqual({ ...chart, x: "week" });
  expect(drilledChart({ type: "bar", x: "bar", y: ["n"] }, ["bar", "foo"], [{ field: "bar", value: 1 }])).toEqual({
    type: "bar",
    x: "foo",
    y: ["n"],
  });
  expect(drilledChart({ ...chart, y: ["flights"] }, WAY, [])).toEqual(chart);
});

it("steps into a mark until the way ends", () => {
  expect(stepInto(WAY, [], { month: "2013-03-01", origin: "JFK" })).toEqual({ field: "month", value: "2013-03-01" });
  const steps = [{ field: "month", value: "2013-03-01" }];
  expect(stepInto(WAY, steps, { week: null })).toEqual({ field: "week", value: null });
  expect(stepInto(WAY, [...steps, { field: "week", value: null }], { date: "2013-03-04" })).toBeUndefined();
  expect(stepInto(WAY, [], { origin: "JFK" })).toBeUndefined();
  expect(stepInto([], [], { month: "2013-03-01" })).toBeUndefined();
});

it("keeps the dimensions of a row", () => {
  expect(dimensionsOf({ airline: "Delta", flights: 3 }, ["flights"])).toEqual({ airline: "Delta" });
});
