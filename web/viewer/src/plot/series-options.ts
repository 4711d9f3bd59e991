import type { Answer, SeriesSpec } from "../api.ts";
import { categoryAxis, gridOf, isSideways, legendAbove, valueAxis } from "./axes.ts";
import { barsOf } from "./bars.ts";
import { linesOf } from "./lines.ts";
import type { Drawn, Scene } from "./scene.ts";
import { readSeries, type SeriesPlot } from "./series.ts";
import { seriesTooltip } from "./series-tooltip.ts";
import { hasNegative, isPercent } from "./stack.ts";
import { axisWriter, shareWriter } from "./text.ts";

/** Lines, areas and bars. Undefined if the answer lacks a column. */
export function seriesOptions(spec: SeriesSpec, answer: Answer, scene: Scene): Drawn | undefined {
  const plot = readSeries(spec, answer, scene.conventions);
  if (!plot) return undefined;
  const labels = plot.x.cells.map(plot.x.write);
  const sideways = spec.type === "bar" && isSideways(plot.x, labels);
  const { legend, height } = legendAbove(
    plot.series.map(({ label }) => label),
    scene,
  );
  const category = categoryAxis(labels, scene, { upright: sideways, gap: spec.type === "bar" || labels.length === 1 });
  const value = { ...valueAxis(lengthWriter(spec, plot, scene), scene, !sideways), ...limitsOf(spec, plot) };
  return {
    grid: gridOf(scene, height),
    legend,
    tooltip: seriesTooltip(spec, plot, scene),
    xAxis: sideways ? value : category,
    yAxis: sideways ? category : value,
    series: spec.type === "bar" ? barsOf(spec, plot, scene, sideways) : linesOf(spec, plot, scene),
  };
}

function lengthWriter(spec: SeriesSpec, plot: SeriesPlot, { conventions }: Scene): (length: number) => string {
  return isPercent(spec) ? shareWriter(conventions) : axisWriter(plot.series, conventions);
}

/** An axis of shares ends at 100 %, one of whole numbers has no halves. */
function limitsOf(spec: SeriesSpec, plot: SeriesPlot): object {
  if (isPercent(spec)) return { min: hasNegative(plot) ? -1 : 0, max: 1 };
  const whole = plot.series.every(({ column }) => column.type === "integer" && column.format !== "percent");
  return whole ? { minInterval: 1 } : {};
}
