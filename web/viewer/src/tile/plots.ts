import type { ChartSpec, Page, PlotSpec } from "../api.ts";

/** Whether a chart is drawn by the drawing library. */
export function isPlot(spec: ChartSpec): spec is PlotSpec {
  return spec.type !== "kpi" && spec.type !== "table" && spec.type !== "pivot";
}

/** Loads the drawing library and what stands around it: a chunk that pages of tables do without. */
export function loadPlot() {
  return import("../plot/Plot.svelte");
}

/** Begins to load it while the rows are on their way, if a page has something to draw. */
export function expectPlots({ elements }: Page): void {
  if (elements.some((element) => "chart" in element && isPlot(element.chart))) loadPlot().catch(() => {});
}
