import type { Cell, Column } from "./api.ts";

/** A period of the calendar, as a column of dates shows it. */
export type Grain = "day" | "month" | "year";

/** What stands where there is no value. */
export const NOTHING = "–";

/** Writes the values of one column for people. */
export function formatter(column: Column, cells: readonly Cell[], locale?: string): (cell: Cell) => string {
  const write = writerOf(column, cells, locale);
  return (cell) => (cell === null ? NOTHING : write(cell));
}

/** The grain of a column of dates: years if all begin one, months if all begin one, else days. One date is a day. */
export function grainOf(cells: readonly Cell[]): Grain {
  const days = new Set(cells.filter((cell) => cell !== null).map((cell) => String(cell).slice(0, 10)));
  if (days.size < 2) return "day";
  if ([...days].every((day) => day.endsWith("-01-01"))) return "year";
  return [...days].every((day) => day.endsWith("-01")) ? "month" : "day";
}

/** Whether a column is written flush right. */
export function isNumber(column: Column): boolean {
  return column.type === "integer" || column.type === "decimal";
}

function writerOf(
  column: Column,
  cells: readonly Cell[],
  locale?: string,
): (cell: string | number | boolean) => string {
  switch (column.type) {
    case "integer":
    case "decimal":
      return numberWriter(column.format, locale);
    case "boolean":
      return (cell) => (cell === true ? "Yes" : "No");
    case "date":
      return dateWriter(grainOf(cells), locale);
    case "timestamp":
      return timestampWriter(cells, locale);
    default:
      return String;
  }
}

const FRACTION: Record<Column["format"], Intl.NumberFormatOptions> = {
  plain: { useGrouping: false, maximumFractionDigits: 20 },
  integer: { maximumFractionDigits: 0 },
  decimal1: { minimumFractionDigits: 1, maximumFractionDigits: 1 },
  decimal2: { minimumFractionDigits: 2, maximumFractionDigits: 2 },
};

/** Decimals and large integers come as texts and are written from them: exactly. */
function numberWriter(format: Column["format"], locale?: string): (cell: string | number | boolean) => string {
  const numbers = new Intl.NumberFormat(locale, FRACTION[format]);
  return (cell) => numbers.format(cell as Intl.StringNumericLiteral);
}

const DATE: Record<Grain, Intl.DateTimeFormatOptions> = {
  day: { day: "numeric", month: "short", year: "numeric" },
  month: { month: "short", year: "numeric" },
  year: { year: "numeric" },
};

function dateWriter(grain: Grain, locale?: string): (cell: string | number | boolean) => string {
  const dates = new Intl.DateTimeFormat(locale, { ...DATE[grain], timeZone: "UTC" });
  return (cell) => writeDate(dates, cell);
}

/** Timestamps at midnight throughout are periods; others are written with the time, in UTC, and say so. */
function timestampWriter(cells: readonly Cell[], locale?: string): (cell: string | number | boolean) => string {
  if (cells.every((cell) => cell === null || String(cell).endsWith("T00:00:00Z"))) {
    return dateWriter(grainOf(cells), locale);
  }
  const clock: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
  const dates = new Intl.DateTimeFormat(locale, { ...DATE.day, ...clock, timeZone: "UTC" });
  return (cell) => writeDate(dates, cell);
}

function writeDate(dates: Intl.DateTimeFormat, cell: string | number | boolean): string {
  const date = new Date(String(cell));
  return Number.isNaN(date.getTime()) ? String(cell) : dates.format(date);
}
