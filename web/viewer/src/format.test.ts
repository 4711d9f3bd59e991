import { describe, expect, it } from "vitest";
import type { Cell, Column, NumberFormat } from "./api.ts";
import {
  CONVENTIONS,
  type Conventions,
  compact,
  differenceWriter,
  formatter,
  shareWriter,
  writeInstant,
} from "./format.ts";

const BRITISH: Conventions = { ...CONVENTIONS, locale: "en-GB" };

function write(type: Column["type"], format: NumberFormat, cells: Cell[], conventions = BRITISH): string[] {
  const column: Column = { name: "x", label: "X", type, format, measure: false };
  return cells.map(formatter(column, cells, conventions)).map(plainly);
}

/** Without the marks and spaces that only typesetters tell apart. */
function plainly(text: string): string {
  return text.replace(/[\u200e\u200f\u061c]/g, "").replace(/\s/g, " ");
}

it("writes numbers in the column's format", () => {
  expect(write("integer", "integer", [336776, 0, -7])).toEqual(["336,776", "0", "-7"]);
  expect(write("integer", "plain", [2013])).toEqual(["2013"]);
  expect(write("decimal", "decimal1", ["12.345", "1000"])).toEqual(["12.3", "1,000.0"]);
  expect(write("decimal", "decimal2", ["0.005"])).toEqual(["0.01"]);
  expect(write("decimal", "plain", ["12.3450"])).toEqual(["12.345"]);
  expect(write("decimal", "percent", ["0.125", "1", "-0.0004"])).toEqual(["12.5%", "100.0%", "-0.0%"]);
  expect(write("decimal", { currency: "EUR" }, ["1234.5"])).toEqual(["€1,234.50"]);
  expect(write("decimal", { currency: "JPY" }, ["1234"])).toEqual(["JP¥1,234"]);
});

it("loses no digit of what comes as text", () => {
  expect(write("integer", "integer", ["9007199254740993"])).toEqual(["9,007,199,254,740,993"]);
  expect(write("decimal", "decimal2", ["123456789012345678.91"])).toEqual(["123,456,789,012,345,678.91"]);
  expect(write("decimal", { currency: "EUR" }, ["123456789012345678.91"])).toEqual(["€123,456,789,012,345,678.91"]);
});

it("writes dates by their grain", () => {
  expect(write("date", "plain", ["2013-01-01", "2014-01-01"])).toEqual(["2013", "2014"]);
  expect(write("date", "plain", ["2013-01-01", "2013-02-01"])).toEqual(["Jan 2013", "Feb 2013"]);
  expect(write("date", "plain", ["2013-01-01", "2013-01-31"])).toEqual(["1 Jan 2013", "31 Jan 2013"]);
  expect(write("date", "plain", ["2013-01-01"])).toEqual(["1 Jan 2013"]);
});

it.each<[Column["grain"], string, string]>([
  ["day", "2013-01-01", "1 Jan 2013"],
  ["week", "2013-04-29", "29 Apr 2013"],
  ["month", "2013-01-01T00:00:00Z", "Jan 2013"],
  ["quarter", "2013-01-01", "Q1 2013"],
  ["quarter", "2013-10-01T00:00:00Z", "Q4 2013"],
  ["year", "2013-01-01", "2013"],
  ["quarter", "soon", "soon"],
])("writes dates by the grain of their column: %s %s", (grain, cell, text) => {
  for (const type of ["date", "timestamp"] as const) {
    const column: Column = { name: "x", label: "X", type, format: "plain", measure: false, ...(grain && { grain }) };
    expect(formatter(column, [cell, "2013-01-01"], BRITISH)(cell)).toBe(text);
  }
});

it("writes timestamps in UTC and says so", () => {
  expect(write("timestamp", "plain", ["2013-01-31T05:00:00Z"])).toEqual(["31 Jan 2013, 05:00 UTC"]);
  expect(write("timestamp", "plain", ["2013-01-01T00:00:00Z", "2013-02-01T00:00:00Z"])).toEqual([
    "Jan 2013",
    "Feb 2013",
  ]);
});

describe("hours and parts", () => {
  const column = (type: Column["type"], grain: Column["grain"]): Column => ({
    ...{ name: "x", label: "X", format: "plain", measure: false, type },
    ...(grain && { grain }),
  });
  const written = (of: Column, cells: Cell[], conventions: Conventions) =>
    cells.map(formatter(of, cells, conventions)).map(plainly);
  const zurich = { ...BRITISH, timeZone: "Europe/Zurich" };

  it("are written in the zone", () => {
    const hours: Cell[] = ["2013-10-26T22:00:00Z", "2013-10-27T04:00:00Z", null];
    const texts = ["27 Oct 2013, 00:00", "27 Oct 2013, 05:00", "–"];
    expect(written(column("timestamp", "hour"), hours, zurich)).toEqual(texts);
    const kolkata = { ...CONVENTIONS, locale: "de-DE", timeZone: "Asia/Kolkata" };
    expect(written(column("timestamp", "minute"), ["2013-10-26T22:00:00Z"], kolkata)).toEqual(["27. Okt. 2013, 03:30"]);
    expect(written(column("timestamp", "second"), ["2013-10-26T22:00:07Z"], zurich)).toEqual(["27 Oct 2013, 00:00:07"]);
  });

  it("are told apart where clocks show them twice", () => {
    const twice: Cell[] = ["2013-10-27T00:00:00Z", "2013-10-27T01:00:00Z", "2013-10-27T01:00:00Z"];
    const texts = ["27 Oct 2013, 02:00 CEST", "27 Oct 2013, 02:00 CET", "27 Oct 2013, 02:00 CET"];
    expect(written(column("timestamp", "hour"), twice, zurich)).toEqual(texts);
  });

  it.each<[NonNullable<Column["grain"]>, string, number, string]>([
    ["hour_of_day", "en-GB", 5, "05:00"],
    ["hour_of_day", "en-US", 17, "05:00 PM"],
    ["day_of_week", "en-GB", 1, "Mon"],
    ["day_of_week", "de-DE", 7, "So"],
    ["month_of_year", "en-GB", 12, "Dec"],
    ["month_of_year", "fr-FR", 1, "janv."],
    ["quarter_of_year", "en-GB", 4, "Q4"],
    ["day_of_month", "en-GB", 31, "31"],
    ["week_of_year", "ar-EG", 53, "٥٣"],
  ])("have names: %s in %s", (grain, locale, number, text) => {
    expect(written(column("integer", grain), [number], { ...zurich, locale })).toEqual([text]);
  });
});

