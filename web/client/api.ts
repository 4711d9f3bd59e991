// The API of a Vitrine server for a host's back end, with the types of its document. It is for servers: pages of a host show
// elements, hold no credentials, and could not call the API from their origin.

import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "../shared/schema.ts";

/** The bodies of the API, by name. */
export type Schemas = components["schemas"];

/** What a back end shows: an embed key, for sessions of its viewers; or an API credential (or a handle), for everything else. */
export type Credentials = { clientId: string; secret: string } | { credential: string };

/** The API: a method by each of HTTP, an address of the document, and what that takes. */
export type Vitrine = Client<paths, `${string}/${string}`>;

/** A Vitrine server, asked with these credentials. `fetch` is for tests and proxies. */
export function createVitrine(server: string, credentials: Credentials, fetch?: typeof globalThis.fetch): Vitrine {
  return createClient<paths>({
    baseUrl: new URL(server).origin,
    headers: { authorization: authorization(credentials) },
    redirect: "error",
    ...(fetch && { fetch }),
  });
}

function authorization(credentials: Credentials): string {
  if ("credential" in credentials) return `Bearer ${credentials.credential}`;
  const bytes = new TextEncoder().encode(`${credentials.clientId}:${credentials.secret}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

/** Vitrine has refused. `code` is stable; `message` is a sentence for the developer. */
export class VitrineError extends Error {
  override readonly name = "VitrineError";

  constructor(
    readonly status: number,
    /** Stable, for programs; empty if something between here and Vitrine has answered. */
    readonly code: string,
    message: string,
    /** Tells Vitrine's operators where to look. */
    readonly correlationId: string | undefined,
    /** In how many seconds it is worth another try. */
    readonly retryAfter: number | undefined,
  ) {
    super(message);
  }
}

/** What the API answers with: one of the two. */
type Asked<Data> = Promise<{ data?: Data; error?: unknown; response: Response }>;

/** The body of an answer, or a `VitrineError`. */
export async function answer<Data>(asked: Asked<Data>): Promise<Exclude<Data, undefined>> {
  const { data, error, response } = await asked;
  if (!response.ok) throw refusal(error, response);
  return data as Exclude<Data, undefined>;
}

function refusal(error: unknown, response: Response): VitrineError {
  const problem: Partial<Schemas["Problem"]> = typeof error === "object" && error !== null ? error : {};
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return new VitrineError(
    response.status,
    problem.code ?? "",
    problem.detail ?? `Vitrine answered ${response.status}`,
    problem.correlation_id ?? undefined,
    Number.isFinite(seconds) ? seconds : undefined,
  );
}

/** Everything in a list, page after page: `next` is what the question for each page takes besides. */
export async function* every<Item>(
  page: (next: { after?: string }) => Promise<{ items: Item[]; next?: string | null }>,
): AsyncGenerator<Item, void, undefined> {
  let next: { after?: string } | undefined = {};
  while (next) {
    const { items, next: after }: { items: Item[]; next?: string | null } = await page(next);
    yield* items;
    next = after ? { after } : undefined;
  }
}
