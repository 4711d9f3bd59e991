import { decoded } from "./entities.ts";

const SCHEMES = ["https:", "http:", "mailto:"];

/**
 * The address of a link that somebody may follow, as the browser reads it; else undefined. An address without a scheme
 * would lead into this server, and one with a user's name is likely to look like another.
 */
export function safeHref(written: string): string | undefined {
  const address = decoded(written);
  if (!URL.canParse(address)) return undefined;
  const { protocol, username, password, href } = new URL(address);
  return SCHEMES.includes(protocol) && !username && !password ? href : undefined;
}
