import type { CodeReason, ControlValues } from "../../../shared/messages.ts";
import { authorized, exchangeToken, type MetabaseContent, metabaseContent, type Proof } from "../api.ts";
import { connection, type Host } from "../host.ts";
import { RefusalError, refusalOf } from "../refusal.ts";
import { passageTo } from "./application.ts";
import type { Admission, Door, PageEvent, Passage, Stage, WorkbookScene } from "./door.ts";
import { type Beginning, readContentAddress, withFilters } from "./guest-address.ts";

/**
 * `/dashboard/{id}` and `/question/{id}`: Metabase's own addresses, for people who are logged in. In a frame whose address names no
 * identity provider, `embed.js` gives the page tokens of one; anywhere else the browser has the cookie of the session.
 */
export function metabaseDoor(url: URL, page: Window): Door | undefined {
  const beginning = readContentAddress(url);
  if (!beginning) return undefined;
  if (page.parent === page || url.searchParams.has("provider")) {
    return { standsAlone: true, open: async () => passageByCookie(url, beginning, page) };
  }
  return { standsAlone: false, open: async () => new SignedInPassage(url, beginning, await connection(page)) };
}

/** Whoever is logged in by a cookie, at one of Metabase's addresses. */
function passageByCookie(url: URL, beginning: Beginning, page: Window): Passage {
  const find = async (by: ReturnType<Proof>) => sceneOf(await contentAt(url, by), beginning);
  return passageTo({ find, at: (address, _page, filters) => withFilters(address, filters) }, url, page);
}

/** Somebody for whom the host's page has tokens of its identity provider. Their session is kept in memory only. */
class SignedInPassage implements Passage {
  /** Who looked last, and with which claims. */
  #viewer: string | null = null;

  constructor(
    private readonly url: URL,
    private readonly beginning: Beginning,
    private readonly host: Host,
  ) {}

  askForCode(reason: CodeReason): Promise<string> {
    return this.host.askForCode(reason);
  }

  async redeem(token: string): Promise<Admission> {
    const handle = await exchanged(token);
    const content = await contentAt(this.url, authorized(handle));
    const same = content.viewer !== null && content.viewer === this.#viewer;
    this.#viewer = content.viewer;
    const { expires_in } = content;
    return { handle, expires_in, same_viewer: same, sameRows: same, ...sceneOf(content, this.beginning) };
  }

  send(event: PageEvent): void {
    this.host.send(event);
  }

  serve(stage: Stage): void {
    this.host.serve(stage);
  }

  remember(_page: string, filters: ControlValues): void {
    history.replaceState(null, "", withFilters(new URL(location.href), filters));
  }
}

function sceneOf({ workbook, page, element }: MetabaseContent, { filters, looks }: Beginning): WorkbookScene {
  return { workbook, start: { page: page ?? undefined, element: element ?? undefined, filters, looks } };
}

async function contentAt({ pathname }: URL, by: ReturnType<Proof>): Promise<MetabaseContent> {
  return metabaseContent(pathname, by).catch((problem) => {
    throw refusalOf(problem);
  });
}

/** The session that a token opens. Why it opens none is said in Metabase's words, which name nothing that is hidden. */
async function exchanged(token: string): Promise<string> {
  const response = await exchangeToken(token).catch((problem) => {
    throw refusalOf(problem);
  });
  const text = await response.text();
  if (!response.ok) throw new RefusalError(reasonIn(text), `status_${response.status}`);
  return JSON.parse(text).id;
}

/** Refusals are plain texts, but for Vitrine's own and one that is an object with a message. */
function reasonIn(text: string): string {
  try {
    const { message, detail } = JSON.parse(text);
    return message ?? detail ?? text;
  } catch {
    return text;
  }
}
