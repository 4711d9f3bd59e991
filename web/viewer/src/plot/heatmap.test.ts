import { describe, expect, it } from "vitest";
import type { Cell, PlotSpec } from "../api.ts";
import { plotOptions } from "./plot.ts";
import { answerOf, CROSSINGS, SETTING } from "./testkit.ts";

describe("heat maps", () => {
  const spec: PlotSpec = { type: "heatmap", x: "month", y: "origin", value: "delay" };

  it("have cells where there are numbers", () => {
    expect(plotOptions(spec, CROSSINGS, SETTING)).toMatchObject({
      visualMap: { min: 1, max: 3, calculable: false, hoverLink: false },
      xAxis: { data: ["Jan 2013", "Feb 2013"] },
      yAxis: { data: ["EWR", "JFK"] },
      series: [{ label: { show: true }, data: [{ value: [0, 0, 1] }, { value: [1, 1, 3] }] }],
    });
  });

  it("write numbers into cells only where there is room", () => {
    expect(plotOptions(spec, CROSSINGS, { ...SETTING, width: 80 })).toMatchObject({
      series: [{ label: { show: false } }],
    });
  });

  it("have a scale even for one number", () => {
    const one = (cell: Cell) => plotOptions(spec, answerOf("month origin delay", ["2013-01-01", "EWR", cell]), SETTING);
    expect(one("5")).toMatchObject({ visualMap: { min: 0, max: 5 } });
    expect(one("0")).toMatchObject({ visualMap: { min: 0, max: 1 } });
    expect(one(null)).toMatchObject({ visualMap: { min: 0, max: 1 } });
  });
});
