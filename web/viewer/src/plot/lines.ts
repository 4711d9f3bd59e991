import type { SeriesSpec } from "../api.ts";
import { colorAt, opacityOf, type Scene } from "./scene.ts";
import { type SeriesPlot, seriesSelection } from "./series.ts";
import { isStacked, lengthsOf } from "./stack.ts";

/** A line with more points than this has no dots. */
const MANY_POINTS = 40;
/** Diameters of dots in pixels. */
const POINT = 5;
const OUTSTANDING_POINT = 8;

/** Lines and areas, one a series. */
export function linesOf(spec: SeriesSpec, plot: SeriesPlot, scene: Scene): object[] {
  const stacked = isStacked(spec);
  return plot.series.map(({ label }, index) => {
    const opacities = plot.x.cells.map((_, place) => opacityOf(seriesSelection(plot, index, place), scene));
    const opacity = Math.min(1, ...opacities);
    return {
      type: "line",
      name: label,
      color: colorAt(scene.ink, index),
      ...(stacked && { stack: "all" }),
      triggerEvent: scene.selectable ?? false,
      lineStyle: { width: stacked ? 1.5 : 2, opacity },
      ...(spec.type === "area" && { areaStyle: { opacity: opacity * (stacked ? 0.7 : 0.14) } }),
      ...pointsOf(lengthsOf(spec, plot, index), opacities, stacked),
    };
  });
}

/** The points of a line, with dots where there are few, or where a chosen point or one without neighbors needs one. */
function pointsOf(lengths: readonly (number | null)[], opacities: readonly number[], stacked: boolean): object {
  const few = lengths.length <= MANY_POINTS && !stacked;
  const faint = opacities.some((opacity) => opacity < 1);
  const data = lengths.map((value, place) => {
    const opacity = opacities[place] ?? 1;
    const outstanding = isAlone(lengths, place) || (faint && opacity === 1);
    if (!outstanding && !faint) return value;
    const symbolSize = outstanding ? OUTSTANDING_POINT : POINT;
    return { value, symbol: few || outstanding ? "circle" : "none", symbolSize, itemStyle: { opacity } };
  });
  const showSymbol = few || data.some((point) => typeof point === "object");
  return { symbol: few || !showSymbol ? "circle" : "none", symbolSize: POINT, showSymbol, showAllSymbol: true, data };
}

/** Whether no line leads to a point: without a dot it could not be seen. */
function isAlone(lengths: readonly (number | null)[], place: number): boolean {
  const neighbors = [lengths[place - 1], lengths[place + 1]];
  return lengths[place] !== null && neighbors.every((length) => length === null || length === undefined);
}
