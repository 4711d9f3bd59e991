import type { Cell, Column } from "../api.ts";
import { isNumber, knownLocale } from "../format.ts";
import { compareDecimals } from "./decimals.ts";

/** By which column rows stand, and which way; undefined: as the server has sent them. */
export type Order = { field: string; descending: boolean } | undefined;

/** What a press of a column's head makes of the order: ascending, descending, the server's. */
export function nextOrder(order: Order, field: string): Order {
  if (order?.field !== field) return { field, descending: false };
  return order.descending ? undefined : { field, descending: true };
}

/**
 * The numbers of rows in the order of one column's cells: stable, with nulls last both ways.
 *
 * Each cell becomes the rank of its value, and rank and row number become one number: so only values that differ are
 * compared, and the rows are put in order by the browser's sort of plain numbers, which is the fastest it has.
 */
export function sorted(
  column: Column,
  cells: readonly Cell[],
  descending: boolean,
  locale: string | undefined,
): Float64Array {
  const { ranks, count } = ranksOf(column, cells, locale);
  const keys = new Float64Array(cells.length);
  cells.forEach((cell, row) => {
    const rank = cell === null ? count : (ranks.get(cell) ?? count);
    keys[row] = (descending && cell !== null ? count - 1 - rank : rank) * cells.length + row;
  });
  return keys.sort().map((key) => key % cells.length);
}

type Value = Exclude<Cell, null>;
type Compare = (one: Value, other: Value) => number;

/** The places of different values among all, from 0 to `count`: those that are equal share one, however written. */
interface Ranks {
  ranks: Map<Value, number>;
  count: number;
}

function ranksOf(column: Column, cells: readonly Cell[], locale: string | undefined): Ranks {
  const values = [...new Set(cells)].filter((cell) => cell !== null);
  const found: Ranks = { ranks: new Map(), count: 0 };
  if (isNumber(column)) rankNumbers(values, found);
  else if (column.type === "text") rankTexts(values, found, locale);
  // Characters of dates and times stand in their order; no stands before yes.
  else rank(values.sort(), found, (one, other) => (one === other ? 0 : 1));
  return found;
}

/** Numbers that are the same in 64 bits may still differ in digits, and only those are compared digit by digit. */
function rankNumbers(values: readonly Value[], found: Ranks): void {
  const alike = new Map<number, Value[]>();
  for (const value of values) {
    const others = alike.get(Number(value));
    if (others) others.push(value);
    else alike.set(Number(value), [value]);
  }
  const compare: Compare = (one, other) => compareDecimals(String(one), String(other));
  for (const number of Float64Array.from(alike.keys()).sort()) {
    const same = alike.get(number) ?? [];
    rank(same.length > 1 ? same.sort(compare) : same, found, compare);
  }
}

function rankTexts(values: readonly Value[], found: Ranks, locale: string | undefined): void {
  const collator = new Intl.Collator(knownLocale(locale));
  // Sorted by characters first, which is quick and leaves long runs that the slow comparison has only to merge.
  const texts = values.map(String).sort();
  const compare: Compare = (one, other) => collator.compare(String(one), String(other));
  rank(texts.sort(compare), found, compare);
}

/** Ranks values that stand in order, after all that have been ranked before. */
function rank(values: readonly Value[], found: Ranks, compare: Compare): void {
  let before: Value | undefined;
  for (const value of values) {
    if (before === undefined || compare(before, value) !== 0) found.count += 1;
    found.ranks.set(value, found.count - 1);
    before = value;
  }
}
