/** Lines drawn above and below those in view, so that a fast wheel meets no blank. */
const MARGIN = 10;
/** What is drawn beside the columns in view, in CSS pixels. */
const BESIDE = 300;

/** What of a scrolling region is in view; all but the lines in CSS pixels. */
export interface View {
  /** How far the region is scrolled. */
  scrolled: number;
  /** How much of the body it shows: without the head, which stays. */
  height: number;
  /** The height of one line. */
  line: number;
  /** Lines there are. */
  count: number;
}

/** What is drawn of lines, or of columns: from `first` up to, but not including, `end`. */
export interface Range {
  first: number;
  end: number;
}

export function linesIn({ scrolled, height, line, count }: View): Range {
  const top = Math.floor(Math.max(scrolled, 0) / line);
  const bottom = Math.ceil(Math.max(scrolled + height, 0) / line);
  const end = Math.min(bottom + MARGIN, count);
  return { first: Math.max(Math.min(top, end) - MARGIN, 0), end };
}

/** The columns in view, and some beside them, of a region that shows so many pixels from `scrolled` on. */
export function columnsIn(widths: readonly number[], scrolled: number, room: number): Range {
  const range = { first: 0, end: 0 };
  let start = 0;
  for (const [index, width] of widths.entries()) {
    if (start + width < scrolled - BESIDE) range.first = index + 1;
    if (start < scrolled + room + BESIDE) range.end = index + 1;
    start += width;
  }
  return range;
}

/** How far to scroll so that what begins at `start` is in view: no further than it takes. */
export function scrollTo(start: number, size: number, scrolled: number, room: number): number {
  return Math.min(Math.max(scrolled, start + size - room), start);
}

/** The first line that is in view as a whole. */
export function firstIn({ scrolled, line, count }: View): number {
  return Math.min(Math.ceil(Math.max(scrolled, 0) / line), count - 1);
}
