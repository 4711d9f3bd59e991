import type { Cell, ColorRule, Column } from "../api.ts";
import { isNumber } from "../format.ts";

export type Tone = ColorRule["color"];

/** The colour of the first rule that fits. Nothing fits where there is no value. */
export function toneOf(rules: readonly ColorRule[], column: Column, cell: Cell): Tone | undefined {
  if (cell === null) return undefined;
  const value = isNumber(column) ? Number(cell) : cell;
  return rules.find((rule) => fits(rule, value))?.color;
}

function fits({ at_least, less, is_any_of }: ColorRule, value: Exclude<Cell, null>): boolean {
  if (at_least !== undefined && !(typeof value === "number" && value >= at_least)) return false;
  if (less !== undefined && !(typeof value === "number" && value < less)) return false;
  return (
    is_any_of?.some((wanted) => wanted === value || (typeof value === "number" && Number(wanted) === value)) ?? true
  );
}

/** Where a number stands between the least and the greatest of its column: from 0 to 1. */
export function shadeOf(cells: readonly Cell[]): (cell: Cell) => number | undefined {
  let [least, greatest] = [Infinity, -Infinity];
  for (const cell of cells) {
    if (cell === null) continue;
    least = Math.min(least, Number(cell));
    greatest = Math.max(greatest, Number(cell));
  }
  const spread = greatest - least;
  return (cell) => (cell === null || !(spread > 0) ? undefined : (Number(cell) - least) / spread);
}
