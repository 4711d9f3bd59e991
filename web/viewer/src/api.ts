import createClient from "openapi-fetch";
import type { ControlValues } from "../../shared/messages.ts";
import type { components, paths } from "../../shared/schema.ts";
import type { Address } from "./address.ts";
import { refusal } from "./refusal.ts";
import type { Redeemed } from "./session.ts";

type Schemas = components["schemas"];

export type Workbook = Schemas["Workbook"];
export type Page = Schemas["Page"];
export type Control = Schemas["Control"];
export type Element = Schemas["Element"];
export type TextElement = Schemas["TextElement"];
export type DataElement = Schemas["DataElement"];
export type Presentation = Schemas["Presentation"];
export type Theme = Schemas["Theme"];

/** How rows are drawn; the names are those of columns. */
export type ChartSpec = Schemas["Chart"];
type Spec<Type extends ChartSpec["type"]> = Extract<ChartSpec, { type: Type }>;
export type KpiSpec = Spec<"kpi">;
export type SeriesSpec = Spec<"line"> | Spec<"area"> | Spec<"bar">;
export type ScatterSpec = Spec<"scatter">;
export type PartsSpec = Spec<"pie"> | Spec<"funnel">;
export type HeatmapSpec = Spec<"heatmap">;
export type GaugeSpec = Spec<"gauge">;
export type PivotSpec = Spec<"pivot">;
export type TableSpec = Spec<"table">;
/** What the drawing library draws. */
export type PlotSpec = SeriesSpec | ScatterSpec | PartsSpec | HeatmapSpec | GaugeSpec;

export type TableColumn = Schemas["TableColumn"];
export type ColorRule = Schemas["ColorRule"];
export type NumberFormat = Schemas["NumberFormat"];
export type Column = Schemas["Column"];
export type Answer = Schemas["Answer"];
export type Total = Schemas["Total"];
export type Suggestions = Schemas["Suggestions"];
export type FileFormat = Schemas["FileFormat"];
/** A question of one's own. */
export type Question = Schemas["Query"];
/** What questions can be asked of, and with which fields. */
export type Explore = Schemas["Explore"];
/** A value that was gone into, or that a mark has. */
export type FieldValue = Schemas["FieldValue"];

/** One value of a row: decimals are texts, and so are integers beyond ±2^53. */
export type Cell = Answer["rows"][number][number];

/** The values of a mark that somebody has chosen, by field. */
export type Selection = Record<string, Cell>;

/** A session that a code has opened. */
export type Handle = Schemas["Handle"];

/** What the server says of a credential that is a session by itself. */
export type OpenSession = Schemas["Session"];

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
export async function redeem(address: Address, code: string, origin: string, replaces?: string): Promise<Handle> {
  const { workbook, page, clientId: client_id } = address;
  const body = { code, client_id, workbook, page: page ?? null, parent_origin: origin, replaces: replaces ?? null };
  const { data, error, response } = await client().POST("/api/v1/embed/redeem", { body });
  if (!data) throw refusal(response, error);
  return data;
}

/** Asks what a credential opens; undefined if it does not count. */
export async function openSession(credential: string): Promise<OpenSession | undefined> {
  const { data, error, response } = await client().GET("/api/v1/session", authorized(credential));
  if (response.status === 401) return undefined;
  if (!data) throw refusal(response, error);
  return data;
}

/**
 * The session of which this browser has the cookie; undefined: it has none that is open. `frame`: the identity provider whose
 * host has this page in a frame.
 */
export async function currentSession(frame?: string): Promise<(OpenSession & { session: string }) | undefined> {
  const { data, error, response } = await client().GET("/api/v1/session", {
    credentials: "same-origin",
    headers: framed(frame),
  });
  if (response.status === 401) return undefined;
  if (!data?.session) throw refusal(response, error);
  return { ...data, session: data.session };
}

/** A session that was opened with the address of a Sigma host. */
export interface SigmaSession extends OpenSession, Redeemed {
  expires_in: number;
  controls: ControlValues;
  options: object;
}

/** Hands the address of a Sigma host in. Its token is burnt by this, whatever the answer. */
export function openSigmaSession(address: string, origin: string | undefined): Promise<Response> {
  return fetch("/api/v1/sigma/sessions", {
    ...NEVER_KEPT,
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ address, parent_origin: origin }),
  });
}

/** A session that was opened with a token of a Tableau host. */
export interface TableauSession extends OpenSession, Redeemed {
  expires_in: number;
  controls: ControlValues;
}

/** What a page at an address of Tableau shows. */
export interface TableauProof {
  /** The path and the search of the address. */
  address: string;
  token: string;
  parent_origin: string;
  replaces: string | undefined;
}

/** Hands a token in. It is burnt by this if it counts once, whatever the answer; what it was to replace is over if it is refused. */
export function openTableauSession(proof: TableauProof): Promise<Response> {
  return fetch("/api/v1/tableau/sessions", {
    ...NEVER_KEPT,
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(proof),
  });
}

/** A dashboard or a look at an address of Looker. */
export interface LookerWorkbook {
  expires_in: number;
  workbook: string;
  page: string | null;
  element: string | null;
  controls: ControlValues;
}

/** An explore at an address of Looker, and what the address asks. */
export interface LookerExplore {
  expires_in: number;
  question: Question;
  presentation: Presentation;
}

/** What is at an address of Looker. */
export type LookerContent = LookerWorkbook | LookerExplore;

/** What a page of Looker shows for its session: the code of the login, or else the session whose cookie the browser has. */
export interface LookerProof {
  code?: string;
  session?: string | undefined;
  address: string;
  parent_origin: string | undefined;
}

