import type { Answer, ChartSpec, FieldValue, Selection } from "../api.ts";
import { own } from "../own.ts";

/** Members of a chart spec whose texts are no names of fields. */
const NO_FIELDS = ["type", "stack", "better", "color", "format", "link"];

/** The field that stands in the chart after so many steps on the way. */
export function drawnField(way: readonly string[], steps: readonly FieldValue[]): string | undefined {
  return way[steps.length];
}

/** The chart with the field in it that stands there after some steps. */
export function drilledChart(chart: ChartSpec, way: readonly string[], steps: readonly FieldValue[]): ChartSpec {
  const [first] = way;
  const now = drawnField(way, steps);
  return first && now && steps.length > 0 ? (replaced(chart, first, now) as ChartSpec) : chart;
}

/** The step into a mark; undefined if the way ends here or the mark has no value of its field. */
export function stepInto(
  way: readonly string[],
  steps: readonly FieldValue[],
  selection: Selection,
): FieldValue | undefined {
  const field = drawnField(way, steps);
  const hasNext = drawnField(way, [...steps, { field: "", value: null }]) !== undefined;
  const value = field === undefined ? undefined : own(selection, field);
  return field !== undefined && hasNext && value !== undefined ? { field, value } : undefined;
}

/** Values that were gone into, as the server takes them. */
export function bare(steps: readonly FieldValue[]): FieldValue[] {
  return steps.map(({ field, value }) => ({ field, value: value ?? null }));
}

/** The values of a mark that are dimensions, as the server takes them. */
export function valuesOf(selection: Selection): FieldValue[] {
  return Object.entries(selection).map(([field, value]) => ({ field, value }));
}

/** Of a row, whose cells are all its columns, only what is no measure. */
export function dimensionsOf(selection: Selection, measures: readonly string[]): Selection {
  return Object.fromEntries(Object.entries(selection).filter(([field]) => !measures.includes(field)));
}

/** The columns of an answer that aggregate. */
export function measuresOf({ columns }: Answer): string[] {
  return columns.filter(({ measure }) => measure).map(({ name }) => name);
}

function replaced(value: unknown, from: string, to: string, member?: string): unknown {
  if (Array.isArray(value)) return value.map((item) => replaced(item, from, to, member));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, replaced(held, from, to, name)]));
  }
  return value === from && !NO_FIELDS.includes(member ?? "") ? to : value;
}
