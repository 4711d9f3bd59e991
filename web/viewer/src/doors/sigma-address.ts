/** Whether this is an address that a Sigma host writes: `/{org}/workbook/…`, or the older `/embed/1-{id}`. */
export function isSigmaAddress({ pathname }: URL): boolean {
  return /^\/[^/]+\/workbook\/[^/]/.test(pathname) || /^\/embed\/1-[^/]+$/.test(pathname);
}

/** What the server opens a session with; undefined if the address has been cleaned, as it is after the first load. */
export function signedAddress(url: URL): string | undefined {
  const signed = url.searchParams.has(":jwt") || url.searchParams.has(":signature");
  return signed ? url.href.slice(0, url.href.length - url.hash.length) : undefined;
}

/** The client id that the server wrote into the page: public, and by it the page is framed after a reload. */
export function keyOf(document: Document): string | undefined {
  return document.querySelector<HTMLMetaElement>("meta[name=vitrine-key]")?.content;
}

/** The address without its token and everything else that was signed. */
export function cleanAddress(url: URL, key: string | undefined): string {
  return key ? `${url.pathname}?:client_id=${encodeURIComponent(key)}` : url.pathname;
}
