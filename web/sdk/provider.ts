import type { Kind } from "./guest-address.ts";

/** What the host's back end is asked to sign a token for. */
export interface Wanted {
  entityType: Kind;
  entityId: string | number | undefined;
  customContext: unknown;
}

/** Asks the host's back end for a token, as whoever is signed in there. */
export async function tokenFrom(provider: string, wanted: Wanted, ask = fetch): Promise<string> {
  const response = await ask(provider, {
    method: "POST",
    credentials: "include",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(wanted),
  });
  const answer: unknown = response.ok ? await response.json().catch(() => undefined) : undefined;
  const token = (answer as { jwt?: unknown } | null | undefined)?.jwt;
  if (typeof token !== "string" || !token.trim()) throw new Error("The application gave no token.");
  return token.trim();
}

/** The id of what is wanted: the attribute's, which is a number if it looks like one, else the one that a token names. */
export function entityId(kind: Kind, attribute: string | null, token: string | null): string | number | undefined {
  if (attribute) return /^\d+$/.test(attribute) ? Number(attribute) : attribute;
  const id = claimsOf(token ?? "").resource?.[kind];
  return typeof id === "string" || typeof id === "number" ? id : undefined;
}

/** What a token says, read without checking who has signed it. */
function claimsOf(token: string): { resource?: Partial<Record<Kind, unknown>> } {
  try {
    const claims = atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"));
    return JSON.parse(claims) ?? {};
  } catch {
    return {};
  }
}
