import { describe, expect, it } from "vitest";
import { plotOptions } from "./plot.ts";
import { answerOf, BY_ORIGIN, INK, SETTING, tooltipOf } from "./testkit.ts";

describe("pies and funnels", () => {
  it("have parts above zero, with shares of the whole or of the first", () => {
    const tooltip = (type: "pie" | "funnel") =>
      tooltipOf(plotOptions({ type, label: "origin", value: "flights" }, BY_ORIGIN, SETTING), [0, 1]);
    expect(tooltip("pie")).toBe("LGA\n{dot|}Flights: 40 (40%)");
    expect(tooltip("funnel")).toBe("LGA\n{dot|}Flights: 40 (66.7%)");
  });

  it("have at most twelve slices, and a rest that nobody takes for one", () => {
    const rows = [...Array(14).keys()].map((at) => [`airport ${at}`, 10]);
    const options = plotOptions(
      { type: "pie", label: "origin", value: "flights" },
      answerOf("origin flights", ...rows),
      SETTING,
    );
    const { series } = options as { series: { data: object[] }[] };
    expect(series[0]?.data).toHaveLength(13);
    expect(series[0]?.data[12]).toMatchObject({ value: 20, itemStyle: { color: INK.line }, label: { show: false } });
  });

  it.each([
    [1200, false, true],
    [290, true, false],
  ])("have a legend where labels have no room: %i pixels", (width, legend, label) => {
    const options = plotOptions({ type: "pie", label: "origin", value: "flights" }, BY_ORIGIN, { ...SETTING, width });
    const { legend: drawn, series } = options as { legend: { show?: boolean }; series: { label: { show: boolean } }[] };
    expect([drawn.show ?? true, series[0]?.label.show]).toEqual([legend, label]);
  });

  it.each([
    [290, 288, "below"],
    [430, 240, "beside"],
  ])("have a legend below a ring where there is more height than width: %i × %i pixels", (width, height, where) => {
    const setting = { ...SETTING, width, height };
    const options = plotOptions({ type: "pie", label: "origin", value: "flights" }, BY_ORIGIN, setting);
    const { legend, series } = options as { legend: { left?: string }; series: { width: number }[] };
    expect(legend.left === "center" ? "below" : "beside").toBe(where);
    expect((series[0]?.width ?? 0) > width / 2).toBe(where === "below");
  });

  it("have labels at steps that say the share first, and are cut, where they have no room", () => {
    const labels = (width: number) => {
      const answer = answerOf("origin flights", ["An airport with a name that is rather long", 10]);
      const options = plotOptions({ type: "funnel", label: "origin", value: "flights" }, answer, { ...SETTING, width });
      const { series } = options as { series: { label: { overflow?: string; formatter: (at: object) => string } }[] };
      const label = series[0]?.label;
      return [label?.overflow, label?.formatter({ dataIndex: 0 }).startsWith("100%")];
    };
    expect(labels(1200)).toEqual([undefined, false]);
    expect(labels(290)).toEqual(["truncate", true]);
  });
});
