/** How wide a column may be made, in CSS pixels. */
export const NARROWEST = 48;
export const WIDEST = 1200;
/** How wide a column is at most before somebody has made it wider. */
const ROOMY = 320;
/** What a press of an arrow key adds. */
export const STEP = 16;
/** Both paddings of a cell, and a little for digits that are drawn wider than they are measured. */
const AROUND = 44;

/** The width of a text that is written in a cell, in CSS pixels. */
export type Measure = (text: string) => number;

/** Measures without touching the layout, in the font that tables inherit from the page. */
export function measureIn(page: HTMLElement): Measure {
  const context = document.createElement("canvas").getContext("2d");
  const { fontFamily, fontSize } = getComputedStyle(page);
  if (!context) return (text) => text.length * 8;
  context.font = `${fontSize} ${fontFamily}`;
  return (text) => context.measureText(text).width;
}

/** The width in which all these texts fit, as far as it is sensible. */
export function widthOf(texts: readonly string[], measure: Measure, most = ROOMY): number {
  // The longest few by characters: letters differ, but not that much.
  const longest = texts.toSorted((one, other) => other.length - one.length).slice(0, 5);
  return limited(Math.ceil(Math.max(...longest.map(measure), 0)) + AROUND, most);
}

/** Widens columns evenly until they fill the room that there is. */
export function spread(widths: readonly number[], room: number): number[] {
  const factor = room / sumOf(widths);
  return factor > 1 ? widths.map((width) => width * factor) : [...widths];
}

export function limited(width: number, most = WIDEST): number {
  return Math.min(Math.max(width, NARROWEST), most);
}

export function sumOf(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0);
}
