import type { Kind } from "./content-address.ts";

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
  return tokenIn(await answerOf(response));
}

/** How a host page gets tokens for whoever is signed in there. */
export interface SignIn {
  /** The host's own way to a token. */
  fetchRequestToken?: () => Promise<unknown>;
  /** Where the host's back end signs tokens; absent: the server says. */
  jwtProviderUri?: string;
}

/** Asks the host's identity provider for a token, as whoever is signed in there. */
export async function signInToken(signIn: SignIn, server: string, ask = fetch): Promise<string> {
  if (signIn.fetchRequestToken) return tokenIn(await signIn.fetchRequestToken());
  const provider = new URL(signIn.jwtProviderUri ?? (await providerOf(server, ask)), location.href);
  provider.searchParams.set("response", "json");
  return tokenIn(await answerOf(await ask(provider, { credentials: "include" })));
}

/** Where the server sends people to sign in. */
async function providerOf(server: string, ask: typeof fetch): Promise<string> {
  const answer = await answerOf(await ask(new URL("/auth/sso?response=json", server), { credentials: "omit" }));
  const { url } = (answer ?? {}) as { url?: unknown };
  if (typeof url !== "string") throw new Error("The server names no identity provider.");
  return url;
}

async function answerOf(response: Response): Promise<unknown> {
  return response.ok ? response.json().catch(() => undefined) : undefined;
}

function tokenIn(answer: unknown): string {
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
