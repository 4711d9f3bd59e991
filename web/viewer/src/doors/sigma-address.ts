import { isListed } from "../origins.ts";

/** Whether this is an address that a Sigma host writes: `/{org}/workbook/…`, or the older `/embed/1-{id}`. */
export function isSigmaAddress({ pathname }: URL): boolean {
  return /^\/[^/]+\/workbook\/[^/]/.test(pathname) || /^\/embed\/1-[^/]+$/.test(pathname);
}

/** What the server opens a session with; undefined if the address has been cleaned, as it is after the first load. */
export function signedAddress(url: URL): string | undefined {
  const signed = url.searchParams.has(":jwt") || url.searchParams.has(":signature");
  return signed ? url.href.slice(0, url.href.length - url.hash.length) : undefined;
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

/** The client id that the server wrote into the page: public, and by it the page is framed after a reload. */
export function keyOf(document: Document): string | undefined {
  return document.querySelector<HTMLMetaElement>("meta[name=vitrine-key]")?.content;
}

/** The address without its token and everything else that was signed. */
export function cleanAddress(url: URL, key: string | undefined): string {
  return key ? `${url.pathname}?:client_id=${encodeURIComponent(key)}` : url.pathname;
}
