import type { CodeReason } from "../../../shared/messages.ts";
import { type LookerContent, lookerContent, openLookerSession } from "../api.ts";
import { PLAIN } from "../looks.ts";
import { framingOrigin, originsOf } from "../origins.ts";
import { refusal, refusalOf } from "../refusal.ts";
import { OverError } from "../session.ts";
import type { Admission, Consent, Door, PageEvent, Passage, Scene, Stage } from "./door.ts";
import { addressOf, withFilters } from "./looker-explore.ts";
import { noteSession, sessionOf } from "./looker-frames.ts";
import { isObject, type LookerHost, lookerHost } from "./looker-host.ts";
import { type LookerTokens, lookerMessages, placeOf, Run, readTokens } from "./looker-messages.ts";

/** The parameter by which a page without cookies says of which session it is. */
const NAVIGATION_TOKEN = "embed_navigation_token";

/** The page behind the login of a host of Looker's. What a signed address gave stands behind the `#`. */
export function lookerDoor(url: URL, page: Window): Door | undefined {
  if (!isServed(url)) return undefined;
  return { standsAlone: true, open: async () => enter(url, page) };
}

function isServed({ pathname }: URL): boolean {
  return /^\/embed\/((dashboards|looks)|(explore|query)\/[^/]+)\/[^/]+$/.test(pathname);
}

/** The code is taken out of the address before anything else happens. */
function enter(url: URL, page: Window): Passage {
  const code = url.hash.slice(1);
  const address = new URL(url.pathname + url.search, url);
  page.history.replaceState(page.history.state, "", address.pathname + address.search);
  const listed = originsOf(page.document);
  const host = lookerHost(address, page, listed);
  const credentials = address.searchParams.has(NAVIGATION_TOKEN)
    ? new HostTokens(host)
    : new OwnSession(page, code, framingOrigin(page, listed));
  return new LookerPassage(page, address, host, credentials);
}

/** Where a page gets what it asks with. */
interface Source {
  askForCode(reason: CodeReason): Promise<string>;
  /** What is at an address, and what to ask for it with. */
  open(code: string, address: string): Promise<LookerContent & { handle: string }>;
  /** An address as this session's pages have it. */
  within(address: URL): URL;
  /** Hears what a host says of the session; whether it is that. */
  hear(name: string, data: unknown): boolean;
}

/** A session that was opened by a signed address: with its code, or in later frames with the cookie of the login. */
class OwnSession implements Source {
  #opened = false;

  constructor(
    private readonly page: Window,
    private readonly code: string,
    private readonly origin: string | undefined,
  ) {}

  async askForCode(reason: CodeReason): Promise<string> {
    if (reason !== "open" || this.#opened) throw new OverError();
    this.#opened = true;
    return this.code;
  }

  async open(code: string, address: string): Promise<LookerContent & { handle: string }> {
    const session = code ? undefined : sessionOf(this.page);
    if (!code && !session) throw new OverError();
    const shows = code ? { code } : { session };
    const response = await openLookerSession({ ...shows, address, parent_origin: this.origin });
    if (!response.ok) throw await refused(response);
    const opened = await response.json();
    noteSession(this.page, opened.session);
    return opened;
  }

  within(address: URL): URL {
    return address;
  }

  hear(): boolean {
    return false;
  }
}

/** A session without cookies: the host gives its tokens, and gives them again in time. */
class HostTokens implements Source {
  #navigation: string | undefined;
  #seconds = 0;
  /** When the session is over, as the server says. */
  #over = Number.POSITIVE_INFINITY;
  #waiting: ((tokens: LookerTokens) => void) | undefined;

  constructor(private readonly host: LookerHost) {}

