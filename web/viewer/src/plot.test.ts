import { expect, it } from "vitest";
import type { Answer } from "./api.ts";
import { describePlot, type Ink, plotOptions } from "./plot.ts";

const INK: Ink = { text: "#111", muted: "#555", line: "#ddd", card: "#fff", font: "sans-serif", series: ["#00f"] };

const BY_MONTH: Answer = {
  columns: [
    { name: "month", label: "Month", type: "date", format: "plain" },
    { name: "flights", label: "Flights", type: "integer", format: "integer" },
    { name: "delay", label: "Delay", type: "decimal", format: "decimal1" },
  ],
  rows: [
    ["2013-01-01", 3690, "12.345"],
    ["2013-02-01", "9007199254740993", null],
  ],
  truncated: false,
};

function byDestination(name: string): Answer {
  const columns: Answer["columns"] = [
    { name: "dest", label: "Destination", type: "text", format: "plain" },
    { name: "flights", label: "Flights", type: "integer", format: "integer" },
  ];
  return { columns, rows: [[name, 7]], truncated: false };
}

/** What the tooltip says about the values at `index`. */
function tooltipAt(index: number, answer: Answer, spec: Parameters<typeof plotOptions>[0]): string {
  const { tooltip } = plotOptions(spec, answer, INK) as { tooltip: { formatter: (marks: object[]) => string } };
  return tooltip.formatter([{ dataIndex: index }]);
}

it("draws the columns that the chart names, a gap where there is no value", () => {
  const options = plotOptions({ type: "line", x: "month", y: ["flights", "delay"] }, BY_MONTH, INK);
  expect(options).toMatchObject({
    xAxis: { type: "category", data: [expect.stringMatching("2013"), expect.stringMatching("2013")] },
    series: [
      { type: "line", name: "Flights", data: [3690, 9007199254740992] },
      { type: "line", name: "Delay", data: [12.345, null] },
    ],
    legend: { show: true },
  });
});

it("draws nothing if a column is not in the answer", () => {
  expect(plotOptions({ type: "line", x: "month", y: ["secret"] }, BY_MONTH, INK)).toBeUndefined();
  expect(plotOptions({ type: "line", x: "secret", y: ["flights"] }, BY_MONTH, INK)).toBeUndefined();
});

it("lays bars with long labels on their side", () => {
  const spec = { type: "bar", x: "dest", y: ["flights"] } as const;
  const bars = { ...spec, y: [...spec.y] };
  expect(plotOptions(bars, byDestination("LAX"), INK)).toMatchObject({ xAxis: { type: "category" } });
  expect(plotOptions(bars, byDestination("Los Angeles Intl"), INK)).toMatchObject({ yAxis: { type: "category" } });
});

it("writes exact values beside the pointer", () => {
  const text = tooltipAt(1, BY_MONTH, { type: "line", x: "month", y: ["flights", "delay"] });
  expect(text.replace(/[^0-9\n]/g, "").split("\n")[1]).toBe("9007199254740993");
  expect(text).toContain("Delay: –");
});

it("takes no markup from values", () => {
  const text = tooltipAt(0, byDestination("{a|b}"), { type: "bar", x: "dest", y: ["flights"] });
  expect(text).not.toMatch(/\{[a-zA-Z0-9_]+\|/);
});

it("says in a sentence what is drawn", () => {
  const sentence = describePlot({ type: "line", x: "month", y: ["flights"] }, BY_MONTH);
  expect(sentence).toContain("Line chart of Flights by Month, 2 values");
});
