import type { Column } from "./api.ts";

/** What a column shows of dates or instants: the period that they are in, or a part of them. */
export type Grain = NonNullable<Column["grain"]>;

const OF_DAYS = ["day", "week", "month", "quarter", "year"] as const;
const OF_CLOCK = ["second", "minute", "hour"] as const;

/** A period of days, shown by the first of them. */
export type Calendar = (typeof OF_DAYS)[number];

/** A period of the clock, shown by its first instant. */
export type Clock = (typeof OF_CLOCK)[number];

/** A part of a date or time, shown as a number. */
export type Part = Exclude<Grain, Calendar | Clock>;

/** Whether the grain is a period of days. */
export function isOfDays(grain: Grain | undefined): grain is Calendar {
  return OF_DAYS.some((one) => one === grain);
}

/** Whether the grain is a period of the clock. */
export function isOfClock(grain: Grain | undefined): grain is Clock {
  return OF_CLOCK.some((one) => one === grain);
}

/** The instant, in UTC, at which a part has the number, and how much of that is written; undefined: the number is. */
export function exampleOf(part: Part, number: number): { at: number; written: Intl.DateTimeFormatOptions } | undefined {
  switch (part) {
    case "hour_of_day":
      return { at: Date.UTC(2024, 0, 1, number), written: { hour: "2-digit", minute: "2-digit" } };
    case "day_of_week":
      // The year began on a Monday.
      return { at: Date.UTC(2024, 0, number), written: { weekday: "short" } };
    case "month_of_year":
      return { at: Date.UTC(2024, number - 1, 1), written: { month: "short" } };
    default:
      return undefined;
  }
}
