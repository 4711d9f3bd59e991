import type { NumberFormat } from "../api.ts";
import type { Conventions } from "../format.ts";
import { type Field, numbersOf } from "./fields.ts";

/** Keeps `{style|text}` in a value from being read as markup of rich text, by a space of no width. */
export function withoutMarkup(text: string): string {
  return text.replaceAll("{", "{\u200b");
}

/** About how wide a text is in CSS pixels, erring on the wide side: no drawing is needed to know it. */
export function widthOf(text: string, fontSize = 12): number {
  const units = [...text].reduce((sum, character) => sum + (character > "\u2e80" ? 1 : 0.55), 0);
  return units * fontSize;
}

/** Plain numbers below this are written in full: years are among them. */
const LONG_NUMBER = 10_000;

/** Writes round numbers briefly, for an axis that the fields share. */
export function axisWriter(fields: readonly Field[], { locale, numbers = locale }: Conventions): (n: number) => string {
  const format = sharedFormat(fields);
  const short = fields.every(({ cells }) => numbersOf(cells).every((number) => Math.abs(number) < LONG_NUMBER));
  const options = format === "plain" && short ? { useGrouping: false } : briefly(format);
  const intl = new Intl.NumberFormat(numbers, { ...options, maximumSignificantDigits: 4 });
  return (number) => intl.format(number);
}

/** Writes parts of one as percentages. */
export function shareWriter({ locale, numbers = locale }: Conventions): (share: number) => string {
  const intl = new Intl.NumberFormat(numbers, { style: "percent", maximumFractionDigits: 1 });
  return (share) => intl.format(share);
}

/** The format that all have; numbers of different kinds are just numbers on their common axis. */
function sharedFormat([first, ...others]: readonly Field[]): NumberFormat {
  const text = JSON.stringify(first?.column.format);
  const same = others.every(({ column }) => JSON.stringify(column.format) === text);
  return (same && first?.column.format) || "integer";
}

function briefly(format: NumberFormat): Intl.NumberFormatOptions {
  if (format === "percent") return { style: "percent" };
  if (typeof format === "string") return { notation: "compact" };
  return { style: "currency", currency: format.currency, notation: "compact" };
}
