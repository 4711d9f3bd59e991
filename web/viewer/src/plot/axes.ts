import { type Field, isTime } from "./fields.ts";
import type { Ink, Scene } from "./scene.ts";
import { widthOf } from "./text.ts";

/** Labels longer than this stand beside their bars, not below them. */
const LONG_LABEL = 10;

/** Whether bars lie on their side. Time always runs along the page. */
export function isSideways({ column }: Field, labels: readonly string[]): boolean {
  return !isTime(column) && labels.some((label) => label.length > LONG_LABEL);
}

/** The rectangle of the axes, below what takes `above` pixels. Labels of the axes are inside of it. */
export function gridOf({ area }: Scene, above: number, below = 0): object {
  return {
    left: area.left + 2,
    right: area.right + 8,
    top: area.top + above + 10,
    bottom: area.bottom + below + 2,
    outerBoundsMode: "same",
    outerBoundsContain: "all",
  };
}

/** How an axis of places stands. */
interface Stand {
  upright: boolean;
  /** Whether the first and the last place keep half a place of distance from the ends, as bars need it. */
  gap: boolean;
}

/** An axis with a place for each label. */
export function categoryAxis(labels: readonly string[], { ink, area }: Scene, { upright, gap }: Stand): object {
  const room = Math.min(160, area.width * 0.36);
  return {
    type: "category",
    data: labels,
    axisTick: { show: false },
    axisLine: { onZero: false, lineStyle: { color: ink.line } },
    boundaryGap: gap,
    axisLabel: { ...labelsOf(ink), ...(upright && { width: room, overflow: "truncate" }) },
    ...(upright ? uprightSide(ink) : { inverse: ink.rtl }),
    ...(upright && { inverse: true }),
  };
}

/** An axis of numbers, written by `write`. */
export function valueAxis(write: (value: number) => string, { ink, area }: Scene, upright: boolean): object {
  const split = upright ? Math.round(area.height / 60) : Math.round(area.width / 140);
  return {
    type: "value",
    splitNumber: Math.max(2, Math.min(5, split)),
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { lineStyle: { color: ink.line } },
    axisLabel: { ...labelsOf(ink), formatter: write },
    ...(upright ? uprightSide(ink) : { inverse: ink.rtl }),
  };
}

function labelsOf(ink: Ink): object {
  return { color: ink.muted, fontFamily: ink.font, fontSize: 12, hideOverlap: true };
}

/** Pages are read from the side on which the upright axis stands. */
function uprightSide({ rtl }: Ink): object {
  return { position: rtl ? "right" : "left" };
}

/** What stands above the plot and tells its series apart. */
export interface Legend {
  legend: object;
  /** In pixels; zero if there is nothing to tell apart. */
  height: number;
}

const ROW_HEIGHT = 22;
const ICON_WIDTH = 17;
const ITEM_GAP = 14;
const MOST_ROWS = 2;

/** A legend with as many rows as it needs; with one that turns pages, if these would be too many and it is no picture. */
export function legendAbove(labels: readonly string[], scene: Scene): Legend {
  if (labels.length < 2) return { legend: { show: false }, height: 0 };
  const rows = rowsOf(labels, scene.area.width);
  const scrolls = rows > MOST_ROWS && scene.title === undefined;
  const { ink, area } = scene;
  const side = ink.rtl ? { right: area.right, align: "right" } : { left: area.left };
  const legend = {
    ...legendStyle(ink),
    ...side,
    type: scrolls ? "scroll" : "plain",
    top: area.top,
    width: area.width - 4,
    data: ink.rtl && rows === 1 ? labels.toReversed() : labels,
  };
  return { legend, height: (scrolls ? 1 : rows) * ROW_HEIGHT + 6 };
}

/** How every legend looks. */
export function legendStyle(ink: Ink): object {
  return {
    icon: "roundRect",
    padding: [2, 0],
    itemWidth: 12,
    itemHeight: 12,
    itemGap: ITEM_GAP,
    textStyle: { color: ink.text, fontFamily: ink.font, fontSize: 12 },
    pageIconColor: ink.text,
    pageIconInactiveColor: ink.line,
    pageIconSize: 11,
    pageTextStyle: { color: ink.muted, fontFamily: ink.font },
  };
}

function rowsOf(labels: readonly string[], width: number): number {
  let [rows, used] = [1, 0];
  for (const label of labels) {
    const own = widthOf(label) + ICON_WIDTH + ITEM_GAP;
    if (used + own - ITEM_GAP > width && used > 0) [rows, used] = [rows + 1, 0];
    used += own;
  }
  return rows;
}
