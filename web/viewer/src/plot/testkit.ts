import type { Answer, Cell, Column } from "../api.ts";
import { CONVENTIONS } from "../format.ts";
import type { Ink, Setting } from "./scene.ts";

export const INK: Ink = {
  text: "#111111",
  muted: "#555555",
  line: "#dddddd",
  card: "#ffffff",
  accent: "#0000ff",
  font: "sans-serif",
  series: ["#0000ff", "#ff0000"],
  rtl: false,
};

export const SETTING: Setting = { ink: INK, conventions: { ...CONVENTIONS, locale: "en-GB" }, width: 600, height: 288 };

/** Columns that tests speak of: flights in 2013. */
const COLUMNS: Record<string, Omit<Column, "name">> = {
  month: { label: "Month", type: "date", format: "plain" },
  origin: { label: "Origin", type: "text", format: "plain" },
  carrier: { label: "Carrier", type: "text", format: "plain" },
  flights: { label: "Flights", type: "integer", format: "integer" },
  delay: { label: "Delay", type: "decimal", format: "decimal1" },
  distance: { label: "Distance", type: "integer", format: "integer" },
  punctual: { label: "On time", type: "decimal", format: "percent" },
  goal: { label: "Goal", type: "decimal", format: "percent" },
  revenue: { label: "Revenue", type: "decimal", format: { currency: "EUR" } },
};

/** An answer with these columns. */
export function answerOf(names: string, ...rows: Cell[][]): Answer {
  const columns = names.split(" ").map((name) => ({
    name,
    ...(COLUMNS[name] ?? { label: name, type: "text" as const, format: "plain" as const }),
  }));
  return { columns, rows, truncated: false, as_of: "2013-12-31T00:00:00Z", time_zone: "UTC" };
}

/** What a tooltip says about marks: `axis` tooltips hear of several, others of one. */
export function tooltipOf(options: unknown, ...marks: [number, number][]): string {
  const { tooltip } = options as { tooltip: { trigger: string; formatter: (marks: unknown) => string } };
  const hovered = marks.map(([seriesIndex, dataIndex]) => ({ seriesIndex, dataIndex, marker: "{dot|}" }));
  return tooltip.formatter(tooltip.trigger === "axis" ? hovered : hovered[0]);
}

/** Answers that tests draw. */
export const BY_MONTH = answerOf(
  "month flights delay",
  ["2013-01-01", 3690, "12.345"],
  ["2013-02-01", "9007199254740993", null],
);
export const BY_CARRIER = answerOf(
  "month carrier flights",
  ["2013-01-01", "UA", 30],
  ["2013-01-01", "B6", 10],
  ["2013-02-01", "UA", 20],
  ["2013-03-01", "B6", 5],
);
export const ROUTES = answerOf(
  "distance delay flights origin carrier",
  [100, "1.5", 400, "EWR", "UA"],
  [200, null, 100, "JFK", "B6"],
  [300, "-2.5", 100, "JFK", "DL"],
);
export const BY_ORIGIN = answerOf("origin flights", ["EWR", 60], ["JFK", null], ["LGA", 40], ["SWF", -3]);
export const CROSSINGS = answerOf(
  "month origin delay",
  ["2013-01-01", "EWR", "1"],
  ["2013-02-01", "JFK", "3"],
  ["2013-02-01", "EWR", null],
);
export const PUNCTUAL = answerOf("punctual goal", ["0.781", "0.85"]);
