import { describe, expect, it } from "vitest";
import type { Answer, PlotSpec } from "../api.ts";
import { plotOptions } from "./plot.ts";
import { BY_CARRIER, BY_MONTH, BY_ORIGIN, CROSSINGS, INK, PUNCTUAL, ROUTES, SETTING, tooltipOf } from "./testkit.ts";

/** One plot of each kind, with a row. */
const KINDS: [PlotSpec, Answer][] = [
  [{ type: "line", x: "month", y: ["flights"] }, BY_MONTH],
  [{ type: "area", x: "month", y: ["flights"] }, BY_MONTH],
  [{ type: "bar", x: "month", y: ["flights"], series: "carrier" }, BY_CARRIER],
  [{ type: "scatter", x: "distance", y: "delay", size: "flights", series: "origin", label: "carrier" }, ROUTES],
  [{ type: "pie", label: "origin", value: "flights" }, BY_ORIGIN],
  [{ type: "funnel", label: "origin", value: "flights" }, BY_ORIGIN],
  [{ type: "heatmap", x: "month", y: "origin", value: "delay" }, CROSSINGS],
  [{ type: "gauge", value: "punctual", min: 0, max: 1, target: "goal" }, PUNCTUAL],
];

describe.each(KINDS)("$type", (spec, answer) => {
  it("is drawn without motion, and with rich text beside the pointer", () => {
    const options = plotOptions(spec, answer, SETTING);
    expect(options).toMatchObject({ animation: false, tooltip: { renderMode: "richText", confine: true } });
  });

  it("is not drawn if a column is not in the answer", () => {
    for (const { name } of answer.columns) {
      const columns = answer.columns.filter((column) => column.name !== name);
      const lacking = { ...answer, columns };
      const named = Object.values(spec).flat().includes(name);
      expect(plotOptions(spec, lacking, SETTING) === undefined, name).toBe(named);
    }
  });

  it("shows that marks can be chosen only if they can", () => {
    const cursors = (selectable: boolean) =>
      (plotOptions(spec, answer, { ...SETTING, selectable }) as { series: { cursor: string }[] }).series.map(
        ({ cursor }) => cursor,
      );
    expect(cursors(false)).not.toContain("pointer");
    expect(cursors(true)).not.toContain("default");
  });

  it("takes no markup from values", () => {
    const rows = answer.rows.map((row) =>
      row.map((cell, at) => (answer.columns[at]?.type === "text" ? "{a|b}" : cell)),
    );
    const text = tooltipOf(plotOptions(spec, { ...answer, rows }, SETTING), [0, 0]);
    expect(text.replaceAll("{dot|}", "")).not.toMatch(/\{[a-zA-Z0-9_]+\|/);
  });
});

describe("from right to left", () => {
  const rtl = { ...SETTING, ink: { ...INK, rtl: true } };

  it.each([
    [KINDS[0], { xAxis: { inverse: true }, yAxis: { position: "right" } }],
    [KINDS[2], { xAxis: { inverse: true }, yAxis: { position: "right" }, legend: { right: 0 } }],
    [KINDS[6], { xAxis: { inverse: true }, yAxis: { position: "right" } }],
    [KINDS[7], { series: [{ clockwise: false, startAngle: 0, endAngle: 180 }, {}, {}] }],
  ])("the page is read: %#", (kind, expected) => {
    expect(kind && plotOptions(...kind, rtl)).toMatchObject(expected);
  });
});

describe("pictures", () => {
  it("have a title, and the notes that stand beside the plot otherwise", () => {
    const options = plotOptions({ type: "pie", label: "origin", value: "flights" }, BY_ORIGIN, {
      ...SETTING,
      title: "Flights",
    });
    expect(options).toMatchObject({
      title: { show: true, text: "Flights", subtext: expect.stringContaining("above zero: 2") },
    });
  });
});
