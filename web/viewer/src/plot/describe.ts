import type { Answer, GaugeSpec, PartsSpec, PlotSpec, SeriesSpec } from "../api.ts";
import { CONVENTIONS, type Conventions, NOTHING } from "../format.ts";
import { type Field, numberOf } from "./fields.ts";
import { endWriter, type GaugePlot, readGauge } from "./gauge.ts";
import { type HeatmapPlot, readHeatmap } from "./heatmap.ts";
import { type PartsPlot, readParts } from "./parts.ts";
import { readScatter, type ScatterPlot } from "./scatter.ts";
import { readSeries, type SeriesPlot } from "./series.ts";
import { isPercent, isStacked } from "./stack.ts";

/** A plot in words, for people who do not see it. Empty if the answer lacks a column. */
export function describePlot(spec: PlotSpec, answer: Answer, conventions: Conventions = CONVENTIONS): string {
  const description = descriptionOf(spec, answer, conventions);
  return description ? `${description}. It can also be shown as a table.` : "";
}

function descriptionOf(spec: PlotSpec, answer: Answer, conventions: Conventions): string | undefined {
  switch (spec.type) {
    case "scatter": {
      const plot = readScatter(spec, answer, conventions);
      return plot && ofScatter(plot);
    }
    case "pie":
    case "funnel": {
      const plot = readParts(spec, answer, conventions);
      return plot && ofParts(spec, plot);
    }
    case "heatmap": {
      const plot = readHeatmap(spec, answer, conventions);
      return plot && ofHeatmap(plot);
    }
    case "gauge": {
      const plot = readGauge(spec, answer, conventions);
      return plot && ofGauge(spec, plot, conventions);
    }
    default: {
      const plot = readSeries(spec, answer, conventions);
      return plot && ofSeries(spec, plot);
    }
  }
}

function ofSeries(spec: SeriesSpec, { x, series, split, left }: SeriesPlot): string {
  const labels = split ? series[0]?.column.label : series.map(({ label }) => label).join(", ");
  const values = counted(x.cells.length, "value");
  const ends = `from ${x.write(x.cells[0] ?? null)} to ${x.write(x.cells.at(-1) ?? null)}`;
  return [
    `${seriesKind(spec)} of ${labels} by ${x.column.label}`,
    ...splitText(split, series, left),
    values,
    ends,
  ].join(", ");
}

function seriesKind(spec: SeriesSpec): string {
  const kind = `${spec.type} chart`;
  const stack = isPercent(spec) ? "percentage " : isStacked(spec) ? "stacked " : "";
  const text = stack + kind;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What the series are, and that some are left out. */
function splitText(split: Field | undefined, drawn: readonly { label: string }[], left: number): string[] {
  if (!split) return [];
  const labels = drawn.map(({ label }) => label).join(", ");
  const first = left > 0 ? `the first ${drawn.length} of ${drawn.length + left}: ` : "";
  return [`each ${split.column.label} by itself (${first}${labels})`];
}

function ofScatter({ x, y, split, groups, left }: ScatterPlot): string {
  const rows = groups.flatMap((group) => group.rows);
  const kind = `Scatter plot of ${y.column.label} by ${x.column.label}`;
  return [kind, ...splitText(split, groups, left), counted(rows.length, "point"), range(x, rows), range(y, rows)].join(
    ", ",
  );
}

function ofParts({ type }: PartsSpec, { label, value, parts }: PartsPlot): string {
  const kind = type === "pie" ? "Pie chart" : "Funnel";
  const [first] = parts;
  const greatest = parts.reduce((best, part) => (best && best.number >= part.number ? best : part), first);
  const last = parts.at(-1);
  const ends =
    type === "pie"
      ? `the largest ${greatest?.label ?? NOTHING} with ${greatest?.text ?? NOTHING} (${greatest?.share ?? NOTHING})`
      : `from ${first?.label ?? NOTHING} with ${first?.text ?? NOTHING} to ${last?.label ?? NOTHING} with ${last?.text ?? NOTHING}`;
  return `${kind} of ${value.column.label} by ${label.column.label}, ${counted(parts.length, "value")}, ${ends}`;
}

function ofHeatmap({ x, y, value, crossings }: HeatmapPlot): string {
  const kind = `Heat map of ${value.column.label} by ${x.column.label} and ${y.column.label}`;
  const rows = crossings.map(({ row }) => row);
  return [kind, counted(rows.length, "value"), range(value, rows)].join(", ");
}

function ofGauge({ min, max }: GaugeSpec, plot: GaugePlot, conventions: Conventions): string {
  const { value, cell, targetText } = plot;
  const write = endWriter(plot, conventions);
  const number = `Gauge of ${value.column.label}: ${value.write(cell)} on a scale from ${write(min)} to ${write(max)}`;
  return targetText ? `${number}, ${targetText}` : number;
}

/** From the least to the greatest of a field's values in these rows. */
function range({ column, cells, write }: Field, rows: readonly number[]): string {
  const sorted = rows
    .map((row) => cells[row] ?? null)
    .sort((one, other) => (numberOf(one) ?? 0) - (numberOf(other) ?? 0));
  return `${column.label} from ${write(sorted[0] ?? null)} to ${write(sorted.at(-1) ?? null)}`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
