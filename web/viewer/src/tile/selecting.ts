import type { ControlValue, ControlValues } from "../../../shared/messages.ts";
import type { Answer, Cell, Column, DataElement, Selection } from "../api.ts";
import { periodOf } from "../controls/periods.ts";
import { zoned } from "../conventions.ts";
import { type Conventions, formatter } from "../format.ts";
import { isOfDays } from "../grains.ts";
import { own } from "../own.ts";
import type { View } from "../view.svelte.ts";

/** What a click on a mark sets: values by control. A mark without a value sets nothing, and nor does a locked control. */
export function settingsOf(selection: Selection, element: DataElement, answer: Answer, view: View): ControlValues {
  const settings: ControlValues = {};
  for (const [field, name] of Object.entries(element.select ?? {})) {
    const control = view.settable(name);
    const column = answer.columns.find((candidate) => candidate.name === field);
    const value = own(selection, field);
    if (!control || !column || value === undefined || value === null) continue;
    settings[name] = [control.type === "date_range" ? period(value, column) : value];
  }
  return settings;
}

/** The values of a mark for people, one after another. */
export function textOf(selection: Selection, answer: Answer, conventions: Conventions): string {
  const texts = Object.entries(selection).map(([field, value]) => {
    const index = answer.columns.findIndex((candidate) => candidate.name === field);
    const column = answer.columns[index];
    // The whole column tells days from months.
    const cells: Cell[] = answer.rows.map((row) => row[index] ?? null);
    return column ? formatter(column, cells, zoned(conventions, answer))(value) : String(value);
  });
  return texts.join(", ");
}

function period(value: string | number | boolean, { grain }: Column): ControlValue {
  return isOfDays(grain) ? periodOf(String(value), grain) : value;
}
