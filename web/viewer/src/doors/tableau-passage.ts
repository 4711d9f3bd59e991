import { type CodeReason, type ControlValues, VERSION } from "../../../shared/messages.ts";
import {
  readTableauRequest,
  type TableauCall,
  type TableauMessage,
  type TableauProblem,
} from "../../../shared/tableau-messages.ts";
import { Api, openTableauSession, type TableauSession } from "../api.ts";
import { type Looks, PLAIN } from "../looks.ts";
import { RefusalError, refusal, refusalOf } from "../refusal.ts";
import { EXPIRED, OverError } from "../session.ts";
import type { Admission, PageEvent, Passage, Stage } from "./door.ts";
import { changedFields, elementCalled, fieldsCalled, pageCalled, sightOf } from "./tableau-sheets.ts";

/** What is behind the door: the library in the host's page gives tokens, and asks for what its programmers want. */
export class TableauPassage implements Passage {
  #stage: Stage | undefined;
  #waiting: { resolve(token: string): void; reject(problem: Error): void } | undefined;
  #handle: string | undefined;
  #api: Api | undefined;
  /** Whether the address names an element. */
  #single = false;
  #values: ControlValues = {};
  #page: string | undefined;
  #interactive = false;
  /** What the server said of the last token, if it refused it. */
  #problem: Partial<TableauProblem> = {};

  constructor(
    private readonly address: URL,
    private readonly origin: string,
    private readonly port: MessagePort,
  ) {
    port.onmessage = ({ data }) => this.#receive(data);
  }

