import { Lexer, type MarkedToken, type Token, type Tokens } from "marked";
import { decoded } from "./entities.ts";
import { safeHref } from "./href.ts";
import { type Align, type Block, type Inline, plain } from "./tree.ts";

/** How deep lists, quotes and emphasis are read; what is deeper is shown as it is written. */
const DEEPEST = 12;
/** Headings begin here: the first two levels are those of the page and its elements. */
const FIRST_LEVEL = 3;

/** Reads markdown. Markup of HTML in it is text, and so are images: nothing is loaded. */
export function read(text: string): Block[] {
  try {
    const tokens = Lexer.lex(text, { gfm: true });
    const depths = new Set(tokens.filter(isHeading).map(({ depth }) => depth));
    return blocksOf(tokens, { depths, deep: 0 });
  } catch {
    // Thousands of nested quotes are more than the lexer can read.
    return plain(text);
  }
}

interface Place {
  /** Which headings the text has, so that they begin with the first level, and none is left out. */
  depths: ReadonlySet<number>;
  deep: number;
}

function isHeading(token: Token): token is Tokens.Heading {
  return token.type === "heading";
}

function blocksOf(tokens: readonly Token[], { depths, deep }: Place): Block[] {
  if (deep > DEEPEST) return plain(tokens.map(({ raw }) => raw).join(""));
  return tokens.flatMap((token) => blockOf(token as MarkedToken, { depths, deep: deep + 1 }));
}

function blockOf(token: MarkedToken, place: Place): Block[] {
  switch (token.type) {
    case "heading":
      return [{ kind: "heading", level: levelOf(token.depth, place), inside: inlinesOf(token.tokens) }];
    case "paragraph":
      return [{ kind: "paragraph", inside: inlinesOf(token.tokens) }];
    case "code":
      return [{ kind: "code", text: token.text }];
    case "blockquote":
      return [{ kind: "quote", inside: blocksOf(token.tokens, place) }];
    case "list":
      return [listOf(token, place)];
    case "table":
      return [tableOf(token)];
    case "hr":
      return [{ kind: "rule" }];
    case "html":
      return plain(token.raw);
    case "space":
    case "def":
      return [];
    default:
      return [{ kind: "line", inside: inlineOf(token, 0) }];
  }
}

function levelOf(depth: number, { depths }: Place): number {
  const above = [...depths].filter((other) => other < depth).length;
  return Math.min(FIRST_LEVEL + above, 6);
}

function listOf({ ordered, start, items }: Tokens.List, place: Place): Block {
  return {
    kind: "list",
    ordered,
    start: Number(start) || 1,
    items: items.map(({ tokens }) => blocksOf(tokens, place)),
  };
}

function tableOf({ header, rows, align }: Tokens.Table): Block {
  const cells = (row: Tokens.TableCell[]) => row.map(({ tokens }) => inlinesOf(tokens));
  return { kind: "table", head: cells(header), rows: rows.map(cells), align: align.map(alignOf) };
}

function alignOf(side: "left" | "center" | "right" | null): Align {
  return side === "center" ? "center" : side === "right" ? "end" : "start";
}

function inlinesOf(tokens: readonly Token[], deep = 0): Inline[] {
  return tokens.flatMap((token) => inlineOf(token as MarkedToken, deep));
}

function inlineOf(token: MarkedToken, deep: number): Inline[] {
  if (deep > DEEPEST) return [textOf(token.raw)];
  switch (token.type) {
    case "text":
      return token.tokens ? inlinesOf(token.tokens, deep + 1) : [textOf(decoded(token.text))];
    case "escape":
      return [textOf(token.text)];
    case "image":
      return [textOf(decoded(token.text))];
    case "codespan":
      return [{ kind: "code", text: token.text }];
    case "br":
      return [{ kind: "break" }];
    case "em":
      return [{ kind: "emphasis", inside: inlinesOf(token.tokens, deep + 1) }];
    case "strong":
      return [{ kind: "strong", inside: inlinesOf(token.tokens, deep + 1) }];
    case "del":
      return [{ kind: "deletion", inside: inlinesOf(token.tokens, deep + 1) }];
    case "link":
      return linkOf(token, deep);
    case "checkbox":
      return [textOf(token.checked ? "☑ " : "☐ ")];
    default:
      return [textOf(token.raw)];
  }
}

/** A link that nobody may follow is the text that it had. */
function linkOf({ href, tokens }: Tokens.Link, deep: number): Inline[] {
  const [address, inside] = [safeHref(href), inlinesOf(tokens, deep + 1)];
  return address === undefined ? inside : [{ kind: "link", href: address, inside }];
}

function textOf(text: string): Inline {
  return { kind: "text", text };
}
