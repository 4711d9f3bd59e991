import type { ControlValue, FieldValues } from "../../shared/messages.ts";
import type { TableauCall, TableauField, TableauPage, TableauSight } from "../../shared/tableau-messages.ts";
import { FilterUpdateType, TableauError } from "./names.ts";
import { type DataValue, dataValue } from "./tables.ts";

/** The view that an element shows, as its sheets know it. */
export interface Shown {
  /** What is there now; throws before there is something. */
  readonly sight: TableauSight;
  /** Fields of which the host speaks as parameters. */
  readonly parameters: Set<string>;
  /** Values of the mark that was chosen last, by worksheet. */
  readonly marks: Map<string, FieldValues>;
  call(call: TableauCall): Promise<unknown>;
}

/** What Tableau's library says of a filter. */
export interface Filter {
  fieldName: string;
  fieldId: string;
  filterType: "categorical" | "range";
  worksheetName: string;
  isExcludeMode: false;
  isAllSelected: boolean;
  appliedValues: DataValue[];
}

/** A parameter: a field of which the host wants to set one value. */
export interface Parameter {
  id: string;
  name: string;
  currentValue: DataValue;
  changeValueAsync(value: unknown): Promise<Parameter>;
}

/** A field by what people read of it, or by its name. */
export function fieldOf(page: TableauPage, called: string): TableauField {
  const found = page.fields.find(({ title }) => title === called) ?? page.fields.find(({ name }) => name === called);
  if (found) return found;
  const known = page.fields.map(({ title }) => `\`${title}\``).join(", ") || "none";
  throw new TableauError(
    "invalid_parameter",
    `there is no field \`${called}\` that can be set here: expected one of ${known}`,
  );
}

export function filterOf({ name, title, type, values }: TableauField, worksheetName: string): Filter {
  return {
    fieldName: title,
    fieldId: name,
    filterType: type.endsWith("_range") ? "range" : "categorical",
    worksheetName,
    isExcludeMode: false,
    isAllSelected: values.length === 0,
    appliedValues: values.map(dataValue),
  };
}

export function parameterOf(shown: Shown, { name, title, values }: TableauField): Parameter {
  return {
    id: name,
    name: title,
    currentValue: dataValue(values[0] ?? null),
    changeValueAsync: (value) => changeParameter(shown, title, value),
  };
}

/** Sets a field of the page that is shown, and says what it is now. */
export async function changeParameter(shown: Shown, called: string, value: unknown): Promise<Parameter> {
  const { name } = fieldOf(activePage(shown), called);
  shown.parameters.add(name);
  await shown.call({ name: "filter", fields: { [name]: [plain(value)] } });
  return parameterOf(shown, fieldOf(activePage(shown), name));
}

/** Sets a filter in one of Tableau's ways. */
export async function applyFilter(
  shown: Shown,
  page: TableauPage,
  called: string,
  values: unknown,
  update: string,
  options: { isExcludeMode?: boolean } = {},
): Promise<string> {
  const field = fieldOf(page, called);
  if (options.isExcludeMode) throw new TableauError("not_supported", "filters that exclude values are not supported");
  const given = (Array.isArray(values) ? values : [values]).map(plain);
  await shown.call({ name: "filter", fields: { [field.name]: updated(field, given, update) } });
  return called;
}

function updated({ values, title }: TableauField, given: ControlValue[], update: string): ControlValue[] {
  switch (update) {
    case FilterUpdateType.Replace:
      return given;
    case FilterUpdateType.All:
      return [];
    case FilterUpdateType.Add:
      return [...new Set([...values, ...given])];
    case FilterUpdateType.Remove: {
      const left = values.filter((value) => !given.includes(value));
      if (left.length > 0) return left;
      // An empty list is no filter: nothing would be taken away.
      throw new TableauError(
        "not_supported",
        `\`remove\` would leave no value of \`${title}\`: set those that are to be shown`,
      );
    }
    default:
      throw new TableauError(
        "invalid_parameter",
        `\`${update}\` is no update of a filter: expected \`add\`, \`all\`, \`remove\` or \`replace\``,
      );
  }
}

/** Sets a range: both ends, or one. */
export async function applyRange(
  shown: Shown,
  page: TableauPage,
  called: string,
  { min, max }: { min?: unknown; max?: unknown } = {},
): Promise<string> {
  const field = fieldOf(page, called);
  if (!field.type.endsWith("_range"))
    throw new TableauError("invalid_parameter", `\`${called}\` takes values and no range`);
  const [from, to] = [min, max].map((end) => (end === undefined || end === null ? "" : String(plain(end))));
  await shown.call({ name: "filter", fields: { [field.name]: from || to ? [`${from}~${to}`] : [] } });
  return called;
}

/** The page that is shown. */
export function activePage({ sight }: Shown): TableauPage {
  const found = sight.pages.find(({ name }) => name === sight.active) ?? sight.pages[0];
  if (!found) throw new TableauError("not_loaded", "there is no page");
  return found;
}

function plain(value: unknown): ControlValue {
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  return typeof value === "number" || typeof value === "boolean" ? value : String(value);
}
