import type { Scene } from "./scene.ts";
import { withoutMarkup } from "./text.ts";

/** A mark beside the pointer, as the drawing library tells of it. */
export interface Hovered {
  seriesIndex: number;
  dataIndex: number;
  /** Markup of a dot in the mark's colour. */
  marker?: string;
}

/** One line of a tooltip: with the dot of a mark, if it is about one. */
export interface Line {
  marker?: string | undefined;
  text: string;
}

/** Rich text: the library's HTML tooltip needs inline styles and raw markup, which the page's policy forbids. */
export function tooltipOf({ ink }: Scene): object {
  return {
    renderMode: "richText",
    confine: true,
    transitionDuration: 0,
    padding: [8, 12],
    backgroundColor: ink.card,
    borderColor: ink.line,
    borderRadius: 6,
    textStyle: { color: ink.text, fontFamily: ink.font, fontSize: 13 },
  };
}

/** A tooltip about one mark. */
export function markTooltip(scene: Scene, linesOf: (mark: Hovered) => Line[]): object {
  return { ...tooltipOf(scene), trigger: "item", formatter: (mark: Hovered) => tooltipText(linesOf(mark)) };
}

/** The markup of a tooltip. Only the dots of marks are markup in it. */
export function tooltipText(lines: readonly Line[]): string {
  return lines.map(({ marker = "", text }) => marker + withoutMarkup(text)).join("\n");
}
