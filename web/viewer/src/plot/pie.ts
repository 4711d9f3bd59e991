import type { Answer, PartsSpec } from "../api.ts";
import { legendStyle } from "./axes.ts";
import { labelOf, type Part, type PartsPlot, partLines, partSelection, readParts } from "./parts.ts";
import { colorAt, type Drawn, opacityOf, type Scene } from "./scene.ts";
import { widthOf } from "./text.ts";
import { type Hovered, markTooltip } from "./tooltip.ts";

/** Narrower than this, labels have no place beside the slices: a legend has them. */
const NARROW = 440;
/** The part of a narrow area that the ring takes. */
const RING_PART = 0.44;
/** Higher than this part of its width, a narrow area has the legend below the ring. */
const HIGH = 0.75;
/** In pixels, of an entry of the legend. */
const ENTRY = 21;
/** The most of the height that a legend below takes. */
const LEGEND_PART = 0.4;

/** Where slices are named: at themselves, or in a legend. */
type Naming = "labels" | "beside" | "below";

/** A ring of parts. Undefined if the answer lacks a column. */
export function pieOptions(spec: PartsSpec, answer: Answer, scene: Scene): Drawn | undefined {
  const plot = readParts(spec, answer, scene.conventions);
  if (!plot) return undefined;
  const naming = namingOf(plot, scene);
  const data = [...slices(plot, scene), ...rest(plot, scene)];
  return {
    tooltip: markTooltip(scene, (mark) => partLines(plot, mark)),
    legend: naming === "labels" ? { show: false } : legend(plot, scene, naming),
    series: [{ ...ring(plot, scene, naming), data, label: slicesLabel(plot, scene, naming === "labels") }],
  };
}

function namingOf({ parts }: PartsPlot, { area: { width, height } }: Scene): Naming {
  if (width >= NARROW) return "labels";
  return height > width * HIGH && parts.length * ENTRY < height * LEGEND_PART ? "below" : "beside";
}

/** The ring, in the middle or on the side from which the page is read. */
function ring(plot: PartsPlot, { ink, area }: Scene, naming: Naming): object {
  const width = naming === "beside" ? area.width * RING_PART : area.width;
  const height = naming === "below" ? area.height - plot.parts.length * ENTRY - ENTRY / 2 : area.height;
  const radius = naming === "labels" ? radiusBetween(plot.parts, area) : Math.min(width, height) / 2 - 2;
  return {
    type: "pie",
    ...(ink.rtl ? { left: "auto", right: area.right } : { left: area.left, right: "auto" }),
    top: area.top,
    width,
    height,
    radius: [radius * 0.6, radius],
    clockwise: !ink.rtl,
    itemStyle: { borderColor: ink.card, borderWidth: 2, borderRadius: 3 },
    labelLine: { length: LINE_LENGTH / 2, length2: LINE_LENGTH / 2 },
    emphasis: { scale: false },
  };
}

/** In pixels, of the line from a slice to its label. */
const LINE_LENGTH = 28;

/** Labels of more slices than this have one line each. */
const MANY_SLICES = 6;

function labelLines(parts: readonly Part[], part: Part | undefined): string[] {
  return parts.length > MANY_SLICES || !part ? [labelOf(part)] : [part.label, part.share];
}

/** As large as the labels on both sides allow. */
function radiusBetween(parts: readonly Part[], { width, height }: Scene["area"]): number {
  const longest = Math.max(...parts.flatMap((part) => labelLines(parts, part)).map((line) => widthOf(line)), 0);
  const room = width / 2 - longest - LINE_LENGTH - 12;
  return Math.min(height / 2 - 30, Math.max(room, width * 0.16));
}

/** Slices are named by their place: what they are called is written by functions, never read as a template. */
function slices(plot: PartsPlot, scene: Scene): object[] {
  return plot.parts.map(({ number }, item) => ({
    name: String(item),
    value: number,
    itemStyle: { color: colorAt(scene.ink, item), opacity: opacityOf(partSelection(plot, item), scene) },
  }));
}

/** Without the parts that are not drawn, the others would seem to be the whole. */
function rest({ left, leftSum, parts }: PartsPlot, { ink }: Scene): object[] {
  if (left === 0) return [];
  const bare = { label: { show: false }, labelLine: { show: false }, emphasis: { disabled: true } };
  return [{ name: String(parts.length), value: leftSum, itemStyle: { color: ink.line }, cursor: "default", ...bare }];
}

function slicesLabel({ parts }: PartsPlot, { ink }: Scene, show: boolean): object {
  return {
    show,
    color: ink.text,
    fontFamily: ink.font,
    fontSize: 12,
    lineHeight: 17,
    formatter: ({ dataIndex }: Hovered) => labelLines(parts, parts[dataIndex]).join("\n"),
  };
}

/** Shares come first here: long names are cut. */
function legend({ parts }: PartsPlot, { ink, area }: Scene, naming: "beside" | "below"): object {
  const width = (naming === "below" ? area.width : area.width * (1 - RING_PART)) - 36;
  const side = ink.rtl ? { left: area.left } : { right: area.right };
  return {
    ...legendStyle(ink),
    align: ink.rtl ? "right" : "left",
    ...(naming === "below" ? { left: "center", top: "auto", bottom: area.bottom } : { ...side, top: "middle" }),
    type: "plain",
    orient: "vertical",
    itemGap: 7,
    data: parts.map((_, item) => String(item)),
    formatter: (name: string) => {
      const part = parts[Number(name)];
      return part ? `${part.share}  ${part.label}` : "";
    },
    textStyle: { color: ink.text, fontFamily: ink.font, fontSize: 12, width, overflow: "truncate" },
  };
}
