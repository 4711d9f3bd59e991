import { describe, expect, it } from "vitest";
import type { Cell, PlotSpec } from "../api.ts";
import { plotOptions } from "./plot.ts";
import { answerOf, BY_CARRIER, BY_MONTH, SETTING, tooltipOf } from "./testkit.ts";

describe("lines, areas and bars", () => {
  it("have a gap where there is no value", () => {
    const options = plotOptions({ type: "line", x: "month", y: ["flights", "delay"] }, BY_MONTH, SETTING);
    expect(options).toMatchObject({
      xAxis: { type: "category", data: ["Jan 2013", "Feb 2013"] },
      series: [
        { type: "line", name: "Flights", data: [3690, 9007199254740992] },
        { type: "line", name: "Delay", data: [{ value: 12.345 }, null] },
      ],
    });
  });

  it("say exact values beside the pointer", () => {
    const options = plotOptions({ type: "line", x: "month", y: ["flights", "delay"] }, BY_MONTH, SETTING);
    expect(tooltipOf(options, [0, 1], [1, 1])).toBe("Feb 2013\n{dot|}Flights: 9,007,199,254,740,993\n{dot|}Delay: –");
  });

  it("are told apart by a field, in the order in which its values appear", () => {
    const spec: PlotSpec = { type: "line", x: "month", y: ["flights"], series: "carrier" };
    expect(plotOptions(spec, BY_CARRIER, SETTING)).toMatchObject({
      xAxis: { data: ["Jan 2013", "Feb 2013", "Mar 2013"] },
      series: [
        { name: "UA", data: [30, 20, null] },
        { name: "B6", data: [{ value: 10 }, null, { value: 5 }] },
      ],
    });
  });

  it("go by the calendar, whatever the first series lacks", () => {
    const answer = answerOf("month carrier flights", ["2013-03-01", "UA", 1], ["2013-01-01", "B6", 2]);
    const spec: PlotSpec = { type: "line", x: "month", y: ["flights"], series: "carrier" };
    expect(plotOptions(spec, answer, SETTING)).toMatchObject({ xAxis: { data: ["Jan 2013", "Mar 2013"] } });
  });

  it("stand on zero where there is nothing, which is still written as nothing", () => {
    const spec: PlotSpec = { type: "area", x: "month", y: ["flights"], series: "carrier", stack: "stacked" };
    const options = plotOptions(spec, BY_CARRIER, SETTING);
    expect(options).toMatchObject({ series: [{ stack: "all" }, { stack: "all", data: [10, 0, 5] }] });
    expect(tooltipOf(options, [0, 1], [1, 1])).toContain("B6: –");
  });

  it("are shares of 100 %, with their values beside the pointer", () => {
    const spec: PlotSpec = { type: "bar", x: "month", y: ["flights"], series: "carrier", stack: "percent" };
    const options = plotOptions(spec, BY_CARRIER, SETTING);
    expect(options).toMatchObject({ yAxis: { max: 1 }, series: [{ data: [0.75, 1, 0] }, { data: [0.25, 0, 1] }] });
    expect(tooltipOf(options, [0, 0], [1, 0])).toBe("Jan 2013\n{dot|}UA: 30 (75%)\n{dot|}B6: 10 (25%)");
  });

  it("lie on their side if their labels are long and not of time", () => {
    const bars = (x: string, cell: Cell) =>
      plotOptions({ type: "bar", x, y: ["flights"] }, answerOf(`${x} flights`, [cell, 7]), SETTING);
    expect(bars("origin", "LGA")).toMatchObject({ xAxis: { type: "category" } });
    expect(bars("origin", "La Guardia Intl")).toMatchObject({ yAxis: { type: "category" } });
    expect(bars("month", "2013-01-15")).toMatchObject({ xAxis: { type: "category" } });
  });

  it("have axes that write the numbers' format briefly", () => {
    const written = (name: string, cell: Cell, number: number) => {
      const spec: PlotSpec = { type: "line", x: "month", y: [name] };
      const options = plotOptions(spec, answerOf(`month ${name}`, ["2013-01-01", cell]), SETTING);
      return (options as { yAxis: { axisLabel: { formatter: (n: number) => string } } }).yAxis.axisLabel.formatter(
        number,
      );
    };
    expect(written("flights", 20000, 12500)).toBe("12.5k");
    expect(written("punctual", "0.5", 0.25)).toBe("25%");
    expect(written("revenue", "1500000", 1500000)).toBe("€1.5m");
  });

  it("have colors of their own beyond those of the page", () => {
    const rows = [..."abc"].map((carrier) => ["2013-01-01", carrier, 1]);
    const spec: PlotSpec = { type: "bar", x: "month", y: ["flights"], series: "carrier" };
    const options = plotOptions(spec, answerOf("month carrier flights", ...rows), SETTING);
    expect(options).toMatchObject({ series: [{ color: "#0000ff" }, { color: "#ff0000" }, { color: "#0000ff99" }] });
  });
});
