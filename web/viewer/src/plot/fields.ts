import type { Answer, Cell, Column, PlotSpec } from "../api.ts";
import { type Conventions, formatter } from "../format.ts";

/** A column of the answer with its values, one a row, and the way they are written. */
export interface Field {
  column: Column;
  cells: Cell[];
  write: (cell: Cell) => string;
}

/** A field of the answer; undefined if it is not in there, or if the chart names none. */
export function fieldOf(answer: Answer, name: string | undefined, conventions: Conventions): Field | undefined {
  const index = answer.columns.findIndex((column) => column.name === name);
  const column = answer.columns[index];
  if (!column) return undefined;
  const cells = answer.rows.map((row) => row[index] ?? null);
  return { column, cells, write: formatter(column, cells, conventions) };
}

/** Whether the answer has every column that the chart names. */
export function isComplete(spec: PlotSpec, answer: Answer): boolean {
  const names = new Set(answer.columns.map(({ name }) => name));
  return namesOf(spec).every((name) => name === undefined || names.has(name));
}

function namesOf(spec: PlotSpec): (string | undefined)[] {
  switch (spec.type) {
    case "scatter":
      return [spec.x, spec.y, spec.size, spec.series, spec.label];
    case "pie":
    case "funnel":
      return [spec.label, spec.value];
    case "heatmap":
      return [spec.x, spec.y, spec.value];
    case "gauge":
      return [spec.value, spec.target];
    default:
      return [spec.x, ...spec.y, spec.series];
  }
}

/** A cell as the drawing measures it. Null: there is nothing to measure. */
export function numberOf(cell: Cell | undefined): number | null {
  if (cell === null || cell === undefined || typeof cell === "boolean") return null;
  const number = Number(cell);
  return Number.isFinite(number) ? number : null;
}

/** The numbers among the cells. */
export function numbersOf(cells: readonly Cell[]): number[] {
  return cells.map(numberOf).filter((number) => number !== null);
}

/** The values of a field in the order in which they first appear. */
export function distinct(cells: readonly Cell[]): Cell[] {
  return [...new Set(cells)];
}

/** Whether the values of a column lie on the calendar, whose order is not that of the rows. */
export function isTime({ type }: Column): boolean {
  return type === "date" || type === "timestamp";
}
