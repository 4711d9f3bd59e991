import { type ControlValues, isControlValues } from "../../shared/messages.ts";

/**
 * What the frame's address says: `/e/{workbook}[/{page}]?key={client id}[&element={element}][#{left}]`. None of it is
 * secret; what stands behind `#` reaches no server, and is what somebody left there.
 */
export interface Address {
  workbook: string;
  page: string | undefined;
  /** The one element that is shown; all if it is undefined. */
  element: string | undefined;
  clientId: string;
  left: Left | undefined;
}

/** What was set when the address was left, and by whom: it is shown to nobody else. */
export interface Left {
  viewer: string;
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
      left: readLeft(url.hash),
    };
  } catch {
    return undefined;
  }
}

/** The same address with another page, and with what its viewer has set; of a viewer who is not known it keeps nothing. */
export function addressOf(url: URL, page: string, viewer: string | null, filters: ControlValues): URL {
  const [, , workbook = ""] = url.pathname.split("/");
  const next = new URL(`/e/${workbook}/${encodeURIComponent(page)}${url.search}`, url);
  const left: Left | undefined = viewer && Object.keys(filters).length > 0 ? { viewer, filters } : undefined;
  next.hash = left ? encodeURIComponent(JSON.stringify(left)) : "";
  return next;
}

/** What cannot be read is as if it were not there. */
function readLeft(hash: string): Left | undefined {
  try {
    const left: Partial<Left> | null = JSON.parse(decodeURIComponent(hash.slice(1)));
    const { viewer, filters } = left ?? {};
    return typeof viewer === "string" && isControlValues(filters) ? { viewer, filters } : undefined;
  } catch {
    return undefined;
  }
}
