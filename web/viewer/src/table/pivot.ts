import type { Answer, Cell, Column, PivotSpec, Selection, Total } from "../api.ts";
import { type Entry, entriesOf, type Group, Groups, spanOf } from "./groups.ts";

/** Where the numbers of a pivot stand. */
export interface Pivot {
  /** Columns of the answer: the fields of lines, the fields of columns, and the numbers. */
  rows: Column[];
  columns: Column[];
  values: Column[];
  lines: Entry[];
  /** Columns, each of which has all the values side by side. */
  places: Entry[];
  /** Undefined where the server has sent nothing. */
  cellAt: (line: Entry, place: Entry, value: number) => Cell | undefined;
}

/** The head of some columns: of a group, or of a total. */
export interface Head {
  group: Group | undefined;
  /** How many places it is wide, and how many lines it is tall. */
  wide: number;
  tall: number;
}

/** Lays a pivot out, in the answer's order. Nothing is added up here: totals of averages could not be. */
export function pivotOf(spec: PivotSpec, answer: Answer): Pivot | undefined {
  const [rows, columns, values] = [spec.rows, spec.columns, spec.values].map((names) => columnsOf(answer, names));
  if (!rows || !columns || !values) return undefined;
  const [down, across] = [new Groups(), new Groups()];
  const numbers: Cell[][][] = [];
  const put = (line: Group | undefined, place: Group | undefined, cells: Cell[]) => {
    if (!line || !place) return;
    const there = numbers[line.id] ?? [];
    there[place.id] = cells;
    numbers[line.id] = there;
  };

  const all: Total = { ...answer, fields: [...spec.rows, ...spec.columns] };
  for (const { line, place, cells } of read(spec, all)) put(down.make(line), across.make(place), cells);
  for (const total of spec.subtotals ? (answer.totals ?? []) : []) {
    for (const { line, place, cells } of read(spec, total)) put(down.find(line), across.find(place), cells);
  }

  return {
    rows,
    columns,
    values,
    lines: entriesOf(down, rows.length, spec.subtotals),
    places: entriesOf(across, columns.length, spec.subtotals),
    cellAt: (line, place, value) => numbers[idOf(line)]?.[idOf(place)]?.[value],
  };
}

/** The heads of the columns, one line for each of their fields. */
export function headsOf({ places, columns }: Pick<Pivot, "places" | "columns">): Head[][] {
  return columns.map((_, level) =>
    places.flatMap(({ trail }, index): Head[] => {
      if (trail.length === level) return [{ group: undefined, wide: 1, tall: columns.length - level }];
      const wide = spanOf(places, index, level);
      return wide > 0 ? [{ group: trail[level], wide, tall: 1 }] : [];
    }),
  );
}

/** The values of the fields that lead to a crossing; a total has fewer. */
export function crossingOf({ rows, columns }: Pivot, line: Entry, place: Entry): Selection {
  const down = line.trail.map(({ cell }, level) => [rows[level]?.name, cell]);
  const across = place.trail.map(({ cell }, level) => [columns[level]?.name, cell]);
  return Object.fromEntries([...down, ...across]);
}

function columnsOf(answer: Answer, names: readonly string[]): Column[] | undefined {
  const columns = names.map((name) => answer.columns.find((column) => column.name === name));
  return columns.includes(undefined) ? undefined : columns.filter((column) => column !== undefined);
}

/** The rows of an answer for some of the fields: where they stand, and their numbers. */
function* read(
  spec: PivotSpec,
  { fields, columns, rows }: Total,
): Generator<Record<"line" | "place" | "cells", Cell[]>> {
  const [kept, keptColumns] = [firstOf(spec.rows, fields), firstOf(spec.columns, fields)];
  if (kept.length + keptColumns.length !== fields.length) return;
  const indices = (names: readonly string[]) =>
    names.map((name) => columns.findIndex((column) => column.name === name));
  const [down, across, numbers] = [indices(kept), indices(keptColumns), indices(spec.values)];
  for (const row of rows) {
    const cells = (places: number[]) => places.map((place) => row[place] ?? null);
    yield { line: cells(down), place: cells(across), cells: cells(numbers) };
  }
}

/** The fields up to the first that is not kept: a total without the field before has no place. */
function firstOf(fields: readonly string[], kept: readonly string[]): readonly string[] {
  const end = fields.findIndex((field) => !kept.includes(field));
  return end < 0 ? fields : fields.slice(0, end);
}

function idOf({ trail }: Entry): number {
  return trail.at(-1)?.id ?? 0;
}
