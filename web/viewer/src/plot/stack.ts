import type { SeriesSpec } from "../api.ts";
import { numberOf, numbersOf } from "./fields.ts";
import type { Series, SeriesPlot } from "./series.ts";

/** Whether marks of one place stand on each other. Lines never do. */
export function isStacked({ type, stack = "grouped" }: SeriesSpec): boolean {
  return type !== "line" && stack !== "grouped";
}

/** Whether marks are shares of 100 %. */
export function isPercent(spec: SeriesSpec): boolean {
  return isStacked(spec) && spec.stack === "percent";
}

/** The part that each series has in all of them at a place; null where a series has nothing. */
export function sharesAt(series: readonly Series[], place: number): (number | null)[] {
  const numbers = series.map(({ cells }) => numberOf(cells[place]));
  const whole = numbers.reduce<number>((sum, number) => sum + Math.abs(number ?? 0), 0);
  return numbers.map((number) => (number === null || whole === 0 ? null : number / whole));
}

/** The length of a series' marks, one a place: nothing is a gap, but where marks stand on each other it is zero. */
export function lengthsOf(spec: SeriesSpec, { x, series }: SeriesPlot, index: number): (number | null)[] {
  return x.cells.map((_, place) => {
    const length = isPercent(spec) ? sharesAt(series, place)[index] : numberOf(series[index]?.cells[place]);
    return length ?? (isStacked(spec) ? 0 : null);
  });
}

export function hasNegative({ series }: SeriesPlot): boolean {
  return series.some(({ cells }) => numbersOf(cells).some((number) => number < 0));
}
