import type { Answer, Cell, Column, KpiSpec } from "../api.ts";
import { type Conventions, differenceWriter, formatter, NOTHING, shareWriter } from "../format.ts";
import { word } from "../words/words.svelte.ts";
import { type Comparison, comparisonOf } from "./comparison.ts";
import { type Sparkline, sparklineOf } from "./sparkline.ts";

/** A number as it is shown, with what is said about it. */
export interface Reading {
  text: string;
  /** Whether there is nothing to read. */
  empty: boolean;
  comparison: (Pick<Comparison, "direction" | "verdict"> & { text: string }) | undefined;
  history: (Sparkline & { text: string }) | undefined;
}

/** About how many digits are as wide as a text: signs of percent and of currencies are wider. */
export function charactersOf(text: string): number {
  return text.length + 0.6 * (text.match(/[^\p{Nd}\p{P}\s]|%/gu)?.length ?? 0);
}

interface Read {
  column: Column;
  cells: Cell[];
  write: (cell: Cell) => string;
}

/** Reads the number of the last row: without `over` there is only one. */
export function readingOf(spec: KpiSpec, answer: Answer, conventions: Conventions): Reading {
  const value = readColumn(answer, spec.value, conventions);
  const over = spec.over === undefined ? undefined : readColumn(answer, spec.over, conventions);
  const now = value?.cells.at(-1) ?? null;
  return {
    text: value ? value.write(now) : NOTHING,
    empty: now === null,
    comparison: value && compared(spec, answer, value, over, conventions),
    history: value && over && historyOf(value, over),
  };
}

function readColumn(answer: Answer, name: string, conventions: Conventions): Read | undefined {
  const place = answer.columns.findIndex((column) => column.name === name);
  const column = answer.columns[place];
  const cells = answer.rows.map((row) => row[place] ?? null);
  return column && { column, cells, write: formatter(column, cells, conventions) };
}

/** With the other number if there is one, else with the row before. */
function compared(
  spec: KpiSpec,
  answer: Answer,
  value: Read,
  over: Read | undefined,
  conventions: Conventions,
): Reading["comparison"] {
  const other = spec.compare === undefined ? undefined : readColumn(answer, spec.compare, conventions);
  const base = other ? other.cells.at(-1) : over && value.cells.at(-2);
  const against = other ? other.column.label : over?.write(over.cells.at(-2) ?? null);
  const comparison = comparisonOf(value.cells.at(-1) ?? null, base ?? null, spec.better);
  if (!comparison) return undefined;
  return { ...comparison, text: versus(changeOf(comparison, value.column, conventions), against ?? "") };
}

function versus(change: string, base: string): string {
  return word("changeVersus", { change, base });
}

function changeOf({ difference, share, direction }: Comparison, { format }: Column, conventions: Conventions): string {
  if (direction === "same") return word("noChange");
  const change = differenceWriter(format, conventions)(difference);
  // Percents of percents confuse: their difference is in points, and says enough.
  return share === undefined || format === "percent"
    ? change
    : `${shareWriter(conventions)(Math.abs(share))} (${change})`;
}

function historyOf(value: Read, over: Read): Reading["history"] {
  const line = sparklineOf(value.cells.map((cell) => (cell === null ? null : Number(cell))));
  if (!line) return undefined;
  const end = (index: number) =>
    word("valueAt", {
      value: value.write(value.cells.at(index) ?? null),
      place: over.write(over.cells.at(index) ?? null),
    });
  return { ...line, text: word("history", { count: value.cells.length, first: end(0), last: end(-1) }) };
}
