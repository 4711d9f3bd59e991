/** What stands in the address of a frame beside the view. */
export interface Options {
  /** Reads an attribute; null if it is absent. */
  attribute(name: string): string | null;
  /** `<viz-filter>` and `<viz-parameter>`: names and values. */
  fields: readonly (readonly [name: string, value: string])[];
  token: string;
}

/**
 * The address of a view in a frame, without the token: of that only the client id or issuer, which is public, and by which the
 * server says who may frame the page. Throws if `src` is no address of a view.
 */
export function frameAddress(src: string, { attribute, fields, token }: Options): URL {
  const address = viewAddress(src);
  const set = (name: string, value: string | null) => {
    if (value !== null) address.searchParams.set(name, value);
  };
  const names = new Set(fields.map(([name]) => name));
  for (const name of names) address.searchParams.delete(name);
  for (const [name, value] of fields) address.searchParams.append(name, value);
  set(":toolbar", attribute("toolbar"));
  set(":tabs", attribute("hide-tabs") === null ? null : "no");
  set(":device", attribute("device"));
  set(":client", issuerOf(token));
  return address;
}

/** The address of a view, which people also copy from a browser's address bar, where it stands behind a `#`. */
function viewAddress(src: string): URL {
  const address = new URL(src, location.href);
  const copied = address.hash.match(/^#\/(?:site\/([^/?]+)\/)?(views\/[^?]+)(\?.*)?$/);
  const found = copied
    ? new URL(`/${copied[1] ? `t/${copied[1]}/` : ""}${copied[2]}${copied[3] ?? ""}`, address.origin)
    : address;
  const isView = /^\/(?:t\/[^/]+\/)?views\/[^/]+\/[^/]+$/.test(found.pathname);
  if (!isView || !/^https?:$/.test(found.protocol)) throw new TypeError(`\`${src}\` is not the address of a view`);
  found.hash = "";
  return found;
}

/** Values as addresses have them: one with a comma in it would be two. */
export function written(value: string): string {
  return value.replace(/[\\,]/g, "\\$&");
}

/** Who made a token; null if it does not say. Nothing is verified here. */
export function issuerOf(token: string): string | null {
  const [header, claims] = token.split(".");
  for (const part of [claims, header]) {
    const { iss } = read(part ?? "");
    if (typeof iss === "string" && iss) return iss;
  }
  return null;
}

function read(part: string): { iss?: unknown } {
  try {
    const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
    return JSON.parse(new TextDecoder().decode(bytes)) ?? {};
  } catch {
    return {};
  }
}
