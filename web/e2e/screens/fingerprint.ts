import type { Stage } from "./stage.ts";

/** What can be said of a screen in few words. */
export interface Fingerprint {
  /** How wide a sentence is in the font of this machine: where it differs, so do places of whatever has letters. */
  letters: number;
  /**
   * By part: `X Y WIDTH HEIGHT FONTSIZE` in CSS pixels, the place in that of the closest part around it; of plots also
   * how many texts and shapes they have.
   */
  layout: Record<string, string>;
  /** By part: the colors of its text, ground and edge, its corners and the weight of its font; of plots all colors. */
  paint: Record<string, string>;
  /** How light the picture is in 24 rows of 16 fields, each from `0` to `v`. */
  picture: string;
}

/** What is looked at, from the outside in: parts without letters first. */
const PARTS = [
  "main",
  ".workbook > header",
  ".head",
  "h1",
  ".tools",
  ".workbook > header nav",
  ".workbook > header nav button",
  ".controls",
  ".control > .button",
  ".toggle",
  ".text",
  ".popup",
  ".popup .field",
  "[role=menu]",
  "[role=menuitem]",
  "[role=option]",
  ".grid",
  ".cell",
  ".tile",
  ".tile > header",
  "h2",
  ".tile > header nav",
  ".tile > header .icon",
  ".body",
  ".plot",
  ".region",
  "thead",
  "thead th",
  "tbody tr:first-child td",
  ".number",
  ".comparison",
  ".history",
  ".message",
  ".message .button",
  ".foot",
  ".skeleton",
  "dialog",
  ".notice",
  ".notice .button",
  ".detail",
];

/** Reads what is on the stage; the picture of it is given. */
export async function fingerprint(stage: Stage, picture: Buffer): Promise<Fingerprint> {
  const seen = await stage.frame.evaluate(read, PARTS);
  return { ...seen, picture: await stage.page.evaluate(lightness, picture.toString("base64")) };
}

/** Runs in the frame. */
function read(parts: string[]): Omit<Fingerprint, "picture"> {
  const layout: Record<string, string> = {};
  const paint: Record<string, string> = {};
  const named = new Map<Element, string>();
  const counts = new Map<string, number>();

  const isSeen = (element: Element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    element.getBoundingClientRect().height > 0;
  const ownerOf = (element: Element) =>
    element.closest<HTMLElement>("[data-element]")?.dataset.element ??
    element.closest<HTMLElement>("[data-control]")?.dataset.control;
  const around = (element: Element): Element | undefined => {
    for (let outer = element.parentElement; outer; outer = outer.parentElement) if (named.has(outer)) return outer;
    return undefined;
  };
  const hex = (color: string) => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = color.match(/[\d.]+/g)?.map(Number) ?? [];
    if (alpha === 0 || color === "none") return "-";
    const digits = color.startsWith("rgb")
      ? [red, green, blue].map((one) => one.toString(16).padStart(2, "0"))
      : [color];
    return `${color.startsWith("rgb") ? "#" : ""}${digits.join("")}${alpha < 1 && color.startsWith("rgb") ? `/${alpha}` : ""}`;
  };

  for (const part of parts) {
    for (const element of document.querySelectorAll(part)) {
      if (named.has(element) || !isSeen(element)) continue;
      const owner = ownerOf(element);
      const base = owner === undefined ? part : `${part} of ${owner}`;
      const count = (counts.get(base) ?? 0) + 1;
      counts.set(base, count);
      named.set(element, count === 1 ? base : `${base} ${count}`);
    }
  }
  for (const [element, name] of named) {
    const box = element.getBoundingClientRect();
    const outer = around(element)?.getBoundingClientRect() ?? { left: 0, top: 0 };
    const style = getComputedStyle(element);
    const place = [box.left - outer.left, box.top - outer.top, box.width, box.height].map(Math.round);
    layout[name] = [...place, Math.round(Number.parseFloat(style.fontSize) * 10) / 10].join(" ");
    if (!element.matches(".plot")) {
      const edge = Number.parseFloat(style.borderTopWidth) > 0 ? hex(style.borderTopColor) : "-";
      paint[name] = [
        hex(style.color),
        hex(style.backgroundColor),
        edge,
        style.borderTopLeftRadius,
        style.fontWeight,
      ].join(" ");
      continue;
    }
    const shapes = [...element.querySelectorAll("svg path, svg circle, svg rect")].filter(isSeen);
    const texts = [...element.querySelectorAll("svg text")].filter(isSeen);
    layout[`${name}: drawn`] = `${texts.length} texts ${shapes.length} shapes`;
    const uses = new Map<string, number>();
    for (const shape of [...shapes, ...texts]) {
      const { fill, stroke } = getComputedStyle(shape);
      for (const color of [hex(fill), hex(stroke)]) uses.set(color, (uses.get(color) ?? 0) + 1);
    }
    uses.delete("-");
    const most = [...uses].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, 6);
    paint[name] = most
      .map(([color]) => color)
      .sort()
      .join(" ");
  }

  const pen = new OffscreenCanvas(1, 1).getContext("2d");
  if (pen) pen.font = `100px ${getComputedStyle(document.body).fontFamily}`;
  const letters = pen?.measureText("Sphinx of black quartz, judge my vow: 0123456789").width ?? 0;
  return { letters: Math.round(letters), layout, paint };
}

/** Runs in the host's page, which may decode pictures. */
async function lightness(base64: string): Promise<string> {
  const [columns, rows] = [16, 24];
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  // Halved until it is small: one step would look at a few pixels only.
  let canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
  while (canvas.width > columns || canvas.height > rows) {
    const next = new OffscreenCanvas(
      Math.max(columns, Math.ceil(canvas.width / 2)),
      Math.max(rows, Math.ceil(canvas.height / 2)),
    );
    const pen = next.getContext("2d");
    if (pen) pen.imageSmoothingQuality = "high";
    pen?.drawImage(canvas, 0, 0, next.width, next.height);
    canvas = next;
  }
  const { data } = canvas.getContext("2d")?.getImageData(0, 0, columns, rows) ?? { data: [] as number[] };
  const field = (index: number) => {
    const [red = 0, green = 0, blue = 0] = data.slice(index * 4, index * 4 + 3);
    return Math.floor((0.2126 * red + 0.7152 * green + 0.0722 * blue) / 8).toString(32);
  };
  const line = (row: number) => Array.from({ length: columns }, (_, column) => field(row * columns + column)).join("");
  return Array.from({ length: rows }, (_, row) => line(row)).join(" ");
}
