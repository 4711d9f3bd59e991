/** Whether `origin` is in a list of exact origins and of patterns `https://*.host`, whose star is one leading label. */
export function isListed(origin: string, list: readonly string[]): boolean {
  return list.some((entry) => (entry.includes("*") ? matches(entry, origin) : entry === origin));
}

/** The origins that the server wrote into the document for this embed key. */
export function originsOf(document: Document): string[] {
  const content = document.querySelector<HTMLMetaElement>('meta[name="vitrine-origins"]')?.content ?? "";
  return content.split(/\s+/).filter(Boolean);
}

/** The origin that frames the page: what the browser says if that is listed, else the first of the list that is no pattern. */
export function parentOrigin(said: readonly (string | undefined)[], listed: readonly string[]): string | undefined {
  const framing = said.find((origin) => origin !== undefined && isListed(origin, listed));
  return framing ?? listed.find((origin) => !origin.includes("*"));
}

/** The origin of an address that may be none. */
export function originOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).origin : undefined;
}

/** The origin of the window around this one, as far as the browser says and the list has it. */
export function framingOrigin(page: Window, listed: readonly string[]): string | undefined {
  // Not every browser knows `ancestorOrigins`, and a host may keep its address from the referrer.
  return parentOrigin([page.location.ancestorOrigins?.[0], originOf(page.document.referrer)], listed);
}

function matches(pattern: string, origin: string): boolean {
  const [scheme, host] = ["https://", pattern.slice("https://*".length)];
  if (!pattern.startsWith("https://*.") || !origin.startsWith(scheme) || !origin.endsWith(host)) return false;
  const label = origin.slice(scheme.length, -host.length);
  return /^[a-z0-9-]+$/.test(label);
}
