import type { Answer, Cell, HeatmapSpec, Selection } from "../api.ts";
import type { Conventions } from "../format.ts";
import { categoryAxis, gridOf } from "./axes.ts";
import { readableOn } from "./color.ts";
import { distinct, type Field, fieldOf, numberOf } from "./fields.ts";
import { type Drawn, opacityOf, type Scene } from "./scene.ts";
import { axisWriter, widthOf } from "./text.ts";
import { type Hovered, type Line, markTooltip } from "./tooltip.ts";

/** Numbers at the crossings of two fields. */
export interface HeatmapPlot {
  x: Field;
  y: Field;
  value: Field;
  /** The values of the fields, each once. */
  columns: Cell[];
  rows: Cell[];
  crossings: Crossing[];
  least: number;
  most: number;
}

/** A number where a column meets a row, by their places; `row` is that of the answer. */
export interface Crossing {
  at: [number, number];
  number: number;
  row: number;
}

/** Undefined if the answer lacks a column. */
export function readHeatmap(spec: HeatmapSpec, answer: Answer, conventions: Conventions): HeatmapPlot | undefined {
  const [x, y, value] = [spec.x, spec.y, spec.value].map((name) => fieldOf(answer, name, conventions));
  if (!x || !y || !value) return undefined;
  const [columns, rows] = [distinct(x.cells), distinct(y.cells)];
  const [columnAt, rowAt] = [placesOf(columns), placesOf(rows)];
  const crossings = value.cells.flatMap((cell, row): Crossing[] => {
    const number = numberOf(cell);
    return number === null ? [] : [{ at: [columnAt(x.cells[row]), rowAt(y.cells[row])], number, row }];
  });
  const numbers = crossings.map(({ number }) => number);
  return { x, y, value, columns, rows, crossings, ...extentOf(numbers) };
}

function placesOf(cells: readonly Cell[]): (cell: Cell | undefined) => number {
  const places = new Map(cells.map((cell, place) => [cell, place]));
  return (cell) => places.get(cell ?? null) ?? 0;
}

/** The scale of colors. One number alone stands at the end of a scale from zero. */
function extentOf(numbers: readonly number[]): { least: number; most: number } {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  if (least < most) return { least, most };
  if (numbers.length === 0 || least === 0) return { least: 0, most: 1 };
  return { least: Math.min(0, least), most: Math.max(0, most) };
}

/** What choosing a crossing means. */
export function heatmapSelection({ x, y, crossings }: HeatmapPlot, item: number): Selection | undefined {
  const crossing = crossings[item];
  if (!crossing) return undefined;
  return { [x.column.name]: x.cells[crossing.row] ?? null, [y.column.name]: y.cells[crossing.row] ?? null };
}

const SCALE_HEIGHT = 34;

export function heatmapOptions(spec: HeatmapSpec, answer: Answer, scene: Scene): Drawn | undefined {
  const plot = readHeatmap(spec, answer, scene.conventions);
  if (!plot) return undefined;
  const area = { splitArea: { show: false }, splitLine: { show: false } };
  const axisLine = { show: false };
  return {
    grid: gridOf(scene, -6, SCALE_HEIGHT),
    legend: { show: false },
    tooltip: markTooltip(scene, (mark) => linesOf(plot, mark)),
    xAxis: { ...categoryAxis(plot.columns.map(plot.x.write), scene, { upright: false, gap: true }), ...area, axisLine },
    yAxis: { ...categoryAxis(plot.rows.map(plot.y.write), scene, { upright: true, gap: true }), ...area, axisLine },
    visualMap: colorScale(plot, scene),
    series: [{ type: "heatmap", data: cells(plot, scene), ...cellStyle(scene), label: { show: fits(plot, scene) } }],
  };
}

/** From a colour that is just not the card's, so that a small number differs from none. */
function colorScale({ value, least, most }: HeatmapPlot, scene: Scene): object {
  const { ink, area, conventions } = scene;
  const write = axisWriter([value], conventions);
  return {
    type: "continuous",
    min: least,
    max: most,
    calculable: false,
    hoverLink: false,
    orient: "horizontal",
    bottom: area.bottom,
    ...(ink.rtl ? { right: area.right } : { left: area.left }),
    padding: 0,
    itemWidth: 10,
    itemHeight: Math.min(160, area.width * 0.4),
    inRange: { color: [ink.line, ink.accent] },
    text: [write(most), write(least)],
    inverse: ink.rtl,
    textGap: 8,
    textStyle: { color: ink.muted, fontFamily: ink.font, fontSize: 12 },
  };
}

function cellStyle({ ink }: Scene): object {
  return {
    itemStyle: { borderColor: ink.card, borderWidth: 1.5, borderRadius: 3 },
    emphasis: { itemStyle: { color: "inherit", borderColor: ink.text, borderWidth: 1.5 } },
  };
}

function cells(plot: HeatmapPlot, scene: Scene): object[] {
  const { ink } = scene;
  const { least, most, value } = plot;
  return plot.crossings.map(({ at, number, row }, item) => ({
    value: [...at, number],
    itemStyle: { opacity: opacityOf(heatmapSelection(plot, item), scene) },
    label: {
      color: readableOn(ink.line, ink.accent, (number - least) / (most - least), [ink.text, ink.card]),
      fontFamily: ink.font,
      fontSize: LABEL_SIZE,
      formatter: () => value.write(value.cells[row] ?? null),
    },
  }));
}

const LABEL_SIZE = 11;
const MANY_CELLS = 200;

/** Whether the numbers can be written into the cells. */
function fits({ crossings, columns, rows, y, value }: HeatmapPlot, { area }: Scene): boolean {
  const beside = Math.max(...rows.map((cell) => widthOf(y.write(cell)))) + 16;
  const [width, height] = [(area.width - beside) / columns.length, (area.height - SCALE_HEIGHT - 24) / rows.length];
  const widest = Math.max(...value.cells.map((cell) => widthOf(value.write(cell), LABEL_SIZE)));
  return crossings.length <= MANY_CELLS && widest + 6 <= width && LABEL_SIZE + 4 <= height;
}

function linesOf({ x, y, value, crossings }: HeatmapPlot, { dataIndex, marker }: Hovered): Line[] {
  const row = crossings[dataIndex]?.row;
  if (row === undefined) return [];
  const text = ({ column, cells, write }: Field) => `${column.label}: ${write(cells[row] ?? null)}`;
  return [{ text: text(x) }, { text: text(y) }, { marker, text: text(value) }];
}
