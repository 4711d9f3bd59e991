/** Reads an attribute; null if it is absent. */
export type Attributes = (name: "server" | "client-id" | "workbook" | "page" | "element") => string | null;

/** The address of a workbook, or of one of its pages; undefined if something is missing. Throws if the server is no address. */
export function dashboardAddress(attribute: Attributes): URL | undefined {
  const [server, key, workbook, page] = [
    attribute("server"),
    attribute("client-id"),
    attribute("workbook"),
    attribute("page"),
  ];
  if (!server || !key || !workbook) return undefined;
  const path = (page ? [workbook, page] : [workbook]).map(encodeURIComponent).join("/");
  return new URL(`/e/${path}?key=${encodeURIComponent(key)}`, server);
}

/** The address of one element of a page; undefined if something is missing. Throws if the server is no address. */
export function elementAddress(attribute: Attributes): URL | undefined {
  const element = attribute("element");
  if (!element || !attribute("page")) return undefined;
  const address = dashboardAddress(attribute);
  if (address) address.search += `&element=${encodeURIComponent(element)}`;
  return address;
}
