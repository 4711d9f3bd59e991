import type { Answer, PartsSpec } from "../api.ts";
import { labelOf, type Part, type PartsPlot, partLines, partSelection, readParts } from "./parts.ts";
import { colorAt, type Drawn, opacityOf, type Scene } from "./scene.ts";
import { widthOf } from "./text.ts";
import { type Hovered, markTooltip } from "./tooltip.ts";

/** In pixels: between two steps, and between a step and its label. */
const GAP = 2;
const LABEL_GAP = 12;

/** Steps in the order of the rows. Undefined if the answer lacks a column. */
export function funnelOptions(spec: PartsSpec, answer: Answer, scene: Scene): Drawn | undefined {
  const plot = readParts(spec, answer, scene.conventions);
  if (!plot) return undefined;
  const { ink } = scene;
  const series = {
    type: "funnel",
    ...placeOf(plot, scene),
    min: 0,
    max: Math.max(...plot.parts.map(({ number }) => number), 0),
    sort: "none",
    gap: GAP,
    color: [colorAt(ink, 0)],
    itemStyle: { borderWidth: 0 },
    emphasis: { disabled: true },
    label: {
      position: ink.rtl ? "left" : "right",
      color: ink.text,
      fontFamily: ink.font,
      fontSize: 12,
      ...labelWithin(plot, scene),
    },
    labelLine: { length: LABEL_GAP, lineStyle: { color: ink.line } },
    data: [...steps(plot, scene), ...end(plot)],
  };
  return { tooltip: markTooltip(scene, (mark) => partLines(plot, mark)), legend: { show: false }, series: [series] };
}

/** Labels that have less room than they need are cut, and say the share first. */
function labelWithin({ parts }: PartsPlot, { area }: Scene): object {
  const room = area.width - widthIn(parts, area) - LABEL_GAP - 4;
  const narrow = longestOf(parts) > room;
  const written = (part: Part | undefined) => (narrow && part ? `${part.share}  ${part.label}` : labelOf(part));
  return {
    formatter: ({ dataIndex }: Hovered) => written(parts[dataIndex]),
    ...(narrow && { width: room, overflow: "truncate" }),
  };
}

function longestOf(parts: readonly Part[]): number {
  return Math.max(0, ...parts.map((part) => widthOf(labelOf(part))));
}

/** Of the broadest step. */
function widthIn(parts: readonly Part[], area: Scene["area"]): number {
  return Math.max(area.width * 0.3, Math.min(area.width - longestOf(parts) - LABEL_GAP - 8, area.width * 0.56));
}

/** In the middle, with room for the longest label at the side of the broadest step. */
function placeOf({ parts }: PartsPlot, { ink, area }: Scene): object {
  const width = widthIn(parts, area);
  const margin = Math.max(0, (area.width - width - longestOf(parts) - LABEL_GAP - 8) / 2);
  const side = ink.rtl ? { left: "auto", right: area.right + margin } : { left: area.left + margin, right: "auto" };
  return { ...side, top: area.top + 4, width, height: area.height - 8 };
}

function steps(plot: PartsPlot, scene: Scene): object[] {
  const height = (scene.area.height - 8 - GAP * plot.parts.length) / plot.parts.length;
  return plot.parts.map(({ number }, item) => ({
    name: String(item),
    value: number,
    itemStyle: { height, opacity: opacityOf(partSelection(plot, item), scene) },
  }));
}

/** A step of no height, as broad as the last: without it the last would end in a point, as if nothing were left. */
function end({ parts }: PartsPlot): object[] {
  const hidden = { show: false };
  const value = parts.at(-1)?.number;
  return value ? [{ name: "", value, itemStyle: { height: 0, opacity: 0 }, label: hidden, labelLine: hidden }] : [];
}