  async askForCode(): Promise<string> {
    // A host that has heard of it from another frame does not answer any more.
    if (Date.now() >= this.#over) throw new OverError();
    const tokens = await new Promise<LookerTokens>((resolve) => {
      this.#waiting = resolve;
      this.host.send("session:tokens:request");
    });
    if (tokens.is === "expired") throw new OverError();
    if (tokens.is === "interrupted") {
      this.#say({ interrupted: true, recoverable: true });
      throw new Error("The application has no tokens for this page.");
    }
    [this.#navigation, this.#seconds] = [tokens.navigation, tokens.seconds];
    this.#say({});
    return tokens.api;
  }

  async open(token: string, address: string): Promise<LookerContent & { handle: string }> {
    const content = await contentAt(address, token);
    this.#over = Date.now() + content.expires_in * 1000;
    return { ...content, handle: token, expires_in: Math.min(content.expires_in, this.#seconds) };
  }

  within(address: URL): URL {
    const within = new URL(address);
    if (this.#navigation) within.searchParams.set(NAVIGATION_TOKEN, this.#navigation);
    return within;
  }

  hear(name: string, data: unknown): boolean {
    if (name !== "session:tokens") return false;
    this.#waiting?.(readTokens(data));
    this.#waiting = undefined;
    return true;
  }

  #say(how: object): void {
    this.host.send("session:status", { session_ttl: this.#seconds, expired: false, interrupted: false, ...how });
  }
}

class LookerPassage implements Passage {
  #stage: Stage | undefined;
  #handle: string | undefined;
  #run = new Run();
  /** Settles when all that the host has said is done: it counts in the order in which it was said. */
  #done: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly page: Window,
    private address: URL,
    private readonly host: LookerHost,
    private readonly source: Source,
  ) {}

  askForCode(reason: CodeReason): Promise<string> {
    return this.source.askForCode(reason);
  }

  async redeem(code: string, replaces: string | undefined): Promise<Admission> {
    const renewed = replaces !== undefined;
    const opened = await this.source.open(code, this.#path(this.source.within(this.address))).catch((problem) => {
      throw problem instanceof OverError ? problem : refusalOf(problem);
    });
    this.#handle = opened.handle;
    this.#spell(opened);
    // A session keeps its person, whatever it is asked with.
    const { handle, expires_in } = opened;
    return { ...scene(opened), handle, expires_in, same_viewer: renewed, sameRows: true };
  }

  send(event: PageEvent): Consent {
    if (event.type === "question") this.#note(addressOf(this.address, event.question));
    const values = this.#stage?.values() ?? {};
    const messages = lookerMessages(event, placeOf(this.address), this.#stage?.shown(), values, this.#run);
    if (event.type === "drilling") return this.#consented(messages);
    for (const { name, data } of messages) this.host.send(name, data);
    if (event.type === "expired")
      this.host.send("session:status", { session_ttl: 0, expired: true, interrupted: false });
  }

  /** The address was signed, and says what it said. */
  remember(): void {}

  serve(stage: Stage): void {
    this.#stage = stage;
    this.host.listen((name, data) => (this.source.hear(name, data) ? undefined : this.#inTurn(name, data, stage)));
  }

  /** Whether no handler of the host's cancels what somebody is about to do. */
  async #consented(messages: readonly { name: string; data: object }[]): Promise<boolean> {
    const asked = messages.map(({ name, data }) => this.host.ask(name, data).catch(() => []));
    const answers = (await Promise.all(asked)).flat();
    return !answers.some((answer) => isObject(answer) && answer.cancel === true);
  }

  #inTurn(name: string, data: unknown, stage: Stage): Promise<unknown> {
    const obeyed = this.#done.then(() => this.#obey(name, data, stage));
    this.#done = obeyed.catch(() => undefined);
    return obeyed;
  }

  #obey(name: string, data: unknown, stage: Stage): unknown {
    const said = isObject(data) ? data : {};
    switch (name) {
      case "dashboard:run":
      case "look:run":
        stage.obey({ type: "refresh" });
        return undefined;
      case "dashboard:filters:update":
      case "look:filters:update":
        return this.#filter(said.filters, stage);
      case "page:load":
        return this.#load(String(said.url ?? ""), said.pushHistory === true, stage);
      case "dashboard:load":
        return this.#load(
          `/embed/dashboards/${encodeURIComponent(String(said.id ?? ""))}`,
          said.pushHistory === true,
          stage,
        );
      default:
        return undefined;
    }
  }

  /** Sets filters by what the server reads in them. What cannot be set changes nothing, and the host hears what there is. */
  async #filter(filters: unknown, stage: Stage): Promise<void> {
    const address = withFilters(this.address, filters);
    address.searchParams.delete(NAVIGATION_TOKEN);
    const content = await contentAt(this.#path(address), this.#handle ?? "").catch(() => undefined);
    if (content && "question" in content) return stage.ask(content.question);
    const values = content?.controls ?? {};
    stage.obey({ type: "filters", values });
    this.send({ type: "filters", values });
  }

  /** Turns to another address in the same session. */
  async #load(url: string, pushed: boolean, stage: Stage): Promise<void> {
    const address = new URL(url, this.address);
    if (address.origin !== this.address.origin || !isServed(address)) {
      throw new Error(
        "expected an address that begins with `/embed/dashboards/`, `/embed/looks/`, `/embed/explore/` or `/embed/query/`",
      );
    }
    const next = this.source.within(address);
    const content = await contentAt(this.#path(next), this.#handle ?? "");
    this.#run = new Run();
    this.#note(next, pushed);
    this.#spell(content);
    stage.turn(scene(content));
  }

  /** An address that names a query by its id says from now on what is asked, so that hosts can filter it. */
  #spell(content: LookerContent): void {
    if ("question" in content && this.address.searchParams.has("qid")) {
      this.#note(addressOf(this.address, content.question));
    }
  }

  /** The page is at an address now: one that the browser goes back from, if it is pushed. */
  #note(address: URL, pushed = false): void {
    this.address = address;
    const { history } = this.page;
    if (pushed) history.pushState(history.state, "", this.#path(address));
    else history.replaceState(history.state, "", this.#path(address));
  }

  #path({ pathname, search }: URL): string {
    return pathname + search;
  }
}

function scene(content: LookerContent): Scene {
  if ("question" in content) return content;
  const { workbook, page, element, controls } = content;
  const start = { page: page ?? undefined, element: element ?? undefined, filters: controls, looks: PLAIN };
  return { workbook, start };
}

/** What is at an address, for whoever has something to ask with. */
async function contentAt(address: string, handle: string): Promise<LookerContent> {
  const response = await lookerContent(address, handle);
  if (!response.ok) throw await refused(response);
  return response.json();
}

/** What the door refuses is the last word on this address, in words that are meant for people. */
async function refused(response: Response): Promise<Error> {
  const problem = await response.json().catch(() => ({}));
  if (response.status === 401) return new OverError();
  return problem.code === "embed_refused" ? new OverError(problem.detail, problem.code) : refusal(response, problem);
}
