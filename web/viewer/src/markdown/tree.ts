/** What a text is made of, as far as it is shown. */
export type Block =
  | { kind: "heading"; level: number; inside: Inline[] }
  | { kind: "paragraph"; inside: Inline[] }
  /** What stands in an item of a list without being a paragraph. */
  | { kind: "line"; inside: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "list"; ordered: boolean; start: number; items: Block[][] }
  | { kind: "quote"; inside: Block[] }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][]; align: Align[] }
  | { kind: "rule" };

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "break" }
  | { kind: "emphasis" | "strong" | "deletion"; inside: Inline[] }
  | { kind: "link"; href: string; inside: Inline[] };

export type Align = "start" | "center" | "end";

/** Paragraphs without any markup: for a text that cannot be read, or not yet. */
export function plain(text: string): Block[] {
  const paragraphs = text.split(/\n\s*\n/).filter((paragraph) => paragraph.trim());
  return paragraphs.map((paragraph) => ({ kind: "paragraph", inside: [{ kind: "text", text: paragraph }] }));
}
