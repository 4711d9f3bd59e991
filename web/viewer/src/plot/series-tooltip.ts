import type { Cell, SeriesSpec } from "../api.ts";
import { NOTHING } from "../format.ts";
import { plotWord } from "../words/plot/plot-word.ts";
import { numberOf } from "./fields.ts";
import type { Scene } from "./scene.ts";
import type { SeriesPlot } from "./series.ts";
import { isPercent, sharesAt } from "./stack.ts";
import { shareWriter } from "./text.ts";
import { type Hovered, type Line, tooltipOf, tooltipText } from "./tooltip.ts";

/** Heights in pixels of one line, and of what surrounds the lines. */
const LINE_HEIGHT = 22;
const SURROUNDINGS = 24;

/** A tooltip about all series at the place of the pointer. */
export function seriesTooltip(spec: SeriesSpec, plot: SeriesPlot, scene: Scene): object {
  const { line, muted } = scene.ink;
  const pointer = { type: spec.type === "bar" ? "shadow" : "line", z: 1, animation: false };
  return {
    ...tooltipOf(scene),
    trigger: "axis",
    axisPointer: { ...pointer, lineStyle: { color: muted }, shadowStyle: { color: line, opacity: 0.35 } },
    formatter: (marks: Hovered[]) => tooltipText(linesAt(marks, spec, plot, scene)),
  };
}

function linesAt(marks: readonly Hovered[], spec: SeriesSpec, plot: SeriesPlot, scene: Scene): Line[] {
  const place = marks[0]?.dataIndex;
  if (place === undefined) return [];
  const write = writerAt(place, spec, plot, scene);
  const room = Math.max(3, Math.floor((scene.height - SURROUNDINGS) / LINE_HEIGHT) - 2);
  const shown = marks.length > room + 1 ? greatest(marks, plot, room) : marks;
  const more = marks.length - shown.length;
  return [
    { text: plot.x.write(plot.x.cells[place] ?? null) },
    ...shown.map(({ marker, seriesIndex }) => ({ marker, text: write(seriesIndex) })),
    ...(more > 0 ? [{ text: plotWord("andSmaller", { count: more }) }] : []),
  ];
}

/** Writes the label and the value of a series at a place, and its share if that is what is drawn. */
function writerAt(place: number, spec: SeriesSpec, plot: SeriesPlot, scene: Scene): (index: number) => string {
  const shares = isPercent(spec) ? sharesAt(plot.series, place) : [];
  const writeShare = shareWriter(scene.conventions);
  return (index) => {
    const series = plot.series[index];
    const share = shares[index] ?? null;
    const value = series?.write(series.cells[place] ?? null) ?? NOTHING;
    return `${series?.label ?? NOTHING}: ${value}${share === null ? "" : ` (${writeShare(share)})`}`;
  };
}

/** The marks with the greatest values, in the order of the series. */
function greatest(marks: readonly Hovered[], { series }: SeriesPlot, count: number): Hovered[] {
  const size = ({ seriesIndex, dataIndex }: Hovered) => {
    const cell: Cell | undefined = series[seriesIndex]?.cells[dataIndex];
    return Math.abs(numberOf(cell) ?? 0);
  };
  const chosen = new Set(marks.toSorted((one, other) => size(other) - size(one)).slice(0, count));
  return marks.filter((mark) => chosen.has(mark));
}
