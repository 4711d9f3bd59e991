/** How large a sparkline is drawn, before it is stretched. */
export const WIDTH = 100;
export const HEIGHT = 24;

/** A line through numbers at even distances, with gaps where there is none. */
export interface Sparkline {
  /** Paths of SVG: the line, and what is below it. */
  line: string;
  area: string;
  /** How high the last number stands: from 0 at the bottom to 1 at the top. */
  end: number | undefined;
}

/** Undefined if there are not two numbers. */
export function sparklineOf(values: readonly (number | null)[]): Sparkline | undefined {
  const numbers = values.filter((value) => value !== null);
  if (numbers.length < 2) return undefined;
  const least = numbers.reduce((one, other) => Math.min(one, other));
  const spread = numbers.reduce((one, other) => Math.max(one, other)) - least;
  const heights = values.map((value) => (value === null ? null : spread === 0 ? 0.5 : (value - least) / spread));
  const runs = runsOf(heights);
  return {
    line: runs.map((points) => `M${points.map(written).join("L")}`).join(""),
    area: runs
      .map((points) => `M${[foot(points[0]), ...points.map(written), foot(points.at(-1))].join("L")}Z`)
      .join(""),
    end: heights.at(-1) ?? undefined,
  };
}

type Point = [x: number, y: number];

function runsOf(heights: readonly (number | null)[]): Point[][] {
  const runs: Point[][] = [[]];
  for (const [index, height] of heights.entries()) {
    if (height === null) runs.push([]);
    else runs.at(-1)?.push([(index / (heights.length - 1)) * WIDTH, (1 - height) * HEIGHT]);
  }
  return runs.filter((points) => points.length > 0);
}

function written([x, y]: Point): string {
  return `${rounded(x)} ${rounded(y)}`;
}

function foot([x] = [0, 0] as Point): string {
  return `${rounded(x)} ${HEIGHT}`;
}

function rounded(number: number): number {
  return Math.round(number * 100) / 100;
}
