import { describe, expect, it } from "vitest";
import type { Cell, PlotSpec } from "../api.ts";
import { plotOptions } from "./plot.ts";
import { answerOf, PUNCTUAL, SETTING } from "./testkit.ts";

describe("gauges", () => {
  const spec: PlotSpec = { type: "gauge", value: "punctual", min: 0, max: 1, target: "goal" };

  it("have the number, the ends and the target", () => {
    expect(plotOptions(spec, PUNCTUAL, SETTING)).toMatchObject({
      series: [
        { data: [{ value: 0.781, name: "Goal: 85.0%" }] },
        { data: [{ name: "0%" }, { name: "100%" }] },
        { data: [{ value: 0.85 }] },
      ],
    });
  });

  it("stop at the ends, and are empty without a number", () => {
    const first = (cell: Cell) => plotOptions(spec, answerOf("punctual goal", [cell, null]), SETTING);
    expect(first("1.2")).toMatchObject({ series: [{ progress: { show: true }, data: [{ value: 1 }] }, {}] });
    expect(first(null)).toMatchObject({ series: [{ progress: { show: false } }, {}] });
  });
});
