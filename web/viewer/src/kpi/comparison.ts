import type { Cell, KpiSpec } from "../api.ts";

/** How a number stands to another one. */
export interface Comparison {
  difference: number;
  /** The difference as a part of the other number; undefined if that is 0. */
  share: number | undefined;
  direction: "up" | "down" | "same";
  /** Undefined if neither way is better. */
  verdict: "good" | "bad" | undefined;
}

/** Undefined if one of them is no number. */
export function comparisonOf(now: Cell, base: Cell, better: KpiSpec["better"]): Comparison | undefined {
  if (now === null || base === null) return undefined;
  const difference = Number(now) - Number(base);
  if (!Number.isFinite(difference)) return undefined;
  const direction = difference > 0 ? "up" : difference < 0 ? "down" : "same";
  const share = Number(base) === 0 ? undefined : difference / Math.abs(Number(base));
  return { difference, share, direction, verdict: verdictOf(direction, better) };
}

function verdictOf(direction: Comparison["direction"], better: KpiSpec["better"]): Comparison["verdict"] {
  if (!better || direction === "same") return undefined;
  return (direction === "up") === (better === "higher") ? "good" : "bad";
}
