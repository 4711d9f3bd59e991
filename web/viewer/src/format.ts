import type { Cell, Column, NumberFormat } from "./api.ts";
import { type Calendar, type Clock, exampleOf, isOfClock, isOfDays, type Part } from "./grains.ts";
import { word } from "./words/words.svelte.ts";

/** What stands where there is no value. */
export const NOTHING = "–";

/** How one person reads numbers and dates. What the browser does not know of it is as if it were not said. */
export interface Conventions {
  /** A language tag; undefined: as the browser does. */
  locale: string | undefined;
  /** A language tag whose numbers the person reads; undefined: those of `locale`. */
  numbers: string | undefined;
  /** The IANA time zone in which instants and hours are written. Days and longer periods have none. */
  timeZone: string;
}

/** Of somebody of whom nothing is known. */
export const CONVENTIONS: Conventions = { locale: undefined, numbers: undefined, timeZone: "UTC" };

type Value = Exclude<Cell, null>;

/** Writes the values of one column for people. */
export function formatter(
  column: Column,
  cells: readonly Cell[],
  conventions: Conventions = CONVENTIONS,
): (cell: Cell) => string {
  const write = writerOf(column, cells, conventions);
  return (cell) => (cell === null ? NOTHING : write(cell));
}

/** Writes the marks of an axis: short, 1,200,000 as 1.2M, and all that says something of a round number. */
export function compact(format: NumberFormat, conventions: Conventions = CONVENTIONS): (value: number) => string {
  const { style, currency } = optionsOf(format);
  const kind: Intl.NumberFormatOptions = { ...(style && { style }), ...(currency && { currency }) };
  const short: Intl.NumberFormatOptions = { ...kind, notation: "compact", maximumSignificantDigits: 4 };
  const numbers = new Intl.NumberFormat(numbersOf(conventions), short);
  if (format !== "plain") return (value) => numbers.format(value);
  // Years and numbers like them keep their digits.
  const plain = new Intl.NumberFormat(numbersOf(conventions), { useGrouping: false, maximumSignificantDigits: 4 });
  return (value) => (Math.abs(value) < 10_000 ? plain : numbers).format(value);
}

/** Writes by how much a number of this format has changed, with its sign. */
export function differenceWriter(
  format: NumberFormat,
  conventions: Conventions = CONVENTIONS,
): (difference: number) => string {
  const signed = { signDisplay: "exceptZero" } as const;
  if (format !== "percent") {
    const numbers = new Intl.NumberFormat(numbersOf(conventions), { ...optionsOf(format), ...signed });
    return (difference) => numbers.format(difference);
  }
  // From 10 % to 12.5 % are 2.5 points: as percent they would be 25.
  const points = new Intl.NumberFormat(numbersOf(conventions), { ...NUMBER.decimal1, ...signed });
  return (difference) => word("pointsOf", { number: points.format(difference * 100) });
}

/** Writes a part of a whole: 0.042 as 4.2 %. */
export function shareWriter(conventions: Conventions = CONVENTIONS): (share: number) => string {
  return numberWriter("percent", conventions);
}

/** Writes an instant with its time and the zone: "31 Jan 2013, 05:00 UTC". */
export function writeInstant(iso: string, conventions: Conventions = CONVENTIONS): string {
  return instantWriter(conventions)(iso);
}

/** The grain of dates that do not say theirs: years if all begin one, months if all begin one, else days. One is a day. */
export function grainOf(cells: readonly Cell[]): Calendar {
  const days = new Set(cells.filter((cell) => cell !== null).map((cell) => String(cell).slice(0, 10)));
  if (days.size < 2) return "day";
  if ([...days].every((day) => day.endsWith("-01-01"))) return "year";
  return [...days].every((day) => day.endsWith("-01")) ? "month" : "day";
}

/** Whether a column is written flush right. */
export function isNumber(column: Column): boolean {
  return column.type === "integer" || column.type === "decimal";
}

/** A language tag that `Intl` takes: settings come from people and from other products. */
export function knownLocale(locale: string | undefined): string | undefined {
  try {
    return Intl.getCanonicalLocales(locale)[0];
  } catch {
    return undefined;
  }
}

function writerOf(column: Column, cells: readonly Cell[], conventions: Conventions): (value: Value) => string {
  const { type, grain, format } = column;
  switch (type) {
    case "integer":
    case "decimal":
      return grain && !isOfDays(grain) && !isOfClock(grain)
        ? partWriter(grain, conventions)
        : numberWriter(format, conventions);
    case "boolean":
      return (value) => (value === true ? "Yes" : "No");
    case "date":
      return dateWriter(isOfDays(grain) ? grain : grainOf(cells), conventions);
    case "timestamp":
      if (isOfClock(grain)) return clockWriter(grain, cells, conventions);
      return isOfDays(grain) ? dateWriter(grain, conventions) : timestampWriter(cells, conventions);
    default:
      return String;
  }
}

