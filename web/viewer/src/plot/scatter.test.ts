import { describe, expect, it } from "vitest";
import type { PlotSpec } from "../api.ts";
import { plotOptions } from "./plot.ts";
import { ROUTES, SETTING, tooltipOf } from "./testkit.ts";

describe("scatter plots", () => {
  const spec: PlotSpec = {
    type: "scatter",
    x: "distance",
    y: "delay",
    size: "flights",
    series: "origin",
    label: "carrier",
  };

  it("have a point where there are both numbers, with an area in proportion", () => {
    expect(plotOptions(spec, ROUTES, SETTING)).toMatchObject({
      xAxis: { name: "Distance" },
      series: [
        { name: "EWR", data: [{ value: [100, 1.5], symbolSize: 34 }] },
        { name: "JFK", data: [{ value: [300, -2.5], symbolSize: 17 }] },
      ],
    });
  });

  it("say what a point is", () => {
    const text = tooltipOf(plotOptions(spec, ROUTES, SETTING), [1, 0]);
    expect(text).toBe("DL\n{dot|}Origin: JFK\nDistance: 300\nDelay: -2.5\nFlights: 100");
  });
});
