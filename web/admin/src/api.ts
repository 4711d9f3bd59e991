import type { components, paths } from "../../shared/schema.ts";
import type { Members } from "./json.ts";
import { refusal } from "./refusal.ts";
import type { Current } from "./session.svelte.ts";

export type Schemas = components["schemas"];
export type Whoami = Schemas["Whoami"];
export type Permission = Schemas["Permission"];
/** An address of the API that its document knows. */
export type Path = keyof paths;

/** A thing as the API tells it. */
export type Thing = Members & { id: string };

export interface Page {
  items: Thing[];
  next?: string | null;
}

/** An answer, and what stands for the thing as it is. */
export interface Answer<Body> {
  body: Body;
  etag: string | undefined;
}

/** The session has ended; the page shows how to get in again. */
export class SessionOverError extends Error {
  override readonly name = "SessionOverError";
}

interface Question {
  query?: Record<string, string | undefined>;
  body?: Members;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

/** The API, asked by the page of a session. The browser shows its cookie by itself. */
export class Api {
  constructor(
    private readonly session: string,
    private readonly onOver: () => void,
  ) {}

  async get<Body>(path: string, query: Record<string, string | undefined> = {}, signal?: AbortSignal) {
    return this.#ask<Body>("GET", path, { query, signal });
  }

  async list(path: Path, query: Record<string, string | undefined>, signal?: AbortSignal): Promise<Page> {
    return (await this.get<Page>(path, query, signal)).body;
  }

  /** Makes something. A repetition with the same `key` makes it once. */
  async post<Body>(path: string, body?: Members, key?: string): Promise<Answer<Body>> {
    return this.#ask<Body>("POST", path, { ...(body && { body }), headers: key ? { "idempotency-key": key } : {} });
  }

  async patch<Body>(path: string, body: Members, etag?: string): Promise<Answer<Body>> {
    return this.#ask<Body>("PATCH", path, { body, headers: etag ? { "if-match": etag } : {} });
  }

  /** Puts something in place of what `etag` stands for; without one, where there is nothing yet. */
  async put<Body>(path: string, body: Members, etag?: string): Promise<Answer<Body>> {
    return this.#ask<Body>("PUT", path, { body, headers: etag ? { "if-match": etag } : { "if-none-match": "*" } });
  }

  /** Does something with what `etag` stands for, if one is given. */
  async act<Body>(path: string, etag?: string): Promise<Answer<Body>> {
    return this.#ask<Body>("POST", path, { body: {}, headers: etag ? { "if-match": etag } : {} });
  }

  async delete(path: string): Promise<void> {
    await this.#ask<void>("DELETE", path, {});
  }

  async #ask<Body>(method: string, path: string, { query = {}, body, headers = {}, signal }: Question) {
    const url = new URL(path, location.origin);
    for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, value);
    const response = await fetch(url, {
      ...NEVER_KEPT,
      method,
      headers: { "vitrine-session": this.session, ...(body && JSON_BODY), ...headers },
      ...(body && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    if (response.status === 401) {
      this.onOver();
      throw new SessionOverError();
    }
    return { body: await told<Body>(response), etag: response.headers.get("etag") ?? undefined };
  }
}

/** What came of logging in. */
export type Outcome = "in" | "refused" | "factor_needed";

/** Logs in with what somebody shows. A code is burnt if it lets in; the browser keeps the cookie by itself. */
export async function logIn(shown: Partial<Schemas["Login"]>): Promise<Outcome> {
  const response = await posted("/api/v1/login", shown);
  const told = await response.json().catch(() => undefined);
  if (response.status === 401) return told?.code === "second_factor_needed" ? "factor_needed" : "refused";
  if (!response.ok) throw refusal(response.status, told);
  return "in";
}

/** What a browser asks passkeys for, so that one of them logs somebody in. */
export async function passkeyQuestion(): Promise<Schemas["PasskeyQuestion"]> {
  const response = await posted("/api/v1/login/passkey", {});
  return told(response);
}

/** By what people may log in here. */
export async function waysIn(): Promise<Schemas["WaysIn"]> {
  const response = await fetch("/api/v1/login", NEVER_KEPT);
  return told(response);
}

/** Asks for a mail with which a password is chosen anew. */
export async function askReset(email: string): Promise<void> {
  const response = await posted("/api/v1/login/reset", { email });
  await told(response);
}

/** What an answer says. One that does not arrive whole fails, as one that refuses does: nothing is taken for it. */
async function told<Body>(response: Response): Promise<Body> {
  if (!response.ok) throw refusal(response.status, await response.json().catch(() => undefined));
  return response.status === 204 ? (undefined as Body) : response.json();
}

function posted(path: string, body: object): Promise<Response> {
  return fetch(path, { ...NEVER_KEPT, method: "POST", headers: JSON_BODY, body: JSON.stringify(body) });
}

/** The session of which this browser has the cookie; undefined: it has none that is open. */
export async function currentSession(): Promise<Current | undefined> {
  const response = await fetch("/api/v1/session", NEVER_KEPT);
  if (response.status === 401) return undefined;
  return told(response);
}

/** A key of one's own for a request that may be repeated. `crypto.randomUUID` is missing where there is no TLS. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const NEVER_KEPT = { cache: "no-store", credentials: "same-origin" } as const;
const JSON_BODY = { "content-type": "application/json" };
