import type { Cell, Column, Selection } from "../api.ts";

/** Where on the screen somebody has chosen something, in CSS pixels of the window. */
export interface Point {
  x: number;
  y: number;
}

export type Choose = (selection: Selection, at: Point) => void;

/** The values of a row by field. */
export function selectionOf(columns: readonly Column[], row: readonly Cell[]): Selection {
  return Object.fromEntries(columns.map(({ name }, place) => [name, row[place] ?? null]));
}

/** Whether values are those that are selected, as far as these say; a selection of other fields selects nothing. */
export function isSelected(values: Selection, selected: Selection | undefined): boolean {
  const fields = Object.keys(selected ?? {}).filter((field) => Object.hasOwn(values, field));
  return fields.length > 0 && fields.every((field) => values[field] === selected?.[field]);
}

/** Whether a crossing of a pivot is the one that is selected: it has all the fields of these that the selection has, and no other. */
export function isSame(values: Selection, selected: Selection | undefined, fields: readonly string[]): boolean {
  if (!selected) return false;
  const chosen = fields.filter((field) => Object.hasOwn(selected, field));
  const own = fields.filter((field) => Object.hasOwn(values, field));
  return (
    chosen.length > 0 && chosen.length === own.length && chosen.every((field) => values[field] === selected[field])
  );
}
