import type { Presentation } from "./api.ts";
import { CONVENTIONS, type Conventions } from "./format.ts";

/** A language whose numbers look like each of the styles. */
const STYLES: Record<NonNullable<Presentation["number_format"]>, string> = {
  "1,234.56": "en-US",
  "1.234,56": "de-DE",
  "1 234,56": "fr-FR",
  "1'234.56": "de-CH",
  "12,34,567.89": "en-IN",
};

/** How somebody reads numbers and dates, as the server says of them; what it does not say is the browser's. */
export function conventionsOf({ locale, number_format, time_zone }: Presentation): Conventions {
  return {
    locale,
    numbers: number_format && STYLES[number_format],
    timeZone: time_zone ?? CONVENTIONS.timeZone,
  };
}
