import type { Answer, GaugeSpec, PartsSpec, PlotSpec, SeriesSpec } from "../api.ts";
import { CONVENTIONS, type Conventions, NOTHING } from "../format.ts";
import { plotWord } from "../words/plot/plot-word.ts";
import type { PlotWords } from "../words/plot/words.ts";
import { type Field, numberOf } from "./fields.ts";
import { endWriter, type GaugePlot, readGauge } from "./gauge.ts";
import { type HeatmapPlot, readHeatmap } from "./heatmap.ts";
import { type Part, type PartsPlot, readParts } from "./parts.ts";
import { readScatter, type ScatterPlot } from "./scatter.ts";
import { readSeries, type SeriesPlot } from "./series.ts";
import { isPercent, isStacked } from "./stack.ts";

/** A plot in words, for people who do not see it. Empty if the answer lacks a column. */
export function describePlot(spec: PlotSpec, answer: Answer, conventions: Conventions = CONVENTIONS): string {
  const parts = partsOf(spec, answer, conventions);
  return parts ? plotWord("tableToo", { description: listed(parts) }) : "";
}

function partsOf(spec: PlotSpec, answer: Answer, conventions: Conventions): string[] | undefined {
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

function ofSeries(spec: SeriesSpec, { x, series, split, left }: SeriesPlot): string[] {
  const labels = series.map(({ label }) => label);
  const value = split ? (series[0]?.column.label ?? NOTHING) : listed(labels);
  return [
    plotWord(seriesKind(spec), { value, by: x.column.label }),
    ...splitText(split, labels, left),
    plotWord("values", { count: x.cells.length }),
    fromTo(x.write(x.cells[0] ?? null), x.write(x.cells.at(-1) ?? null)),
  ];
}

function seriesKind(spec: SeriesSpec): keyof PlotWords {
  const { type } = spec;
  if (type === "line" || !isStacked(spec)) return type;
  return isPercent(spec) ? `${type}Percent` : `${type}Stacked`;
}

/** What the series are, and that some are left out. */
function splitText(split: Field | undefined, drawn: readonly string[], left: number): string[] {
  if (!split) return [];
  const labels = listed(drawn);
  const first = { count: drawn.length, all: drawn.length + left, labels };
  return [plotWord("eachOf", { field: split.column.label, labels: left > 0 ? plotWord("firstOf", first) : labels })];
}

function ofScatter({ x, y, split, groups, left }: ScatterPlot): string[] {
  const rows = groups.flatMap((group) => group.rows);
  const labels = groups.map(({ label }) => label);
  return [
    plotWord("scatter", { value: y.column.label, by: x.column.label }),
    ...splitText(split, labels, left),
    plotWord("points", { count: rows.length }),
    range(x, rows),
    range(y, rows),
  ];
}

function ofParts({ type }: PartsSpec, { label, value, parts }: PartsPlot): string[] {
  return [
    plotWord(type, { value: value.column.label, by: label.column.label }),
    plotWord("values", { count: parts.length }),
    type === "pie" ? largest(parts) : fromTo(partText(parts[0]), partText(parts.at(-1))),
  ];
}

function largest(parts: readonly Part[]): string {
  const [first] = parts;
  const greatest = parts.reduce((best, part) => (best && best.number >= part.number ? best : part), first);
  return plotWord("largest", { part: partText(greatest), share: greatest?.share ?? NOTHING });
}

function partText(part: Part | undefined): string {
  return plotWord("part", { label: part?.label ?? NOTHING, value: part?.text ?? NOTHING });
}

function ofHeatmap({ x, y, value, crossings }: HeatmapPlot): string[] {
  const rows = crossings.map(({ row }) => row);
  return [
    plotWord("heatmap", { value: value.column.label, x: x.column.label, y: y.column.label }),
    plotWord("values", { count: rows.length }),
    range(value, rows),
  ];
}

function ofGauge({ min, max }: GaugeSpec, plot: GaugePlot, conventions: Conventions): string[] {
  const { value, cell, targetText } = plot;
  const write = endWriter(plot, conventions);
  const ends = { min: write(min), max: write(max) };
  const number = plotWord("gauge", { value: value.column.label, number: value.write(cell), ...ends });
  return targetText ? [number, targetText] : [number];
}

/** From the least to the greatest of a field's values in these rows. */
function range({ column, cells, write }: Field, rows: readonly number[]): string {
  const sorted = rows
    .map((row) => cells[row] ?? null)
    .sort((one, other) => (numberOf(one) ?? 0) - (numberOf(other) ?? 0));
  const ends = { least: write(sorted[0] ?? null), greatest: write(sorted.at(-1) ?? null) };
  return plotWord("range", { field: column.label, ...ends });
}

function fromTo(first: string, last: string): string {
  return plotWord("fromTo", { first, last });
}

function listed(texts: readonly string[]): string {
  return texts.join(plotWord("comma"));
}