/** Hands in what the login gave. A code is burnt by this, whatever the answer. */
export function openLookerSession(proof: LookerProof): Promise<Response> {
  return fetch("/api/v1/looker/sessions", {
    cache: "no-store",
    credentials: "same-origin",
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(proof),
  });
}

/** Asks what is at an address of Looker, in an open session. */
export function lookerContent(address: string, handle: string): Promise<Response> {
  return fetch("/api/v1/looker/content", {
    ...NEVER_KEPT,
    method: "POST",
    headers: { "content-type": "application/json", ...authorized(handle).headers },
    body: JSON.stringify({ address }),
  });
}

/** What is at one of Metabase's addresses, for whoever is logged in. */
export interface MetabaseContent {
  expires_in: number;
  /** By what the page knows its viewer again; null: nobody whom the store knows. */
  viewer: string | null;
  workbook: string;
  page: string | null;
  element: string | null;
}

/** Asks what is at one of Metabase's addresses, in an open session. */
export async function metabaseContent(path: string, by: Authorized): Promise<MetabaseContent> {
  const response = await fetch(`/api/v1/metabase/content?${new URLSearchParams({ path })}`, { ...NEVER_KEPT, ...by });
  if (!response.ok) throw refusal(response, await response.json().catch(() => ({})));
  return response.json();
}

/** Exchanges a token of an identity provider for a session of this page's own. The token is burnt by this if it counts once. */
export function exchangeToken(jwt: string): Promise<Response> {
  return fetch(`/auth/sso?${new URLSearchParams({ jwt, response: "json" })}`, NEVER_KEPT);
}

/** Where an element is. */
export interface Place {
  page: string;
  element: string;
}

/** Whatever is asked with the session's present handle. */
export class Asking {
  protected readonly client = client();

  constructor(
    private readonly credentials: Credentials,
    private readonly proof: Proof = authorized,
  ) {}

  protected async ask<Data>(question: (by: Authorized) => Promise<Answered<Data>>): Promise<Data> {
    const { handle } = this.credentials;
    if (!handle) throw new SessionEndedError();
    const { data, error, response } = await question(this.proof(handle));
    if (data !== undefined) return data;
    if (response.status !== 401) throw refusal(response, error);
    // Renewed while we were asking: the question is asked again.
    if (this.credentials.handle !== handle) return this.ask(question);
    this.credentials.ended(handle);
    throw new SessionEndedError();
  }
}

/** Questions about one workbook. */
export class Api extends Asking {
  constructor(
    private readonly workbookName: string,
    credentials: Credentials,
    proof?: Proof,
  ) {
    super(credentials, proof);
  }

  workbook(signal: AbortSignal): Promise<Workbook> {
    const params = { path: { workbook: this.workbookName } };
    return this.ask((by) => this.client.GET("/api/v1/workbooks/{workbook}", { params, signal, ...by }));
  }

  /** Rows of an element; `drill` are the values that were gone into. */
  rows(place: Place, controls: ControlValues, drill: FieldValue[], signal: AbortSignal): Promise<Answer> {
    const asked = { params: this.#at(place), body: { controls, drill }, signal };
    return this.ask((by) => this.client.POST(`${ELEMENT}/query`, { ...asked, ...by }));
  }

  /** The rows underneath the marks that have these values. */
  underlying(place: Place, controls: ControlValues, at: FieldValue[], signal: AbortSignal): Promise<Answer> {
    const asked = { params: this.#at(place), body: { controls, at }, signal };
    return this.ask((by) => this.client.POST(`${ELEMENT}/underlying`, { ...asked, ...by }));
  }

  file(place: Place, controls: ControlValues, format: FileFormat, signal: AbortSignal): Promise<Blob> {
    const asked = { params: this.#at(place), body: { controls, format }, parseAs: "blob" as const, signal };
    return this.ask((by) => this.client.POST(`${ELEMENT}/export`, { ...asked, ...by }));
  }

  underlyingFile(
    place: Place,
    controls: ControlValues,
    at: FieldValue[],
    format: FileFormat,
    signal: AbortSignal,
  ): Promise<Blob> {
    const asked = { params: this.#at(place), body: { controls, at, format }, parseAs: "blob" as const, signal };
    return this.ask((by) => this.client.POST(`${ELEMENT}/underlying/export`, { ...asked, ...by }));
  }

  suggestions(page: string, control: string, search: string, signal: AbortSignal): Promise<Suggestions> {
    const params = { path: { workbook: this.workbookName, page, control } };
    const asked = { params, body: search ? { search } : {}, signal };
    return this.ask((by) => this.client.POST(CONTROL_VALUES, { ...asked, ...by }));
  }

  #at({ page, element }: Place) {
    return { path: { workbook: this.workbookName, page, element } };
  }
}

interface Answered<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

const ELEMENT = "/api/v1/workbooks/{workbook}/pages/{page}/elements/{element}";
const CONTROL_VALUES = "/api/v1/workbooks/{workbook}/pages/{page}/controls/{control}/values";
const NEVER_KEPT = { cache: "no-store", credentials: "omit" } as const;

type Authorized = ReturnType<Proof>;

/** How a question shows its session. */
export type Proof = (credential: string) => { headers: Record<string, string>; credentials?: RequestCredentials };

export function authorized(credential: string) {
  return { headers: { authorization: `Bearer ${credential}` } };
}

/** For pages of Vitrine itself: the browser shows its cookie, and the page says of which session it is. */
export function ofPage(frame?: string): Proof {
  return (session) => ({ headers: { "vitrine-session": session, ...framed(frame) }, credentials: "same-origin" });
}

function framed(frame: string | undefined): Record<string, string> {
  return frame === undefined ? {} : { "vitrine-frame": frame };
}

function client() {
  return createClient<paths>({ baseUrl: location.origin, ...NEVER_KEPT });
}
