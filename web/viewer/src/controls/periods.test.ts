import { expect, it } from "vitest";
import { CONVENTIONS } from "../format.ts";
import { describePeriod, endsOf, periodOf, rangeOf } from "./periods.ts";

const BRITISH = { ...CONVENTIONS, locale: "en-GB" };

it.each([
  ["today", "Today"],
  ["past30days~", "Last 30 days"],
  ["lastquarter", "Last quarter"],
  ["2013-01-01~2013-03-31", "1 Jan 2013 – 31 Mar 2013"],
  ["2013-01-01~", "≥ 1 Jan 2013"],
  ["~2013-03-31", "≤ 31 Mar 2013"],
  ["2013-01-01", "1 Jan 2013"],
  ["2013-01", "Jan 2013"],
  ["Q1-2013", "Q1-2013"],
])("says what %s is", (text, said) => {
  expect(describePeriod(text, BRITISH)).toBe(said);
});

it("takes ranges apart and puts them together", () => {
  expect(endsOf("10~20")).toEqual({ from: "10", to: "20" });
  expect(endsOf("~20")).toEqual({ from: "", to: "20" });
  expect(endsOf("5")).toEqual({ from: "5", to: "5" });
  expect(rangeOf("10", "")).toBe("10~");
  expect(rangeOf("", "")).toBeUndefined();
});

it("names the period that begins on a day", () => {
  expect(periodOf("2013-03-01", "month")).toBe("2013-03");
  expect(periodOf("2013-07-01", "quarter")).toBe("Q3-2013");
  expect(periodOf("2013-12-30", "week")).toBe("2013-12-30~2014-01-05");
  expect(periodOf("2013-01-01", "year")).toBe("2013");
  expect(periodOf("2013-03-05", "day")).toBe("2013-03-05");
});
