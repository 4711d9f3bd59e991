import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

// The only file that imports the drawing library: it becomes the chunk that a page of tables does not load.
use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

/** A drawing that fills its box. */
export interface Drawing {
  draw(options: EChartsCoreOption): void;
  dispose(): void;
}

/** Puts a drawing into `box` and keeps it as large as the box. */
export function drawingIn(box: HTMLElement): Drawing {
  const chart = init(box, null, { renderer: "svg" });
  const resize = new ResizeObserver(() => chart.resize());
  resize.observe(box);
  return {
    draw: (options) => chart.setOption(options, { notMerge: true }),
    dispose: () => {
      resize.disconnect();
      // The library's painter empties its box by `innerHTML`, but the page's policy lets only Svelte write markup.
      const { painter } = chart.getZr();
      painter.clear = painter.dispose = () => box.replaceChildren();
      chart.dispose();
    },
  };
}
