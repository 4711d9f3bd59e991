import { BarChart, FunnelChart, GaugeChart, HeatmapChart, LineChart, PieChart, ScatterChart } from "echarts/charts";
import {
  GridComponent,
  LegendComponent,
  TitleComponent,
  TooltipComponent,
  VisualMapContinuousComponent,
} from "echarts/components";
import { type ECElementEvent, type EChartsCoreOption, type EChartsType, init, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { CanvasRenderer, SVGRenderer } from "echarts/renderers";
import { rememberByOwnNames } from "./memory.ts";
import type { Mark } from "./selection.ts";

// The only file that imports the drawing library: it becomes the chunk that a page of tables does not load.
use([BarChart, FunnelChart, GaugeChart, HeatmapChart, LineChart, PieChart, ScatterChart]);
use([GridComponent, LegendComponent, TitleComponent, TooltipComponent, VisualMapContinuousComponent]);
use([LabelLayout, CanvasRenderer, SVGRenderer]);
rememberByOwnNames();

/** A place on the screen, in client pixels. */
export interface Point {
  x: number;
  y: number;
}

/** A drawing that fills its box. */
export interface Drawing {
  /** Draws anew, as large as the box is now. */
  draw(options: EChartsCoreOption): void;
  dispose(): void;
}

/** Puts a drawing into `box`; `onmark` hears which of its marks are clicked. */
export function drawingIn(box: HTMLElement, onmark: (mark: Mark, at: Point) => void): Drawing {
  const chart = init(box, null, { renderer: "svg" });
  chart.on("click", (click) => {
    const { left, top } = box.getBoundingClientRect();
    const { offsetX = 0, offsetY = 0 } = click.event ?? {};
    const mark = markOf(click, chart, [offsetX, offsetY]);
    if (mark) onmark(mark, { x: left + offsetX, y: top + offsetY });
  });
  return {
    draw: (options) => {
      chart.getZr().resize();
      chart.setOption(options, { notMerge: true });
    },
    dispose: () => dispose(chart, () => box.replaceChildren()),
  };
}

/** What a picture is drawn on: lengths in CSS pixels, of which each is `ratio` pixels of the picture wide. */
export interface Paper {
  width: number;
  height: number;
  background: string;
  ratio: number;
}

/** Draws the same as an image of type `image/png`. */
export async function pictureOf(options: EChartsCoreOption, paper: Paper): Promise<Blob> {
  const { width, height, background, ratio } = paper;
  // No element: the library would empty one by `innerHTML`. Its types do not know that it takes anything else.
  const canvas = new OffscreenCanvas(1, 1);
  const size = { width, height, devicePixelRatio: ratio };
  const chart = init(canvas as unknown as HTMLElement, null, { renderer: "canvas", ...size });
  try {
    chart.setOption({ ...options, backgroundColor: background });
    chart.getZr().flush();
    return await canvas.convertToBlob({ type: "image/png" });
  } finally {
    dispose(chart, () => {});
  }
}

/** The mark that was clicked. A line has been clicked between its points: the nearest is meant. */
function markOf(click: ECElementEvent, chart: EChartsType, at: [number, number]): Mark | undefined {
  const { componentType, seriesIndex, dataIndex } = click;
  if (componentType !== "series" || seriesIndex === undefined) return undefined;
  const item = dataIndex ?? chart.convertFromPixel({ seriesIndex }, at)[0];
  return item === undefined ? undefined : { series: seriesIndex, item };
}

/** The library's painters empty their boxes by `innerHTML`, but the page's policy lets only Svelte write markup. */
function dispose(chart: EChartsType, empty: () => void): void {
  const { painter } = chart.getZr();
  painter.clear = painter.dispose = empty;
  chart.dispose();
}
