import type { Answer, PlotSpec, Selection } from "../api.ts";
import { CONVENTIONS } from "../format.ts";
import { heatmapSelection, readHeatmap } from "./heatmap.ts";
import { partSelection, readParts } from "./parts.ts";
import { readScatter, scatterSelection } from "./scatter.ts";
import { readSeries, seriesSelection } from "./series.ts";

/** A mark of a drawing, counted from zero: which of the series, and which in it. */
export interface Mark {
  series: number;
  item: number;
}

/** The values that a mark stands for, by field. Undefined if it stands for none, as that of a gauge. */
export function selectionAt(spec: PlotSpec, answer: Answer, { series, item }: Mark): Selection | undefined {
  switch (spec.type) {
    case "scatter": {
      const plot = readScatter(spec, answer, CONVENTIONS);
      return plot && scatterSelection(plot, series, item);
    }
    case "pie":
    case "funnel": {
      const plot = readParts(spec, answer, CONVENTIONS);
      return plot && partSelection(plot, item);
    }
    case "heatmap": {
      const plot = readHeatmap(spec, answer, CONVENTIONS);
      return plot && heatmapSelection(plot, item);
    }
    case "gauge":
      return undefined;
    default: {
      const plot = readSeries(spec, answer, CONVENTIONS);
      return plot && seriesSelection(plot, series, item);
    }
  }
}
