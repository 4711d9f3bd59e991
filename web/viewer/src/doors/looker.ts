import type { CodeReason } from "../../../shared/messages.ts";
import { type LookerSession, openLookerSession } from "../api.ts";
import { PLAIN } from "../looks.ts";
import { framingOrigin, originsOf } from "../origins.ts";
import { refusal, refusalOf } from "../refusal.ts";
import { OverError } from "../session.ts";
import type { Admission, Door, Passage } from "./door.ts";

/** The page behind the login of an address that a host of Looker's has signed. What the login gave stands behind the `#`. */
export function lookerDoor(url: URL, page: Window): Door | undefined {
  if (!/^\/embed\/(dashboards|looks)\/[^/]+$/.test(url.pathname)) return undefined;
  return { standsAlone: true, open: async () => enter(url, page) };
}

/** The code is taken out of the address before anything else happens: it opens one session, so the page cannot be loaded again. */
function enter(url: URL, page: Window): Passage {
  const address = url.pathname + url.search;
  page.history.replaceState(null, "", address);
  return new LookerPassage(url.hash.slice(1), address, framingOrigin(page, originsOf(page.document)));
}

class LookerPassage implements Passage {
  constructor(
    private readonly code: string,
    private readonly address: string,
    private readonly origin: string | undefined,
  ) {}

  async askForCode(reason: CodeReason): Promise<string> {
    if (reason !== "open" || !this.code) throw new OverError();
    return this.code;
  }

  async redeem(code: string): Promise<Admission> {
    const { handle, expires_in, workbook, page, element, controls } = await this.#open(code);
    const start = { page: page ?? undefined, element: element ?? undefined, filters: controls, looks: PLAIN };
    return { handle, expires_in, same_viewer: false, sameRows: true, workbook, start };
  }

  /** Nobody is told what happens here. */
  send(): void {}

  /** The address was signed, and says what it said. */
  remember(): void {}

  /** Nobody says what is to happen here. */
  serve(): void {}

  async #open(code: string): Promise<LookerSession> {
    try {
      const response = await openLookerSession(code, this.address, this.origin);
      if (!response.ok) throw await refused(response);
      return await response.json();
    } catch (problem) {
      throw problem instanceof OverError ? problem : refusalOf(problem);
    }
  }
}

/** What the door refuses is the last word on this address, in words that are meant for people. */
async function refused(response: Response): Promise<Error> {
  const problem = await response.json().catch(() => ({}));
  if (response.status === 401) return new OverError();
  return problem.code === "embed_refused" ? new OverError(problem.detail, problem.code) : refusal(response, problem);
}
