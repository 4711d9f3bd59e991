import type { Column } from "../api.ts";
import { type Conventions, formatter } from "../format.ts";
import type { Calendar } from "../grains.ts";
import { word } from "../words/words.svelte.ts";
import type { Words } from "../words/words.ts";

/** Periods that people pick by name, in the spelling that the server reads. */
export const PRESETS = [
  "today",
  "yesterday",
  "past7days~",
  "past30days~",
  "past90days~",
  "thisweek",
  "lastweek",
  "thismonth",
  "lastmonth",
  "thisquarter",
  "lastquarter",
  "thisyear",
  "lastyear",
] as const;

const NAMES = new Map<string, keyof Words>([
  ["today", "today"],
  ["yesterday", "yesterday"],
  ["thisweek", "thisWeek"],
  ["lastweek", "lastWeek"],
  ["thismonth", "thisMonth"],
  ["lastmonth", "lastMonth"],
  ["thisquarter", "thisQuarter"],
  ["lastquarter", "lastQuarter"],
  ["thisyear", "thisYear"],
  ["lastyear", "lastYear"],
]);

/** The ends of a range that is written `A~B`, `A~` or `~B`; a single value is both. */
export function endsOf(text: string): { from: string; to: string } {
  const [from = "", to = from] = text.split("~");
  return { from, to };
}

/** A range from its ends; undefined if both are open. */
export function rangeOf(from: string, to: string): string | undefined {
  return from || to ? `${from}~${to}` : undefined;
}

/** What people read of a period: `Last 30 days`, `1 Jan 2013 – 31 Mar 2013`. What we have no name for stays as it is. */
export function describePeriod(text: string, conventions: Conventions): string {
  const name = NAMES.get(text);
  if (name) return word(name);
  const days = /^past(\d+)days~?$/.exec(text)?.[1];
  if (days) return word("pastDays", { count: days });
  const { from, to } = endsOf(text);
  return from === to ? writeDay(from, conventions) : between(writeDay(from, conventions), writeDay(to, conventions));
}

/** What people read of a range between two texts, either of which may be absent. */
export function between(from: string, to: string): string {
  if (from && to) return `${from} – ${to}`;
  return from ? `≥ ${from}` : `≤ ${to}`;
}

const DAY: Column = { name: "day", label: "", type: "date", format: "plain" };
const MONTH: Column = { ...DAY, grain: "month" };

/** The period of the calendar that begins on `day`, in the spelling that the server reads. */
export function periodOf(day: string, grain: Calendar): string {
  const [year = "", month = "01"] = day.split("-");
  switch (grain) {
    case "year":
      return year;
    case "quarter":
      return `Q${Math.ceil(Number(month) / 3)}-${year}`;
    case "month":
      return `${year}-${month}`;
    case "week":
      return `${day}~${daysAfter(day, 6)}`;
    case "day":
      return day;
  }
}

function daysAfter(day: string, count: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + count);
  return date.toISOString().slice(0, 10);
}

/** A month or a day for people; what is neither as it is. */
function writeDay(day: string, conventions: Conventions): string {
  if (/^\d{4}-\d\d$/.test(day)) return formatter(MONTH, [], conventions)(`${day}-01`);
  return /^\d{4}-\d\d-\d\d$/.test(day) ? formatter(DAY, [day], conventions)(day) : day;
}
