import type { ControlValues } from "../../../shared/messages.ts";
import type { PageEvent, Shown } from "./door.ts";
import { isObject } from "./looker-host.ts";

/** What a host is told. */
export interface LookerMessage {
  name: string;
  data: object;
}

/** The version of Looker whose messages these are: SDKs ask for one from 25.2 on before they load something else. */
const LOOKER_VERSION = "26.2.1";

/** Where the page is, as hosts read it. */
export interface LookerPlace {
  /** `dashboards`, `looks` or `explore`. */
  type: string;
  id: string;
  url: string;
  absoluteUrl: string;
}

/** The place of an address. */
export function placeOf(address: URL): LookerPlace {
  const [, , type = "", id = ""] = address.pathname.split("/");
  const url = address.pathname + address.search;
  return { type, id: decodeURIComponent(id), url, absoluteUrl: address.origin + url };
}

/** Elements that have asked for rows and not got them yet, and how those have fared that have. */
export class Run {
  readonly #asked = new Set<string>();
  readonly #failed = new Map<string, string>();

  /** Whether this is the first one of a run. */
  ask(element: string): boolean {
    const first = this.#asked.size === 0;
    if (first) this.#failed.clear();
    this.#asked.add(element);
    return first;
  }

  /** Whether it was the last one of a run. */
  settle(element: string, problem?: string): boolean {
    if (problem !== undefined) this.#failed.set(element, problem);
    return this.#asked.delete(element) && this.#asked.size === 0;
  }

  problem(element: string): string | undefined {
    return this.#failed.get(element);
  }

  get failed(): boolean {
    return this.#failed.size > 0;
  }
}

/** What a page of each type is called in events. */
const NOUNS: Record<string, "dashboard" | "look" | "explore"> = { looks: "look", explore: "explore" };

/** What is told of an event in a dashboard, a look or an explore: nothing, one thing, or two. */
export function lookerMessages(
  event: PageEvent,
  place: LookerPlace,
  shown: Shown | undefined,
  values: ControlValues,
  run: Run,
): LookerMessage[] {
  const noun = NOUNS[place.type] ?? "dashboard";
  const isWhole = noun !== "dashboard";
  const subject = { [noun]: isWhole ? wholeOf(place, noun) : dashboardOf(place, shown, values) };
  const tell = (name: string, data: object = {}): LookerMessage => ({ name, data: { ...subject, ...data } });
  const tile = (element: string) => ({ tile: { id: element, title: titleOf(shown, element), listen: {} } });
  switch (event.type) {
    case "ready":
      return [pageChanged(place), ...(isWhole ? [tell(`${noun}:ready`)] : [])];
    case "height":
      return [{ name: "page:properties:changed", data: { height: event.px } }];
    case "filters":
    case "question":
      return [tell(isWhole ? `${noun}:state:changed` : "dashboard:filters:changed")];
    case "element_asked": {
      const started = run.ask(event.element) ? [tell(`${noun}:run:start`)] : [];
      return [...started, ...(isWhole ? [] : [tell("dashboard:tile:start", tile(event.element))])];
    }
    case "element_shown":
    case "element_failed": {
      const problem = event.type === "element_failed" ? event.message : undefined;
      const settled = run.settle(event.element, problem);
      const how = statusOf(problem);
      const done = isWhole
        ? []
        : [tell("dashboard:tile:complete", { ...tile(event.element), ...how, truncated: false })];
      return settled ? [...done, tell(`${noun}:run:complete`, isWhole ? {} : completed(run, shown))] : done;
    }
    case "element_saved":
      return isWhole ? [] : [tell("dashboard:tile:download", { ...tile(event.element), fileFormat: event.format })];
    case "saved":
      return [{ name: "dashboard:save:complete", data: { dashboard: savedAs(event, place) } }];
    case "drilling":
      return [{ name: "drillmenu:click", data: drillMenu(event, place) }];
    case "expired":
      return [{ name: "session:expired", data: {} }];
    default:
      return [];
  }
}

function pageChanged(place: LookerPlace): LookerMessage {
  const { type, url, absoluteUrl } = place;
  return { name: "page:changed", data: { page: { type, url, absoluteUrl, lookerVersion: LOOKER_VERSION } } };
}

function dashboardOf(place: LookerPlace, shown: Shown | undefined, values: ControlValues) {
  const filters = (shown?.controls ?? []).map(({ name, title }) => [title, written(values[name] ?? [])]);
  return {
    id: place.id,
    title: shown?.title ?? "",
    canEdit: false,
    dashboard_filters: Object.fromEntries(filters),
    absoluteUrl: place.absoluteUrl,
    url: place.url,
    options: { elements: {}, layouts: [] },
  };
}

/** A workbook that was made here, as a dashboard of Looker's. */
function savedAs({ workbook, title }: { workbook: string; title: string }, place: LookerPlace) {
  const url = `/embed/dashboards/${workbook}`;
  return { ...dashboardOf({ ...place, id: workbook, url }, undefined, {}), title, absoluteUrl: originOf(place) + url };
}

function originOf({ absoluteUrl, url }: LookerPlace): string {
  return absoluteUrl.slice(0, absoluteUrl.length - url.length);
}

/** What stands on a page by itself: looks have an id beside their address. */
function wholeOf({ id, url, absoluteUrl }: LookerPlace, noun: string) {
  return noun === "look" ? { id, url, absoluteUrl } : { url, absoluteUrl };
}

function titleOf(shown: Shown | undefined, element: string): string {
  return shown?.elements.find(({ name }) => name === element)?.title ?? "";
}

function statusOf(problem: string | undefined) {
  if (problem === undefined) return { status: "complete", errors: [] };
  const error = { message: problem, message_details: null, params: null, error_pos: null, level: "error", fatal: true };
  return { status: "error", errors: [{ ...error, sql_error_loc: {} }] };
}

function completed(run: Run, shown: Shown | undefined) {
  const elements = shown?.elements ?? [];
  const tileStatuses = elements.map(({ name }) => ({ tileId: name, ...statusOf(run.problem(name)) }));
  return { status: run.failed ? "error" : "complete", tileStatuses };
}

function drillMenu({ element, label }: { element: string; label: string }, { url }: LookerPlace) {
  return { label, link_type: "drill", url, modal: true, context: element };
}

/** Values as Looker writes them in filters: commas part them, and one inside is `^,`. */
export function written(values: readonly unknown[]): string {
  return values.map((value) => String(value).replaceAll(",", "^,")).join(",");
}

/** What a host says of a session without cookies. */
export type LookerTokens =
  | { is: "tokens"; api: string; navigation: string; seconds: number }
  | { is: "interrupted" }
  | { is: "expired" };

/** Reads what a host says of a session without cookies. */
export function readTokens(data: unknown): LookerTokens {
  const said = isObject(data) ? data : {};
  const { api_token: api, api_token_ttl, navigation_token: navigation, session_reference_token_ttl: left } = said;
  if (left === 0) return { is: "expired" };
  if (typeof api !== "string" || typeof navigation !== "string" || typeof left !== "number")
    return { is: "interrupted" };
  return { is: "tokens", api, navigation, seconds: Math.min(Number(api_token_ttl) || 0, left) };
}
