import type { Cell, Column } from "../api.ts";

/** The address that a row gives a link, or undefined: then the cell is plain text. */
export type Link = (row: readonly Cell[]) => string | undefined;

const FIELD = /\{([^{}]*)\}/g;

/**
 * Fills the fields of a template such as `https://example.com/planes/{tailnum}`.
 *
 * What stands in rows may be anybody's: it can be a part of a path, a query or a fragment, and nothing else. An address
 * whose host depends on it, or whose path it leads elsewhere, is none.
 */
export function linkOf(template: string, columns: readonly Column[]): Link | undefined {
  const places = [...template.matchAll(FIELD)].map(([, name]) => columns.findIndex((column) => column.name === name));
  const origin = addressOf(template, () => "")?.origin;
  if (!origin || places.includes(-1)) return undefined;
  return (row) => {
    const texts = places.map((place) => encoded(row[place] ?? null));
    if (texts.includes(undefined)) return undefined;
    const url = addressOf(template, (index) => texts[index] ?? "");
    // Segments of dots are folders: they are gone when the address is read, and the path is shorter.
    const dotless = addressOf(template, (index) => texts[index]?.replaceAll(".", "x") ?? "");
    return url?.origin === origin && url.pathname.length === dotless?.pathname.length ? url.href : undefined;
  };
}

function addressOf(template: string, text: (index: number) => string): URL | undefined {
  let index = 0;
  const address = template.replace(FIELD, () => text(index++));
  if (!address.startsWith("https://") || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  return url.username || url.password ? undefined : url;
}

/** Undefined for null, and for halves of characters, which cannot be encoded. */
function encoded(cell: Cell): string | undefined {
  try {
    return cell === null ? undefined : encodeURIComponent(String(cell));
  } catch {
    return undefined;
  }
}
