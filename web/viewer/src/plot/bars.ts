import type { SeriesSpec } from "../api.ts";
import { colorAt, opacityOf, type Scene } from "./scene.ts";
import { type SeriesPlot, seriesSelection } from "./series.ts";
import { hasNegative, isStacked, lengthsOf } from "./stack.ts";

/** Bars, one group a series. */
export function barsOf(spec: SeriesSpec, plot: SeriesPlot, scene: Scene, sideways: boolean): object[] {
  const stacked = isStacked(spec);
  const { ink } = scene;
  const itemStyle = {
    borderRadius: stacked || hasNegative(plot) ? 0 : roundEnd(sideways, ink.rtl),
    ...(stacked && { borderColor: ink.card, borderWidth: 1 }),
  };
  return plot.series.map(({ label }, index) => ({
    type: "bar",
    name: label,
    color: colorAt(ink, index),
    ...(stacked && { stack: "all" }),
    barMaxWidth: 36,
    barCategoryGap: "28%",
    barGap: "8%",
    itemStyle,
    emphasis: { disabled: true },
    data: lengthsOf(spec, plot, index).map((value, place) => {
      const opacity = opacityOf(seriesSelection(plot, index, place), scene);
      return opacity < 1 ? { value, itemStyle: { opacity } } : value;
    }),
  }));
}

/** The radii of a bar's corners, clockwise from the top left: those away from the axis are round. */
function roundEnd(sideways: boolean, rtl: boolean): number[] {
  if (!sideways) return [3, 3, 0, 0];
  return rtl ? [3, 0, 0, 3] : [0, 3, 3, 0];
}
