import type { ControlValues } from "../../shared/messages.ts";
import { isControlValues } from "../../shared/messages.ts";

/**
 * What the frame's address says: `/e/{workbook}[/{page}]?key={client id}[&element={element}][#{filters}]`. None of it is
 * secret, and what stands behind `#` reaches no server.
 */
export interface Address {
  workbook: string;
  page: string | undefined;
  /** The one element that is shown; all if it is undefined. */
  element: string | undefined;
  clientId: string;
  /** What was set when the address was left. */
  filters: ControlValues;
}

/** Reads the frame's address; undefined if it is not one of ours. */
export function readAddress(url: URL): Address | undefined {
  const [, start, workbook, page, ...rest] = url.pathname.split("/");
  const clientId = url.searchParams.get("key");
  if (start !== "e" || !workbook || rest.length > 0 || !clientId) return undefined;
  try {
    return {
      workbook: decodeURIComponent(workbook),
      page: page ? decodeURIComponent(page) : undefined,
      element: url.searchParams.get("element") ?? undefined,
      clientId,
      filters: readFilters(url.hash),
    };
  } catch {
    return undefined;
  }
}

/** The same address with another page and other filters in it. */
export function addressOf(url: URL, page: string, filters: ControlValues): URL {
  const [, , workbook = ""] = url.pathname.split("/");
  const next = new URL(`/e/${workbook}/${encodeURIComponent(page)}${url.search}`, url);
  if (Object.keys(filters).length > 0) next.hash = encodeURIComponent(JSON.stringify(filters));
  return next;
}

/** What cannot be read is as if it were not there. */
function readFilters(hash: string): ControlValues {
  try {
    const filters: unknown = JSON.parse(decodeURIComponent(hash.slice(1)));
    return isControlValues(filters) ? filters : {};
  } catch {
    return {};
  }
}
