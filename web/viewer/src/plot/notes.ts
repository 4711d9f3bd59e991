import type { Answer, PlotSpec } from "../api.ts";
import { CONVENTIONS } from "../format.ts";
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
      return [...onlyFirst(MOST_SERIES, left, split?.column.label), ...counted(lacking, "without both numbers")];
    }
    case "pie":
    case "funnel": {
      const { parts = [], label, left = 0, lacking = 0 } = readParts(spec, answer, CONVENTIONS) ?? {};
      return [
        ...onlyFirst(parts.length, left, label?.column.label),
        ...counted(lacking, "without a number above zero"),
      ];
    }
    case "heatmap":
      return [];
    case "gauge": {
      const { cell = null } = readGauge(spec, answer, CONVENTIONS) ?? {};
      const number = numberOf(cell) ?? spec.min;
      return number < spec.min || number > spec.max ? ["The number is beyond the ends of the scale."] : [];
    }
    default: {
      const { split, left = 0 } = readSeries(spec, answer, CONVENTIONS) ?? {};
      return onlyFirst(MOST_SERIES, left, split?.column.label);
    }
  }
}

function onlyFirst(drawn: number, left: number, label = ""): string[] {
  return left > 0
    ? [`Only the first ${drawn} of ${drawn + left} values of ${label} are drawn; the table has all.`]
    : [];
}

function counted(rows: number, which: string): string[] {
  if (rows === 0) return [];
  return [rows === 1 ? `1 row ${which} is not drawn.` : `${rows} rows ${which} are not drawn.`];
}
