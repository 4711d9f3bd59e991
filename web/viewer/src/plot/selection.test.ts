import { expect, it } from "vitest";
import type { PlotSpec, Selection } from "../api.ts";
import { plotOptions } from "./plot.ts";
import { selectionAt } from "./selection.ts";
import { answerOf, SETTING } from "./testkit.ts";

const ANSWER = answerOf(
  "month carrier flights delay origin",
  ["2013-01-01", "UA", 30, "1.5", "EWR"],
  ["2013-01-01", "B6", 10, null, "JFK"],
  ["2013-02-01", "UA", 20, "2.5", null],
);

it.each<[PlotSpec, number, number, Selection | undefined]>([
  [{ type: "line", x: "month", y: ["flights"] }, 0, 2, { month: "2013-02-01" }],
  [{ type: "bar", x: "month", y: ["flights", "delay"] }, 1, 0, { month: "2013-01-01" }],
  [{ type: "area", x: "month", y: ["flights"], series: "carrier" }, 1, 0, { month: "2013-01-01", carrier: "B6" }],
  [{ type: "bar", x: "month", y: ["flights"], series: "origin" }, 2, 1, { month: "2013-02-01", origin: null }],
  [{ type: "bar", x: "month", y: ["flights"] }, 0, 3, undefined],
  [{ type: "scatter", x: "flights", y: "delay" }, 0, 0, undefined],
  [{ type: "scatter", x: "flights", y: "delay", label: "origin" }, 0, 1, { origin: null }],
  [{ type: "scatter", x: "flights", y: "delay", series: "carrier" }, 0, 1, { carrier: "UA" }],
  [{ type: "pie", label: "carrier", value: "delay" }, 0, 1, { carrier: "UA" }],
  [{ type: "funnel", label: "carrier", value: "flights" }, 0, 1, { carrier: "B6" }],
  [{ type: "funnel", label: "carrier", value: "flights" }, 0, 3, undefined],
  [{ type: "heatmap", x: "month", y: "carrier", value: "delay" }, 0, 1, { month: "2013-02-01", carrier: "UA" }],
  [{ type: "gauge", value: "flights", min: 0, max: 100 }, 0, 0, undefined],
])("knows what a mark stands for: %#", (spec, series, item, expected) => {
  expect(selectionAt(spec, ANSWER, { series, item })).toEqual(expected);
});

/** How opaque the marks of each series are. */
function opacities(spec: PlotSpec, selected: Selection): number[][] {
  const options = plotOptions(spec, ANSWER, { ...SETTING, selected });
  const { series } = options as { series: { data: (number | null | { itemStyle?: { opacity?: number } })[] }[] };
  const opacityOf = (mark: (typeof series)[0]["data"][0]) =>
    (typeof mark === "object" && mark?.itemStyle?.opacity) || 1;
  return series.map(({ data }) => data.map(opacityOf));
}

it("makes marks faint that differ in a chosen field, and no others", () => {
  const bars: PlotSpec = { type: "bar", x: "month", y: ["flights"], series: "carrier" };
  expect(opacities(bars, { carrier: "UA" })).toEqual([
    [1, 1],
    [0.25, 0.25],
  ]);
  expect(opacities(bars, { carrier: "UA", month: "2013-01-01" })).toEqual([
    [1, 0.25],
    [0.25, 0.25],
  ]);
  expect(opacities(bars, { dest: "LAX" })).toEqual([
    [1, 1],
    [1, 1],
  ]);
});

it("keeps the chosen point of a faint line", () => {
  const line: PlotSpec = { type: "line", x: "month", y: ["flights"], series: "carrier" };
  expect(plotOptions(line, ANSWER, { ...SETTING, selected: { month: "2013-02-01" } })).toMatchObject({
    series: [
      { lineStyle: { opacity: 0.25 }, data: [{ itemStyle: { opacity: 0.25 } }, { itemStyle: { opacity: 1 } }] },
      {},
    ],
  });
});
