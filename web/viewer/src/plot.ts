import type { EChartsCoreOption } from "echarts/core";
import type { Answer, Cell, Column, PlotSpec } from "./api.ts";
import { formatter, NOTHING } from "./format.ts";

/** Colours of a plot, from the page's style sheet. */
export interface Ink {
  text: string;
  muted: string;
  line: string;
  card: string;
  font: string;
  /** One a series, repeated when there are more series. */
  series: string[];
}

interface Series {
  label: string;
  values: (number | null)[];
  write: (cell: Cell) => string;
  cells: Cell[];
}

interface Plot {
  categories: string[];
  xLabel: string;
  series: Series[];
}

/** Labels longer than this stand beside their bars, not below them. */
const LONG_LABEL = 10;
/** A line with more points than this has no dots. */
const MANY_POINTS = 40;

/** Turns our chart spec and rows into options for the drawing library. Undefined if a column is not in the answer. */
export function plotOptions(spec: PlotSpec, answer: Answer, ink: Ink): EChartsCoreOption | undefined {
  const plot = readPlot(spec, answer);
  if (!plot) return undefined;
  const sideways = spec.type === "bar" && plot.categories.some((category) => category.length > LONG_LABEL);
  const category = categoryAxis(plot, spec, sideways, ink);
  const value = valueAxis(sideways, ink);
  return {
    animation: false,
    color: ink.series,
    textStyle: { fontFamily: ink.font, color: ink.text },
    grid: { left: 4, right: 16, top: plot.series.length > 1 ? 36 : 12, bottom: 4, containLabel: true },
    legend: {
      show: plot.series.length > 1,
      top: 0,
      left: 0,
      icon: "roundRect",
      itemWidth: 12,
      itemHeight: 12,
      textStyle: { color: ink.text },
    },
    tooltip: tooltip(plot, ink),
    xAxis: sideways ? value : category,
    yAxis: sideways ? category : value,
    series: plot.series.map((series) => drawnSeries(series, spec, sideways)),
  };
}

/** One sentence about a plot, for people who do not see it. */
export function describePlot(spec: PlotSpec, answer: Answer): string {
  const plot = readPlot(spec, answer);
  if (!plot) return "";
  const kind = spec.type === "line" ? "Line chart" : "Bar chart";
  const labels = plot.series.map(({ label }) => label).join(", ");
  const ends = `from ${plot.categories[0] ?? NOTHING} to ${plot.categories.at(-1) ?? NOTHING}`;
  return `${kind} of ${labels} by ${plot.xLabel}, ${plot.categories.length} values, ${ends}. It can also be shown as a table.`;
}

function readPlot(spec: PlotSpec, answer: Answer): Plot | undefined {
  const x = columnOf(answer, spec.x);
  const y = spec.y.map((name) => columnOf(answer, name));
  if (!x || y.includes(undefined)) return undefined;
  const series = y
    .filter((read) => read !== undefined)
    .map(({ column, cells }) => ({
      label: column.label,
      values: cells.map((cell) => (cell === null ? null : Number(cell))),
      write: formatter(column, cells),
      cells,
    }));
  return { categories: x.cells.map(formatter(x.column, x.cells)), xLabel: x.column.label, series };
}

function columnOf(answer: Answer, name: string): { column: Column; cells: Cell[] } | undefined {
  const index = answer.columns.findIndex((column) => column.name === name);
  const column = answer.columns[index];
  return column && { column, cells: answer.rows.map((row) => row[index] ?? null) };
}

function categoryAxis(plot: Plot, spec: PlotSpec, sideways: boolean, ink: Ink): object {
  return {
    type: "category",
    data: plot.categories,
    inverse: sideways,
    boundaryGap: spec.type === "bar",
    axisTick: { show: false },
    axisLine: { lineStyle: { color: ink.line } },
    axisLabel: { color: ink.muted, hideOverlap: true, ...(sideways && { width: 110, overflow: "truncate" }) },
  };
}

function valueAxis(sideways: boolean, ink: Ink): object {
  const compact = new Intl.NumberFormat(undefined, { notation: "compact" });
  return {
    type: "value",
    splitNumber: sideways ? 2 : 4,
    splitLine: { lineStyle: { color: ink.line } },
    axisLabel: { color: ink.muted, hideOverlap: true, formatter: (value: number) => compact.format(value) },
  };
}

/** Rich text: the library's HTML tooltip needs inline styles and raw markup, which the page's policy forbids. */
function tooltip(plot: Plot, ink: Ink): object {
  return {
    trigger: "axis",
    renderMode: "richText",
    confine: true,
    backgroundColor: ink.card,
    borderColor: ink.line,
    textStyle: { color: ink.text, fontSize: 13 },
    axisPointer: { type: "shadow", shadowStyle: { color: ink.line, opacity: 0.35 } },
    formatter: (marks: { dataIndex: number }[]) => (marks[0] ? tooltipText(plot, marks[0].dataIndex) : ""),
  };
}

function tooltipText(plot: Plot, index: number): string {
  const lines = plot.series.map(({ label, write, cells }) => `${label}: ${write(cells[index] ?? null)}`);
  return withoutMarkup([plot.categories[index] ?? NOTHING, ...lines].join("\n"));
}

/** Keeps `{style|text}` in a value from being read as markup of rich text, by a space of no width. */
function withoutMarkup(text: string): string {
  return text.replaceAll("{", "{\u200b");
}

function drawnSeries(series: Series, spec: PlotSpec, sideways: boolean): object {
  const common = { name: series.label, data: series.values };
  if (spec.type === "line") {
    return {
      ...common,
      type: "line",
      lineStyle: { width: 2 },
      symbol: "circle",
      symbolSize: 5,
      showSymbol: series.values.length <= MANY_POINTS,
    };
  }
  return {
    ...common,
    type: "bar",
    barMaxWidth: 32,
    itemStyle: { borderRadius: sideways ? [0, 3, 3, 0] : [3, 3, 0, 0] },
  };
}
