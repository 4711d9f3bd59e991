import type { EChartsCoreOption } from "echarts/core";
import type { Answer, PlotSpec } from "../api.ts";
import { isComplete } from "./fields.ts";
import { funnelOptions } from "./funnel.ts";
import { gaugeOptions } from "./gauge.ts";
import { heatmapOptions } from "./heatmap.ts";
import { plotNotes } from "./notes.ts";
import { pieOptions } from "./pie.ts";
import { scatterOptions } from "./scatter.ts";
import { type Drawn, type Scene, type Setting, sceneOf, titleOf } from "./scene.ts";
import { seriesOptions } from "./series-options.ts";

/** Turns our chart spec and rows into options for the drawing library. Undefined if a column is not in the answer. */
export function plotOptions(spec: PlotSpec, answer: Answer, setting: Setting): EChartsCoreOption | undefined {
  if (!isComplete(spec, answer)) return undefined;
  const notes = plotNotes(spec, answer);
  const scene = sceneOf(setting, notes);
  const options = optionsOf(spec, answer, scene);
  const { ink, selectable } = setting;
  return (
    options && {
      animation: false,
      color: ink.series,
      textStyle: { fontFamily: ink.font, color: ink.text },
      title: titleOf(scene, notes),
      ...options,
      series: options.series.map((series) => ({ ...series, cursor: selectable ? "pointer" : "default" })),
    }
  );
}

function optionsOf(spec: PlotSpec, answer: Answer, scene: Scene): Drawn | undefined {
  switch (spec.type) {
    case "scatter":
      return scatterOptions(spec, answer, scene);
    case "pie":
      return pieOptions(spec, answer, scene);
    case "funnel":
      return funnelOptions(spec, answer, scene);
    case "heatmap":
      return heatmapOptions(spec, answer, scene);
    case "gauge":
      return gaugeOptions(spec, answer, scene);
    default:
      return seriesOptions(spec, answer, scene);
  }
}
