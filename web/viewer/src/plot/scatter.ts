import type { Answer, ScatterSpec, Selection } from "../api.ts";
import type { Conventions } from "../format.ts";
import { gridOf, legendAbove, valueAxis } from "./axes.ts";
import { distinct, type Field, fieldOf, numberOf, numbersOf } from "./fields.ts";
import { colorAt, type Drawn, MOST_SERIES, opacityOf, type Scene } from "./scene.ts";
import { axisWriter } from "./text.ts";
import { type Hovered, type Line, markTooltip } from "./tooltip.ts";

/** Points at two numbers. */
export interface ScatterPlot {
  x: Field;
  y: Field;
  size: Field | undefined;
  split: Field | undefined;
  name: Field | undefined;
  /** The rows that are drawn, by the value of the field that tells them apart: all in one if there is none. */
  groups: { label: string; rows: number[] }[];
  /** How many values of that field are not drawn. */
  left: number;
  /** How many rows lack one of the numbers. */
  lacking: number;
}

/** Undefined if the answer lacks a column. */
export function readScatter(spec: ScatterSpec, answer: Answer, conventions: Conventions): ScatterPlot | undefined {
  const [x, y, size, split, name] = [spec.x, spec.y, spec.size, spec.series, spec.label].map((field) =>
    fieldOf(answer, field, conventions),
  );
  if (!x || !y) return undefined;
  const rows = [...answer.rows.keys()];
  const drawn = rows.filter((row) => numberOf(x.cells[row]) !== null && numberOf(y.cells[row]) !== null);
  const values = split ? distinct(split.cells) : [];
  const groups = values.slice(0, MOST_SERIES).map((value) => ({
    label: split?.write(value) ?? "",
    rows: drawn.filter((row) => split?.cells[row] === value),
  }));
  return {
    ...{ x, y, size, split, name },
    groups: split ? groups : [{ label: y.column.label, rows: drawn }],
    left: values.length - groups.length,
    lacking: rows.length - drawn.length,
  };
}

/** What choosing a point means: a point without a name or a series has none. */
export function scatterSelection({ split, name, groups }: ScatterPlot, group: number, item: number) {
  const row = groups[group]?.rows[item];
  const fields = [split, name].filter((field) => field !== undefined);
  if (row === undefined || fields.length === 0) return undefined;
  return Object.fromEntries(fields.map(({ column, cells }) => [column.name, cells[row] ?? null])) satisfies Selection;
}

export function scatterOptions(spec: ScatterSpec, answer: Answer, scene: Scene): Drawn | undefined {
  const plot = readScatter(spec, answer, scene.conventions);
  if (!plot) return undefined;
  const labels = plot.groups.map(({ label }) => label);
  const { legend, height } = legendAbove(labels, scene);
  return {
    grid: gridOf(scene, height),
    legend,
    tooltip: markTooltip(scene, (mark) => linesOf(plot, mark)),
    xAxis: numberAxis(plot.x, scene, false),
    yAxis: numberAxis(plot.y, scene, true),
    series: plot.groups.map((_, group) => points(plot, group, scene)),
  };
}

/** Both axes have names: nothing else says which number is which. */
function numberAxis(field: Field, scene: Scene, upright: boolean): object {
  const { ink } = scene;
  const name = upright
    ? { nameLocation: "end", nameGap: 12, nameTextStyle: nameStyle(scene, ink.rtl ? "right" : "left") }
    : { nameLocation: "middle", nameGap: 28, nameTextStyle: nameStyle(scene, "center") };
  return {
    ...valueAxis(axisWriter([field], scene.conventions), scene, upright),
    scale: true,
    ...name,
    name: field.column.label,
    axisLine: { show: false, onZero: false },
  };
}

function nameStyle({ ink }: Scene, align: string): object {
  return { color: ink.muted, fontFamily: ink.font, fontSize: 12, align };
}

/** Diameters in pixels. */
const POINT = 9;
const LEAST_POINT = 5;
const GREATEST_POINT = 34;
/** More names than this would hide the points. */
const MANY_NAMES = 30;

function points(plot: ScatterPlot, group: number, scene: Scene): object {
  const { ink } = scene;
  const { label, rows } = plot.groups[group] ?? { label: "", rows: [] };
  const diameter = diameterOf(plot);
  return {
    type: "scatter",
    name: label,
    color: colorAt(ink, group),
    data: rows.map((row, item) => ({
      value: [numberOf(plot.x.cells[row]), numberOf(plot.y.cells[row])],
      symbolSize: diameter(row),
      itemStyle: { opacity: 0.8 * opacityOf(scatterSelection(plot, group, item), scene) },
    })),
    itemStyle: { borderColor: ink.card, borderWidth: 1 },
    label: nameLabel(plot, rows, ink),
    labelLayout: { hideOverlap: true },
  };
}

function nameLabel({ name, x }: ScatterPlot, rows: readonly number[], ink: Scene["ink"]): object {
  return {
    show: name !== undefined && x.cells.length <= MANY_NAMES,
    position: ink.rtl ? "left" : "right",
    color: ink.text,
    fontFamily: ink.font,
    fontSize: 11,
    padding: [3, 4],
    textBorderColor: ink.card,
    textBorderWidth: 2,
    formatter: ({ dataIndex }: Hovered) => name?.write(name.cells[rows[dataIndex] ?? -1] ?? null) ?? "",
  };
}

/** Areas are in proportion to the numbers. What has no number, or none above zero, is as small as a point can be. */
function diameterOf({ size }: ScatterPlot): (row: number) => number {
  if (!size) return () => POINT;
  const most = Math.max(...numbersOf(size.cells), 0);
  return (row) => {
    const share = most > 0 ? Math.max(0, numberOf(size.cells[row]) ?? 0) / most : 0;
    return Math.max(LEAST_POINT, GREATEST_POINT * Math.sqrt(share));
  };
}

function linesOf(plot: ScatterPlot, { seriesIndex, dataIndex, marker }: Hovered): Line[] {
  const row = plot.groups[seriesIndex]?.rows[dataIndex];
  if (row === undefined) return [];
  const line = ({ column, cells, write }: Field) => ({ text: `${column.label}: ${write(cells[row] ?? null)}` });
  const title = plot.name ? [{ text: plot.name.write(plot.name.cells[row] ?? null) }] : [];
  const group = plot.split ? [{ ...line(plot.split), marker }] : [];
  const numbers = [plot.x, plot.y, plot.size].filter((field) => field !== undefined);
  return [...title, ...group, ...numbers.map(line)];
}