it("writes what is no number or date as it is", () => {
  expect(write("text", "plain", ["<b>", ""])).toEqual(["<b>", ""]);
  expect(write("boolean", "plain", [true, false])).toEqual(["Yes", "No"]);
  expect(write("integer", "integer", [null])).toEqual(["–"]);
  expect(write("date", "plain", ["soon"])).toEqual(["soon"]);
});

describe("other people's conventions", () => {
  it.each([
    ["de-DE", "1.234.567,5", "12,5 %", "1.234,50 €", "31. Jan. 2013"],
    ["ar-EG", "١٬٢٣٤٬٥٦٧٫٥", "١٢٫٥٪", "١٬٢٣٤٫٥٠ €", "٣١ يناير ٢٠١٣"],
    ["fa-IR", "۱٬۲۳۴٬۵۶۷٫۵", "۱۲٫۵٪", "€۱٬۲۳۴٫۵۰", "۳۱ ژانویه ۲۰۱۳"],
    ["en-IN", "12,34,567.5", "12.5%", "€1,234.50", "31 Jan 2013"],
  ])("%s", (locale, number, percent, money, day) => {
    const conventions = { ...CONVENTIONS, locale };
    expect(write("decimal", "decimal1", ["1234567.5"], conventions)).toEqual([number]);
    expect(write("decimal", "percent", ["0.125"], conventions)).toEqual([percent]);
    expect(write("decimal", { currency: "EUR" }, ["1234.5"], conventions)).toEqual([money]);
    expect(write("date", "plain", ["2013-01-31"], conventions)).toEqual([day]);
  });

  it("may be one for words and another for numbers", () => {
    const conventions = { ...CONVENTIONS, locale: "de-DE", numbers: "en-IN" };
    expect(write("decimal", "decimal1", ["1234567.5"], conventions)).toEqual(["12,34,567.5"]);
    expect(write("date", "plain", ["2013-03-31"], conventions)).toEqual(["31. März 2013"]);
  });

  it("writes instants in the person's zone, and periods in none", () => {
    const conventions = { ...BRITISH, timeZone: "America/New_York" };
    expect(write("timestamp", "plain", ["2013-01-31T05:00:00Z"], conventions)).toEqual(["31 Jan 2013, 00:00 GMT-5"]);
    expect(write("date", "plain", ["2013-01-01", "2013-02-01"], conventions)).toEqual(["Jan 2013", "Feb 2013"]);
    expect(plainly(writeInstant("2013-07-31T05:00:00Z", conventions))).toBe("31 Jul 2013, 01:00 GMT-4");
  });
});

it.each([
  { locale: "not a locale", numbers: undefined, timeZone: "UTC" },
  { locale: "", numbers: "de_DE@euro", timeZone: "Mars/Olympus" },
  { locale: "xx-XX", numbers: "zz", timeZone: "" },
])("never fails for %o", (conventions) => {
  const [instant] = write("timestamp", "plain", ["2013-01-31T05:00:00Z"], conventions);
  expect(instant).toMatch(/2013.+UTC/);
  expect(write("integer", "plain", [7], conventions)).toEqual(["7"]);
  expect(compact("integer", conventions)(7)).toBe("7");
});

it("writes an amount of no known currency as a number", () => {
  expect(write("decimal", { currency: "euros" }, ["1234.5"])).toEqual(["1,234.50"]);
  expect(write("decimal", { currency: "" }, ["1234.5"])).toEqual(["1,234.50"]);
});

it.each<[NumberFormat, number, string]>([
  ["integer", 1_200_000, "1.2M"],
  ["decimal2", 0.30000000000000004, "0.3"],
  ["percent", 0.125, "12.5%"],
  ["percent", 1, "100%"],
  [{ currency: "EUR" }, 1_250_000, "€1.25M"],
  [{ currency: "?" }, 1_250_000, "1.25M"],
  ["plain", 2013, "2013"],
  ["plain", 20_000, "20K"],
])("writes the mark of an axis of %o shortly: %d", (format, value, text) => {
  expect(compact(format, { ...CONVENTIONS, locale: "en-US" })(value)).toBe(text);
});

it("writes differences with their sign", () => {
  expect(differenceWriter("integer", BRITISH)(1157)).toBe("+1,157");
  expect(differenceWriter("integer", BRITISH)(0)).toBe("0");
  expect(differenceWriter({ currency: "EUR" }, BRITISH)(-3)).toBe("-€3.00");
  expect(differenceWriter("percent", BRITISH)(0.025)).toBe("+2.5 points");
  expect(shareWriter(BRITISH)(0.0415)).toBe("4.2%");
});
