import type { Selection } from "../api.ts";
import type { Conventions } from "../format.ts";

/** Colours of a plot, from the page's style sheet, and the way the page is read. */
export interface Ink {
  text: string;
  muted: string;
  line: string;
  card: string;
  accent: string;
  font: string;
  /** One a series; further series have them again, fainter. Six-digit hexadecimal, as all of the page's are. */
  series: string[];
  /** Whether the page is read from right to left. */
  rtl: boolean;
}

/** What a plot is drawn for, besides its rows: lengths are in CSS pixels. */
export interface Setting {
  ink: Ink;
  conventions: Conventions;
  width: number;
  height: number;
  /** Written above, with a margin around everything: for a picture by itself. */
  title?: string;
  /** What somebody has chosen: other marks are faint. */
  selected?: Selection | undefined;
  /** Whether marks can be chosen. */
  selectable?: boolean;
}

/** The rectangle that is left for the plot itself; the sides are distances from those of the drawing. */
export interface Area {
  left: number;
  right: number;
  top: number;
  bottom: number;
  width: number;
  height: number;
}

export interface Scene extends Setting {
  area: Area;
}

/** What one kind of plot is made of, as the drawing library has it. */
export interface Drawn {
  series: object[];
  tooltip: object;
  [component: string]: unknown;
}

/** Above this many series one would be mistaken for another. */
export const MOST_SERIES = 12;

const PICTURE_MARGIN = 20;
const TITLE_HEIGHT = 28;
const NOTE_HEIGHT = 20;

/** Divides a drawing into its title, if it has one, and the plot. */
export function sceneOf(setting: Setting, notes: readonly string[]): Scene {
  const { width, height, title } = setting;
  const margin = title === undefined ? 0 : PICTURE_MARGIN;
  const top = title === undefined ? 0 : margin + TITLE_HEIGHT + (notes.length > 0 ? NOTE_HEIGHT : 0);
  const sides = { left: margin, right: margin, top, bottom: margin };
  return { ...setting, area: { ...sides, width: width - 2 * margin, height: height - top - margin } };
}

/** The title of a picture, with the notes, which nobody can look up elsewhere there. */
export function titleOf({ title, area, ink }: Scene, notes: readonly string[]): object {
  const fits = { width: area.width, overflow: "truncate" };
  return {
    show: title !== undefined,
    text: title ?? "",
    subtext: notes.join(" "),
    top: PICTURE_MARGIN - 4,
    padding: 0,
    itemGap: 8,
    ...(ink.rtl ? { right: area.right, textAlign: "right" } : { left: area.left }),
    textStyle: { color: ink.text, fontFamily: ink.font, fontSize: 16, fontWeight: 600, ...fits },
    subtextStyle: { color: ink.muted, fontFamily: ink.font, fontSize: 12, ...fits },
  };
}

/** The colour of the series with this place in the answer's order. */
export function colorAt(ink: Ink, index: number): string {
  const color = ink.series[index % ink.series.length] ?? ink.accent;
  return index < ink.series.length ? color : `${color}99`;
}

const FAINT = 0.25;

/** How opaque a mark with these values is: faint if it differs in a field that somebody has chosen a value of. */
export function opacityOf(mark: Selection | undefined, { selected = {} }: Setting): number {
  const other = Object.entries(mark ?? {}).some(
    ([field, cell]) => Object.hasOwn(selected, field) && selected[field] !== cell,
  );
  return other ? FAINT : 1;
}