const NUMBER: Record<Extract<NumberFormat, string>, Intl.NumberFormatOptions> = {
  plain: { useGrouping: false, maximumFractionDigits: 20 },
  integer: { maximumFractionDigits: 0 },
  decimal1: { minimumFractionDigits: 1, maximumFractionDigits: 1 },
  decimal2: { minimumFractionDigits: 2, maximumFractionDigits: 2 },
  percent: { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 },
};

/** Decimals and large integers come as texts and are written from them: exactly. */
function numberWriter(format: NumberFormat, conventions: Conventions): (value: Value) => string {
  const numbers = new Intl.NumberFormat(numbersOf(conventions), optionsOf(format));
  return (value) => numbers.format(value as Intl.StringNumericLiteral);
}

function optionsOf(format: NumberFormat): Intl.NumberFormatOptions {
  if (typeof format === "string") return NUMBER[format];
  const { currency } = format;
  return /^[a-z]{3}$/i.test(currency) ? { style: "currency", currency } : NUMBER.decimal2;
}

function numbersOf({ locale, numbers }: Conventions): string | undefined {
  return knownLocale(numbers) ?? knownLocale(locale);
}

/** Periods are those of the Gregorian calendar, so days are too, whatever calendar a locale prefers. */
const CALENDAR = { calendar: "gregory" } as const;

const DATE: Record<Calendar, Intl.DateTimeFormatOptions> = {
  day: { ...CALENDAR, day: "numeric", month: "short", year: "numeric" },
  week: { ...CALENDAR, day: "numeric", month: "short", year: "numeric" },
  month: { ...CALENDAR, month: "short", year: "numeric" },
  quarter: { ...CALENDAR, year: "numeric" },
  year: { ...CALENDAR, year: "numeric" },
};

const MINUTES = { hour: "2-digit", minute: "2-digit" } as const;

const CLOCK: Record<Clock, Intl.DateTimeFormatOptions> = {
  hour: MINUTES,
  minute: MINUTES,
  second: { ...MINUTES, second: "2-digit" },
};

const ZONE = { timeZoneName: "short" } as const;

function dateWriter(grain: Calendar, { locale }: Conventions): (value: Value) => string {
  const write = writerOfDates(locale, { ...DATE[grain], timeZone: "UTC" });
  if (grain !== "quarter") return write;
  // No browser writes quarters.
  const quarterOf = (value: Value) => Math.ceil(Number(String(value).slice(5, 7)) / 3);
  return (value) => (quarterOf(value) > 0 ? `Q${quarterOf(value)} ${write(value)}` : write(value));
}

/** Timestamps at midnight throughout are periods; others are written with the time and its zone. */
function timestampWriter(cells: readonly Cell[], conventions: Conventions): (value: Value) => string {
  const midnights = cells.every((cell) => cell === null || String(cell).endsWith("T00:00:00Z"));
  return midnights ? dateWriter(grainOf(cells), conventions) : instantWriter(conventions);
}

function instantWriter({ locale, timeZone }: Conventions): (value: Value) => string {
  return writerOfDates(locale, { ...DATE.day, ...MINUTES, ...ZONE, timeZone: knownZone(timeZone) });
}

/** Hours, minutes and seconds. Those that clocks show twice are told apart by what the zone is called then. */
function clockWriter(
  grain: Clock,
  cells: readonly Cell[],
  { locale, timeZone }: Conventions,
): (value: Value) => string {
  const options = { ...DATE.day, ...CLOCK[grain], timeZone: knownZone(timeZone) };
  const write = remembered(writerOfDates(locale, options));
  const values = [...new Set(cells)].filter((cell) => cell !== null);
  const isTwice = new Set(values.map(write)).size < values.length;
  return isTwice ? writerOfDates(locale, { ...options, ...ZONE }) : write;
}

function remembered(write: (value: Value) => string): (value: Value) => string {
  const texts = new Map<Value, string>();
  return (value) => {
    const text = texts.get(value) ?? write(value);
    texts.set(value, text);
    return text;
  };
}

/** Hours, days of the week and months by their names; other parts are numbers to people too. */
function partWriter(part: Part, conventions: Conventions): (value: Value) => string {
  const numbers = numberWriter("plain", conventions);
  if (part === "quarter_of_year") return (value) => `Q${numbers(value)}`;
  const names = new Map<Value, string>();
  return (value) => {
    const example = exampleOf(part, Number(value));
    if (!example) return numbers(value);
    const name = names.get(value) ?? nameWriter(example.written, conventions)(example.at);
    names.set(value, name);
    return name;
  };
}

function nameWriter(written: Intl.DateTimeFormatOptions, { locale }: Conventions): (at: number) => string {
  const names = new Intl.DateTimeFormat(knownLocale(locale), { ...CALENDAR, ...written, timeZone: "UTC" });
  return (at) => names.format(at);
}

function writerOfDates(locale: string | undefined, options: Intl.DateTimeFormatOptions): (value: Value) => string {
  const dates = new Intl.DateTimeFormat(knownLocale(locale), options);
  return (value) => {
    const date = new Date(String(value));
    return Number.isNaN(date.getTime()) ? String(value) : dates.format(date);
  };
}

function knownZone(timeZone: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
  } catch {
    return "UTC";
  }
}
