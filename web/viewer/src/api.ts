import type { ControlValue, ControlValues } from "../../shared/messages.ts";
import type { Address } from "./address.ts";
import { refusal } from "./refusal.ts";
import type { Redeemed } from "./session.ts";

/** A workbook as this person may see it. */
export interface Workbook {
  name: string;
  title: string;
  /** What this person may do besides looking: names of permissions. */
  actions: string[];
  pages: Page[];
}

export interface Page {
  name: string;
  title: string;
  controls: Control[];
  elements: Element[];
}

/** A list from which people pick values. */
export interface Control {
  name: string;
  title: string;
  default: ControlValue[];
  /** Set by the session and by nobody here. */
  locked: boolean;
}

/** One place of a page: text, or data drawn as a chart. `width` is in twelfths of the page. */
export type Element = TextElement | DataElement;

export interface TextElement {
  name: string;
  title: string;
  width: number;
  text: string;
}

export interface DataElement {
  name: string;
  title: string;
  width: number;
  /** The controls it obeys. */
  controls: string[];
  chart: ChartSpec;
}

/** How rows are drawn; the names are those of columns. */
export type ChartSpec = { type: "kpi"; value: string } | PlotSpec | { type: "table" };
export type PlotSpec = { type: "line" | "bar"; x: string; y: string[] };

export interface Column {
  name: string;
  label: string;
  type: "text" | "integer" | "decimal" | "boolean" | "date" | "timestamp";
  format: "plain" | "integer" | "decimal1" | "decimal2";
}

/** One value of a row: decimals are texts, and so are integers beyond ±2^53. */
export type Cell = string | number | boolean | null;

export interface Answer {
  columns: Column[];
  rows: Cell[][];
  /** Whether the row limit cut the answer. */
  truncated: boolean;
}

export interface Suggestions {
  values: (ControlValue | null)[];
  truncated: boolean;
}

/** What the API needs to know of a session. */
export interface Credentials {
  readonly handle: string | undefined;
  ended(handle: string): void;
}

/** The session has ended: whoever asked shows nothing, the session's standing says what happens next. */
export class SessionEndedError extends Error {
  override readonly name = "SessionEndedError";
}

/** Hands a code in. It is burnt by this, whatever the answer. */
export async function redeem(address: Address, code: string, origin: string, replaces?: string): Promise<Redeemed> {
  const { workbook, page, clientId: client_id } = address;
  const body = { code, client_id, workbook, page, parent_origin: origin, replaces };
  const response = await fetch("/api/v1/embed/redeem", request(body));
  if (!response.ok) throw await refusal(response);
  return response.json();
}

/** What the server says of a credential that is a session by itself. */
export interface OpenSession {
  workbook: string;
  page: string | null;
  element: string | null;
  /** Seconds until it ends; null: it does not end by itself. */
  expires_in: number | null;
}

/** Asks what a credential opens; undefined if it does not count. */
export async function openSession(credential: string): Promise<OpenSession | undefined> {
  const headers = { authorization: `Bearer ${credential}` };
  const response = await fetch("/api/v1/session", { cache: "no-store", credentials: "omit", headers });
  if (response.status === 401) return undefined;
  if (!response.ok) throw await refusal(response);
  return response.json();
}

/** A session that was opened with the address of a Sigma host. */
export interface SigmaSession extends OpenSession, Redeemed {
  expires_in: number;
  controls: ControlValues;
  options: object;
}

/** Hands the address of a Sigma host in. Its token is burnt by this, whatever the answer. */
export function openSigmaSession(address: string, origin: string | undefined): Promise<Response> {
  return fetch("/api/v1/sigma/sessions", request({ address, parent_origin: origin }));
}

/** Questions about one workbook, asked with the session's present handle. */
export class Api {
  constructor(
    private readonly workbookName: string,
    private readonly credentials: Credentials,
  ) {}

  async workbook(signal: AbortSignal): Promise<Workbook> {
    return (await this.#ask("", { signal })).json();
  }

  async rows(page: string, element: string, controls: ControlValues, signal: AbortSignal): Promise<Answer> {
    return (await this.#ask(`${placeOf(page, "elements", element)}/query`, request({ controls }, signal))).json();
  }

  async csv(page: string, element: string, controls: ControlValues, signal: AbortSignal): Promise<Blob> {
    const body = { controls, format: "csv" };
    return (await this.#ask(`${placeOf(page, "elements", element)}/export`, request(body, signal))).blob();
  }

  async suggestions(page: string, control: string, search: string, signal: AbortSignal): Promise<Suggestions> {
    const body = search ? { search } : {};
    return (await this.#ask(`${placeOf(page, "controls", control)}/values`, request(body, signal))).json();
  }

  async #ask(place: string, init: RequestInit): Promise<Response> {
    const { handle } = this.credentials;
    if (!handle) throw new SessionEndedError();
    const headers = { ...init.headers, authorization: `Bearer ${handle}` };
    const path = `/api/v1/workbooks/${encodeURIComponent(this.workbookName)}${place}`;
    const response = await fetch(path, { cache: "no-store", credentials: "omit", ...init, headers });
    if (response.ok) return response;
    if (response.status !== 401) throw await refusal(response);
    // Renewed while we were asking: the question is asked again.
    if (this.credentials.handle !== handle) return this.#ask(place, init);
    this.credentials.ended(handle);
    throw new SessionEndedError();
  }
}

function placeOf(page: string, kind: "elements" | "controls", name: string): string {
  return `/pages/${encodeURIComponent(page)}/${kind}/${encodeURIComponent(name)}`;
}

function request(body: object, signal?: AbortSignal): RequestInit {
  return {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    credentials: "omit",
    cache: "no-store",
    signal: signal ?? null,
  };
}
