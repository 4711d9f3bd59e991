import type { Answer, Cell, Selection, SeriesSpec } from "../api.ts";
import { type Conventions, isNumber } from "../format.ts";
import { distinct, type Field, fieldOf, isTime, numberOf } from "./fields.ts";
import { MOST_SERIES } from "./scene.ts";

/** Lines, areas or bars at the same places of an axis. */
export interface SeriesPlot {
  /** Its cells are the places. */
  x: Field;
  series: Series[];
  /** The field that tells the series apart. */
  split: Field | undefined;
  /** How many values of that field are not drawn. */
  left: number;
}

/** One line, area or group of bars: its cells are those at the places, null where there is none. */
export interface Series extends Field {
  label: string;
  /** The value of the field that tells the series apart. */
  value?: Cell;
}

/** Undefined if the answer lacks a column. */
export function readSeries(spec: SeriesSpec, answer: Answer, conventions: Conventions): SeriesPlot | undefined {
  const x = fieldOf(answer, spec.x, conventions);
  const measures = spec.y.map((name) => fieldOf(answer, name, conventions)).filter((field) => field !== undefined);
  if (!x || measures.length < spec.y.length) return undefined;
  const split = fieldOf(answer, spec.series, conventions);
  const [measure] = measures;
  if (split && measure) return splitSeries(x, measure, split);
  if (spec.series !== undefined) return undefined;
  const series = measures.map((field) => ({ ...field, label: field.column.label }));
  return { x, series, split: undefined, left: 0 };
}

function splitSeries(x: Field, measure: Field, split: Field): SeriesPlot {
  const places = distinct(x.cells);
  // The first series may lack some days, which are not to come last for that.
  if (isTime(x.column) || isNumber(x.column)) places.sort(compare);
  const values = distinct(split.cells);
  const series = values.slice(0, MOST_SERIES).map((value) => {
    const cells = cellsAt(places, x, measure, (row) => split.cells[row] === value);
    return { ...measure, label: split.write(value), value, cells };
  });
  return { x: { ...x, cells: places }, series, split, left: values.length - series.length };
}

/** Days come as texts whose order is theirs. */
function compare(one: Cell, other: Cell): number {
  const [left, right] = [numberOf(one), numberOf(other)];
  if (left !== null && right !== null) return left - right;
  return String(one) < String(other) ? -1 : 1;
}

function cellsAt(places: readonly Cell[], x: Field, measure: Field, belongs: (row: number) => boolean): Cell[] {
  const found = new Map<Cell, Cell>();
  measure.cells.forEach((cell, row) => {
    if (belongs(row)) found.set(x.cells[row] ?? null, cell);
  });
  return places.map((place) => found.get(place) ?? null);
}

/** What choosing the mark of a series at a place means. */
export function seriesSelection({ x, series, split }: SeriesPlot, index: number, place: number): Selection | undefined {
  const cell = x.cells[place];
  const chosen = series[index];
  if (cell === undefined || !chosen) return undefined;
  const own = split ? { [split.column.name]: chosen.value ?? null } : {};
  return { [x.column.name]: cell, ...own };
}