  /** The host may take as long as it likes; a newer question takes the older one's answer. */
  askForCode(reason: CodeReason): Promise<string> {
    // Rows that are on the screen stay there.
    if (reason !== "expiring") this.#interactive = false;
    this.#post({ type: "token_needed", reason });
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  async redeem(token: string, replaces: string | undefined): Promise<Admission> {
    this.#problem = {};
    const opened = await this.#open(token, replaces).catch((problem) => {
      throw problem instanceof OverError ? problem : refusalOf(problem);
    });
    if (!opened.workbook) throw new OverError();
    if (!opened.same_viewer) this.#page = undefined;
    this.#handle = opened.handle;
    this.#single = opened.element !== null;
    const handle = () => this.#handle;
    const credentials = {
      get handle() {
        return handle();
      },
      ended: () => {},
    };
    this.#api = new Api(opened.workbook, credentials);
    this.#post({ type: "opened" });
    return this.#admission(opened, opened.workbook);
  }

  send(event: PageEvent): void {
    switch (event.type) {
      case "ready":
        this.#see();
        break;
      case "loaded":
        this.#see();
        if (!this.#interactive) this.#post({ type: "interactive" });
        this.#interactive = true;
        break;
      case "height":
        this.#post({ type: "height", px: event.px });
        break;
      case "filters":
      case "navigate":
        this.#see();
        break;
      case "select":
        this.#post({ type: "selected", sheet: event.element, values: event.values });
        break;
      case "expired":
        this.#fail({ reason: "session_expired", message: EXPIRED });
        break;
      case "error":
        this.#fail({ reason: event.code, message: event.message, ...this.#problem });
        break;
    }
  }

  /** The host sets the address, and a reload has no token. */
  remember(): void {}

  serve(stage: Stage): void {
    this.#stage = stage;
  }

  #admission(opened: TableauSession, workbook: string): Admission {
    const { handle, expires_in, same_viewer, page, element, controls: filters } = opened;
    const start = { page: page ?? undefined, element: element ?? undefined, filters, looks: looksOf(this.address) };
    return { handle, expires_in, same_viewer, sameRows: true, filtersOfHost: true, workbook, start };
  }

  async #open(token: string, replaces: string | undefined): Promise<TableauSession> {
    const address = this.address.pathname + this.address.search;
    const response = await openTableauSession({ address, token, parent_origin: this.origin, replaces });
    if (response.ok) return response.json();
    const problem = await response.json().catch(() => ({}));
    const { message, code } = refusal(response, problem);
    // What could not be tried may be tried again.
    if (response.status === 429 || response.status >= 500) throw new RefusalError(message, code);
    const { reason = code, error_code: errorCode, clock_skew_seconds: clockSkewSeconds } = problem;
    this.#problem = { reason, ...(errorCode && { errorCode }), ...(clockSkewSeconds && { clockSkewSeconds }) };
    throw new OverError(errorCode ? problem.detail : message, reason);
  }

  #receive(data: unknown): void {
    const request = readTableauRequest(data);
    if (request?.type === "token") this.#answered()?.resolve(request.token);
    else if (request?.type === "no_token") this.#answered()?.reject(new OverError());
    else if (request?.type === "renew") this.#stage?.reopen();
    else if (request?.type === "call") void this.#call(request.id, request.call);
  }

  #answered() {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }

  async #call(id: number, call: TableauCall): Promise<void> {
    try {
      this.#post({ type: "answer", id, value: await this.#done(call) });
    } catch (problem) {
      const { code, message } = problem instanceof RefusalError ? problem : refusalOf(problem);
      this.#post({ type: "refused", id, code, message });
    }
  }

  /** Does what the host wants, as far as the viewer could do it too. */
  async #done(call: TableauCall): Promise<unknown> {
    const stage = this.#stage;
    const sight = stage?.sight();
    if (!stage || !sight || !this.#api) throw new RefusalError("the view is not there yet", "not_loaded");
    const obey = (command: Parameters<Stage["obey"]>[0]) => {
      const objection = stage.obey(command);
      if (objection) throw new RefusalError(objection.message, objection.code);
      this.#see();
    };
    const { workbook, page } = sight;
    switch (call.name) {
      case "filter":
        return obey({ type: "filters", values: fieldsCalled(workbook, page, call.fields) });
      case "revert":
        return obey({ type: "filters", values: fieldsCalled(workbook, page, undefined) });
      case "turn":
        return obey({ type: "navigate", page: pageCalled(workbook, call.sheet).name });
      case "refresh":
        return obey({ type: "refresh" });
      case "save":
        return obey({ type: "export", element: elementCalled(page, call.sheet).name, format: call.format });
      case "rows":
      case "underlying": {
        const element = elementCalled(page, call.sheet);
        const place = { page: page.name, element: element.name };
        const controls = Object.fromEntries(
          Object.entries(stage.values()).filter(([name]) => element.controls.includes(name)),
        );
        const { signal } = new AbortController();
        return call.name === "rows"
          ? this.#api.rows(place, controls, [], signal)
          : this.#api.underlying(place, controls, [], signal);
      }
    }
  }

  /** Tells what there is now, and what of it has changed. */
  #see(): void {
    const sight = this.#stage?.sight();
    if (!this.#stage || !sight) return;
    const [values, before, from] = [this.#stage.values(), this.#values, this.#page];
    [this.#values, this.#page] = [values, sight.page.name];
    this.#post({ type: "shown", sight: sightOf(sight, values, this.#single) });
    const fields = changedFields(before, values);
    if (from === undefined) return;
    if (fields.length > 0) this.#post({ type: "filtered", fields });
    if (from !== sight.page.name) this.#post({ type: "turned", from });
  }

  #fail(problem: TableauProblem): void {
    this.#post({ type: "failed", problem });
  }

  #post(message: TableauMessage): void {
    this.port.postMessage({ v: VERSION, ...message });
  }
}

/** Tableau's toolbar is below a view, if nobody says where, and there is no title above it. */
function looksOf({ searchParams }: URL): Looks {
  const said = searchParams.get(":toolbar");
  const toolbar = said === "top" ? "top" : said === "hidden" || said === "no" ? "none" : "bottom";
  const tabbed = !["n", "no"].includes(searchParams.get(":tabs") ?? "");
  return { ...PLAIN, selections: true, titled: toolbar === "top", tabbed, toolbar, downloads: toolbar !== "none" };
}
