import type { Answer, PlotSpec } from "../api.ts";
import { CONVENTIONS } from "../format.ts";
import { plotWord } from "../words/plot/plot-word.ts";
import { numberOf } from "./fields.ts";
import { readGauge } from "./gauge.ts";
import { readParts } from "./parts.ts";
import { readScatter } from "./scatter.ts";
import { MOST_SERIES } from "./scene.ts";
import { readSeries } from "./series.ts";

/** What a drawing does not show of the answer, in sentences. */
export function plotNotes(spec: PlotSpec, answer: Answer): string[] {
  switch (spec.type) {
    case "scatter": {
      const { split, left = 0, lacking = 0 } = readScatter(spec, answer, CONVENTIONS) ?? {};
      return [...onlyFirst(MOST_SERIES, left, split?.column.label), ...counted(lacking, "withoutBoth")];
    }
    case "pie":
    case "funnel": {
      const { parts = [], label, left = 0, lacking = 0 } = readParts(spec, answer, CONVENTIONS) ?? {};
      return [...onlyFirst(parts.length, left, label?.column.label), ...counted(lacking, "withoutPositive")];
    }
    case "heatmap":
      return [];
    case "gauge": {
      const { cell = null } = readGauge(spec, answer, CONVENTIONS) ?? {};
      const number = numberOf(cell) ?? spec.min;
      return number < spec.min || number > spec.max ? [plotWord("beyondScale")] : [];
    }
    default: {
      const { split, left = 0 } = readSeries(spec, answer, CONVENTIONS) ?? {};
      return onlyFirst(MOST_SERIES, left, split?.column.label);
    }
  }
}

function onlyFirst(drawn: number, left: number, label = ""): string[] {
  return left > 0 ? [plotWord("onlyFirstDrawn", { count: drawn, all: drawn + left, field: label })] : [];
}

function counted(count: number, which: "withoutBoth" | "withoutPositive"): string[] {
  return count === 0 ? [] : [plotWord(which, { count })];
}
