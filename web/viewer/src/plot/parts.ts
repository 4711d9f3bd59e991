import type { Answer, PartsSpec, Selection } from "../api.ts";
import type { Conventions } from "../format.ts";
import { plotWord } from "../words/plot/plot-word.ts";
import { type Field, fieldOf, numberOf } from "./fields.ts";
import { shareWriter } from "./text.ts";
import type { Hovered, Line } from "./tooltip.ts";

/** Parts of a whole, or steps of which each is what is left of the one before. */
export interface PartsPlot {
  label: Field;
  value: Field;
  parts: Part[];
  /** How many further parts are not drawn, and the sum of their numbers. */
  left: number;
  leftSum: number;
  /** How many rows have no number above zero. */
  lacking: number;
}

export interface Part {
  row: number;
  label: string;
  /** As it is drawn. */
  number: number;
  /** As it is written. */
  text: string;
  /** Of a pie: of the whole; of a funnel: of the first. */
  share: string;
}

/** Above this many parts one would be mistaken for another. */
const MOST_PARTS = 12;

/** Undefined if the answer lacks a column. */
export function readParts(spec: PartsSpec, answer: Answer, conventions: Conventions): PartsPlot | undefined {
  const label = fieldOf(answer, spec.label, conventions);
  const value = fieldOf(answer, spec.value, conventions);
  if (!label || !value) return undefined;
  const all = value.cells.map((cell, row) => ({ row, number: numberOf(cell) ?? 0 })).filter(({ number }) => number > 0);
  const whole = spec.type === "pie" ? sum(all) : (all[0]?.number ?? 0);
  const writeShare = shareWriter(conventions);
  const parts = all.slice(0, MOST_PARTS).map(({ row, number }) => ({
    row,
    number,
    label: label.write(label.cells[row] ?? null),
    text: value.write(value.cells[row] ?? null),
    share: writeShare(number / whole),
  }));
  const left = all.slice(MOST_PARTS);
  return { label, value, parts, left: left.length, leftSum: sum(left), lacking: answer.rows.length - all.length };
}

function sum(parts: readonly { number: number }[]): number {
  return parts.reduce((sum, { number }) => sum + number, 0);
}

/** What choosing a part means. */
export function partSelection({ label, parts }: PartsPlot, item: number): Selection | undefined {
  const part = parts[item];
  return part && { [label.column.name]: label.cells[part.row] ?? null };
}

/** What stands beside a part; nothing if there is no such part. */
export function labelOf(part: Part | undefined): string {
  return part ? `${part.label}  ${part.share}` : "";
}

/** What the tooltip of a part says, or that of the rest. */
export function partLines({ parts, value, left }: PartsPlot, { dataIndex, marker }: Hovered): Line[] {
  const part = parts[dataIndex];
  if (!part) return left > 0 ? [{ text: plotWord("moreNotDrawn", { count: left }) }] : [];
  return [{ text: part.label }, { marker, text: `${value.column.label}: ${part.text} (${part.share})` }];
}
