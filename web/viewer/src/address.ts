/** What the frame's address says: `/e/{workbook}[/{page}]?key={client id}`. None of it is secret. */
export interface Address {
  workbook: string;
  page: string | undefined;
  clientId: string;
}

/** Reads the frame's address; undefined if it is not one of ours. */
export function readAddress(url: URL): Address | undefined {
  const [, start, workbook, page, ...rest] = url.pathname.split("/");
  const clientId = url.searchParams.get("key");
  if (start !== "e" || !workbook || rest.length > 0 || !clientId) return undefined;
  try {
    return { workbook: decodeURIComponent(workbook), page: page ? decodeURIComponent(page) : undefined, clientId };
  } catch {
    return undefined;
  }
}
