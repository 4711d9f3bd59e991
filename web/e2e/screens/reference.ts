import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Fingerprint } from "./fingerprint.ts";

export const WIDTHS = [320, 768, 1440] as const;
export const SCHEMES = ["light", "dark"] as const;
export type Width = (typeof WIDTHS)[number];
export type Scheme = (typeof SCHEMES)[number];

/** What a screen is expected to look like. Places are those of both schemes, and colors those of all widths. */
export interface Reference {
  letters: number;
  layout: Partial<Record<Width, Record<string, string>>>;
  paint: Partial<Record<Scheme, Record<string, string>>>;
  pictures: Partial<Record<`${Width}-${Scheme}`, string>>;
}

/** Places and lengths that are as good as the same, in CSS pixels. */
const NEAR = 2;
/** Fields of a picture that may be this much lighter or darker, of 32 steps. */
const STEP = 1;
/** Fields that may differ by more: shadows of letters that a browser draws a little otherwise. */
const FIELDS = 1;
/** Parts whose sides are where the page puts them, whatever letters they hold. */
const FRAMEWORK =
  /^(main|\.workbook > header|\.controls|\.grid|\.cell|\.tile|\.tile > header|\.body|\.plot|\.region|dialog)( of |$)/;

/** The widest is the one whose colors are kept: nothing is hidden there. */
const COLORED: Width = 1440;

function fileOf(screen: string): string {
  return fileURLToPath(new URL(`${screen}.json`, import.meta.url));
}

export function readReference(screen: string): Reference | undefined {
  const file = fileOf(screen);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

/** Makes what was seen the reference. */
export function writeReference(screen: string, width: Width, scheme: Scheme, seen: Fingerprint): void {
  const kept = readReference(screen);
  const reference: Reference = {
    letters: seen.letters,
    layout: { ...kept?.layout, [width]: seen.layout },
    paint: { ...kept?.paint, ...(width === COLORED && { [scheme]: seen.paint }) },
    pictures: { ...kept?.pictures, [`${width}-${scheme}`]: seen.picture },
  };
  writeFileSync(fileOf(screen), `${JSON.stringify(reference, undefined, 2)}\n`);
}

/**
 * What has changed, a line each; none: nothing to speak of. On a machine with another font, places of whatever has
 * letters are not compared, and neither are pictures.
 */
export function changes(reference: Reference, width: Width, scheme: Scheme, seen: Fingerprint): string[] {
  const sameLetters = Math.abs(reference.letters - seen.letters) <= reference.letters / 200;
  const paint = width === COLORED ? (reference.paint[scheme] ?? {}) : undefined;
  return [
    ...differences(reference.layout[width] ?? {}, seen.layout, (name, before, now) =>
      moved(name, before, now, sameLetters),
    ),
    ...(paint ? differences(paint, seen.paint, recolored) : []),
    ...(sameLetters ? repainted(reference.pictures[`${width}-${scheme}`] ?? "", seen.picture) : []),
  ];
}

type Parts = Record<string, string>;

function differences(
  before: Parts,
  now: Parts,
  compare: (name: string, before: string, now: string) => string[],
): string[] {
  const gone = Object.keys(before).filter((name) => !(name in now));
  const came = Object.keys(now).filter((name) => !(name in before));
  return [
    ...gone.map((name) => `\`${name}\` is gone`),
    ...came.map((name) => `\`${name}\` is new`),
    ...Object.keys(before).flatMap((name) => {
      const [then, today] = [before[name], now[name]];
      return then === undefined || today === undefined ? [] : compare(name, then, today);
    }),
  ];
}

const LENGTHS = ["left", "top", "width", "height", "font size"];

function moved(name: string, before: string, now: string, sameLetters: boolean): string[] {
  if (name.endsWith(": drawn")) {
    return before === now || !sameLetters ? [] : [`\`${name}\`: ${before} → ${now}`];
  }
  const [then, today] = [before, now].map((text) => text.split(" ").map(Number));
  return LENGTHS.flatMap((length, place) => {
    const [from = 0, to = 0] = [then?.[place], today?.[place]];
    const near = length === "font size" ? 0.2 : NEAR;
    const fixed = sameLetters || length === "font size" || (FRAMEWORK.test(name) && ["left", "width"].includes(length));
    return fixed && Math.abs(from - to) > near ? [`\`${name}\`: ${length} ${from} → ${to}`] : [];
  });
}

function recolored(name: string, before: string, now: string): string[] {
  return before === now ? [] : [`\`${name}\`: colors ${before} → ${now}`];
}

function repainted(before: string, now: string): string[] {
  const [then, today] = [before, now].map((text) =>
    [...text.replaceAll(" ", "")].map((digit) => Number.parseInt(digit, 32)),
  );
  const others = then?.filter((level, field) => Math.abs(level - (today?.[field] ?? 0)) > STEP).length ?? 0;
  if (before === "") return ["there is no picture of it yet"];
  return others > FIELDS ? [`the picture: ${others} of ${then?.length} fields are lighter or darker`] : [];
}
