/** A line of a table's body, and the place of a cell in it. */
export interface Spot {
  line: number;
  place: number;
}

/** Of a table. */
export interface Extent {
  lines: number;
  /** Cells of a line that can be chosen one by one; undefined: the line as a whole. */
  places: number | undefined;
  /** Lines that are in view at a time. */
  page: number;
  rightToLeft: boolean;
}

/** Where a key leads from a spot; undefined: nowhere, it means something else. */
export function moved(
  event: Pick<KeyboardEvent, "key" | "ctrlKey">,
  { line, place }: Spot,
  extent: Extent,
): Spot | undefined {
  const { lines, places = 1, page, rightToLeft } = extent;
  const forward = rightToLeft ? "ArrowLeft" : "ArrowRight";
  const to = (newLine: number, newPlace: number) => ({
    line: Math.max(Math.min(newLine, lines - 1), 0),
    place: Math.max(Math.min(newPlace, places - 1), 0),
  });
  const sideways = extent.places !== undefined;
  const ends = event.ctrlKey || !sideways;
  switch (event.key) {
    case "ArrowDown":
      return to(line + 1, place);
    case "ArrowUp":
      return to(line - 1, place);
    case "PageDown":
      return to(line + page, place);
    case "PageUp":
      return to(line - page, place);
    case "Home":
      return to(ends ? 0 : line, 0);
    case "End":
      return to(ends ? lines - 1 : line, places - 1);
    case "ArrowLeft":
    case "ArrowRight":
      // Where lines are chosen, the browser scrolls.
      return sideways ? to(line, place + (event.key === forward ? 1 : -1)) : undefined;
    default:
      return undefined;
  }
}
