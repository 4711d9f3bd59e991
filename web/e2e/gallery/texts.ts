/** How somebody in London reads what the gallery shows: written here a second time, so that a test notices a change. */
const write = (options: Intl.NumberFormatOptions) => {
  const numbers = new Intl.NumberFormat("en-GB", options);
  return (number: number) => numbers.format(number);
};

export const money = write({ minimumFractionDigits: 2, maximumFractionDigits: 2 });
export const euros = write({ style: "currency", currency: "EUR" });
export const whole = write({ maximumFractionDigits: 0 });
export const tenths = write({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
export const share = write({ style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
export const briefShare = write({ style: "percent", maximumFractionDigits: 1 });
export const change = write({ minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: "exceptZero" });

/** `2026-01-01` as `Jan 2026`. */
export function monthText(day: string): string {
  return new Date(day).toLocaleDateString("en-GB", { month: "short", year: "numeric", timeZone: "UTC" });
}

/** `2026-01-31` as `31 Jan 2026`. */
export function dayText(day: string): string {
  return new Date(day).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: "UTC",
  });
}
