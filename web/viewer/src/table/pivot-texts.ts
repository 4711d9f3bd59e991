import type { Answer, Cell, Column } from "../api.ts";
import { type Conventions, formatter, isNumber } from "../format.ts";
import { word } from "../words/words.svelte.ts";
import type { Group } from "./groups.ts";
import type { Pivot } from "./pivot.ts";
import { type Measure, widthOf } from "./widths.ts";

/** What is written for a value of a column; nothing where the server has sent nothing. */
export type Write = (column: Column | undefined, cell: Cell | undefined) => string;

/** Lines, and places, whose numbers tell how wide numbers are: the last, because totals are the widest. */
const [LAST_LINES, LAST_PLACES] = [300, 3];
/** Values of a field that tell how wide its heads are. */
const SOME = 300;
/** What the arrow of a group that can be folded takes, in CSS pixels. */
const SIGN = 20;

export function writerOf(answer: Answer, conventions: Conventions): Write {
  const writers = new Map(
    answer.columns.map((column, place) => {
      const cells = isNumber(column) ? [] : answer.rows.map((row) => row[place] ?? null);
      return [column.name, formatter(column, cells, conventions)];
    }),
  );
  return (column, cell) => (column && cell !== undefined && writers.get(column.name)?.(cell)) || "";
}

/** What the head of a group says, or that of a total. */
export function headOf(write: Write, columns: readonly Column[], level: number, group: Group | undefined): string {
  return group ? write(columns[level], group.cell) : word("total");
}

/** How wide the heads of lines are, one for each of their fields. */
export function labelWidths({ rows, lines }: Pivot, write: Write, measure: Measure, foldable: boolean): number[] {
  return rows.map((column, level) => {
    const groups = new Set(lines.map(({ trail }) => trail[level]));
    const texts = [...groups].slice(0, SOME).map((group) => headOf(write, rows, level, group));
    return widthOf([column.label, ...texts], measure) + (foldable && level === 0 ? SIGN : 0);
  });
}

/** How wide the columns of numbers are: those of one value are all alike. */
export function numberWidths(
  { columns, values, lines, places, cellAt }: Pivot,
  write: Write,
  measure: Measure,
): number[] {
  const last = columns.length - 1;
  const heads = places.map(({ trail, total }) => headOf(write, columns, last, total ? undefined : trail[last]));
  const widths = values.map((column, value) => {
    const numbers = lines
      .slice(-LAST_LINES)
      .flatMap((line) => places.slice(-LAST_PLACES).map((place) => write(column, cellAt(line, place, value))));
    const names = values.length > 1 || columns.length === 0 ? [column.label] : heads;
    return widthOf([...numbers, ...names], measure);
  });
  return places.flatMap(() => widths);
}
