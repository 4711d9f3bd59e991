import type { CodeReason } from "../../../shared/messages.ts";
import { openSigmaSession, type SigmaSession } from "../api.ts";
import { framingOrigin, isListed, originsOf } from "../origins.ts";
import { refusal, refusalOf } from "../refusal.ts";
import { OverError } from "../session.ts";
import type { Admission, Door, PageEvent, Passage, Stage } from "./door.ts";
import { cleanAddress, isSigmaAddress, keyOf, signedAddress } from "./sigma-address.ts";
import {
  isSigmaCode,
  readSigmaOptions,
  readSigmaRequest,
  type SigmaMessage,
  type SigmaOptions,
  type SigmaRequest,
  sigmaMessage,
  variables,
} from "./sigma-messages.ts";

/** Addresses that Sigma's hosts sign: the token in them opens one session, so the page cannot be loaded again. */
export function sigmaDoor(url: URL, page: Window): Door | undefined {
  if (!isSigmaAddress(url)) return undefined;
  return { standsAlone: true, open: async () => enter(url, page) };
}

/** The address is taken and cleaned before anything else happens. */
function enter(url: URL, page: Window): Passage {
  const address = signedAddress(url);
  page.history.replaceState(null, "", cleanAddress(url, keyOf(page.document)));
  return new SigmaPassage(address, new Framing(page));
}

/** The window around this one, which plain messages go to and come from. */
class Framing {
  readonly origin: string | undefined;
  readonly #listed: readonly string[];
  readonly #framed: boolean;

  constructor(private readonly page: Window) {
    this.#listed = originsOf(page.document);
    this.#framed = page.parent !== page;
    this.origin = framingOrigin(page, this.#listed);
  }

  post(message: SigmaMessage): void {
    if (this.#framed && this.origin) this.page.parent.postMessage(message, this.origin);
  }

  listen(obey: (request: SigmaRequest) => void): void {
    if (!this.#framed) return;
    this.page.addEventListener("message", ({ source, origin, data }) => {
      if (source !== this.page.parent || !isListed(origin, this.#listed)) return;
      const request = readSigmaRequest(data);
      if (request) obey(request);
    });
  }
}

class SigmaPassage implements Passage {
  #stage: Stage | undefined;
  #options: SigmaOptions = readSigmaOptions({});

  constructor(
    private readonly address: string | undefined,
    private readonly framing: Framing,
  ) {}

  async askForCode(reason: CodeReason): Promise<string> {
    if (reason !== "open" || !this.address) throw new OverError();
    return this.address;
  }

  async redeem(address: string): Promise<Admission> {
    const { handle, expires_in, same_viewer, workbook, page, element, controls, options } = await this.#open(address);
    if (!workbook) throw new OverError();
    this.#options = readSigmaOptions(options);
    const { looks } = this.#options;
    const start = { page: page ?? undefined, element: element ?? undefined, filters: controls, looks };
    return { handle, expires_in, same_viewer, sameRows: true, workbook, start };
  }

  send(event: PageEvent): void {
    const message = sigmaMessage(event, this.#stage?.values() ?? {}, this.#options);
    if (message) this.framing.post(message);
  }

  /** The address was cleaned when its token was read, and says nothing any more. */
  remember(): void {}

  serve(stage: Stage): void {
    this.#stage = stage;
    this.framing.listen((request) => this.#obey(request, stage));
  }

  async #open(address: string): Promise<SigmaSession> {
    try {
      const response = await openSigmaSession(address, this.framing.origin);
      if (!response.ok) throw await refused(response);
      return await response.json();
    } catch (problem) {
      throw problem instanceof OverError ? problem : refusalOf(problem);
    }
  }

  #obey(request: SigmaRequest, stage: Stage): void {
    const present = stage.values();
    if (request.is === "list") this.framing.post({ type: "workbook:variables:current", variables: variables(present) });
    else if (request.is === "turn") stage.obey({ type: "navigate", page: request.page });
    else {
      const settable = Object.entries(request.values).filter(([name]) => Object.hasOwn(present, name));
      stage.obey({ type: "filters", values: Object.fromEntries(settable) });
    }
  }
}

/** A code of Sigma's is the last word on this address, in words that are meant for people. */
async function refused(response: Response): Promise<Error> {
  const problem = await response.json().catch(() => ({}));
  return isSigmaCode(problem.code) ? new OverError(problem.detail, problem.code) : refusal(response, problem);
}
