import type { Answer, Cell, Column, TableSpec } from "../api.ts";
import { type Conventions, formatter, isNumber } from "../format.ts";
import { type Link, linkOf } from "./links.ts";
import { shadeOf, type Tone, toneOf } from "./tones.ts";

/** A column of a table, and how its cells are drawn. */
export interface DrawnColumn {
  column: Column;
  cells: readonly Cell[];
  number: boolean;
  write: (cell: Cell) => string;
  tone: (cell: Cell) => Tone | undefined;
  /** From 0 to 1. */
  shade: (cell: Cell) => number | undefined;
  link: Link | undefined;
}

/** The grand total that is wanted below a table, in the order of its columns: of dimensions there is none. */
export function totalOf(spec: TableSpec | undefined, answer: Answer): (Cell | undefined)[] | undefined {
  const total = spec?.totals ? answer.totals?.find(({ fields }) => fields.length === 0) : undefined;
  const row = total?.rows[0];
  if (!total || !row) return undefined;
  return answer.columns.map(({ name }) => {
    const place = total.columns.findIndex((column) => column.name === name);
    return place < 0 ? undefined : (row[place] ?? null);
  });
}

/** The columns of an answer, drawn as the spec says where it says something. */
export function drawnColumns(spec: TableSpec | undefined, answer: Answer, conventions: Conventions): DrawnColumn[] {
  return answer.columns.map((column, place) => {
    const {
      format = column.format,
      colors = [],
      shade,
      link,
    } = spec?.columns?.find(({ field }) => field === column.name) ?? {};
    const cells = answer.rows.map((row) => row[place] ?? null);
    const number = isNumber(column);
    return {
      column,
      cells,
      number,
      write: formatter({ ...column, format }, cells, conventions),
      tone: (cell) => toneOf(colors, column, cell),
      shade: shade && number ? shadeOf(cells) : () => undefined,
      link: link === undefined ? undefined : linkOf(link, answer.columns),
    };
  });
}
