import type { CodeReason, ControlValues } from "../../../shared/messages.ts";
import { type OpenSession, openSession } from "../api.ts";
import { browserClock, pause } from "../clock.ts";
import { connection, type Host } from "../host.ts";
import { refusalOf } from "../refusal.ts";
import { OverError } from "../session.ts";
import type { Admission, Door, PageEvent, Passage, Stage } from "./door.ts";
import { type GuestAddress, readGuestAddress, withFilters } from "./guest-address.ts";

/** How long the framing page may take to connect once its token does not count, in milliseconds. */
const PATIENCE = 3_000;

/** `/embed/…` and `/public/…`: the address itself is the credential, and opens with or without a framing page. */
export function guestDoor(url: URL, page: Window): Door | undefined {
  const address = readGuestAddress(url);
  if (!address) return undefined;
  const open = async () => new GuestPassage(address, page.parent === page ? undefined : connection(page));
  return { standsAlone: true, open };
}

/** The session of a guest. Only `embed.js` connects; then it hears of the page, and is asked for other tokens. */
class GuestPassage implements Passage {
  #host: Host | undefined;
  #stage: Stage | undefined;
  /** What has happened before there was a host: the latest of each kind. */
  #unheard = new Map<PageEvent["type"], PageEvent>();
  /** What is shown, which no other token can change. */
  #place: string | undefined;

  constructor(
    private readonly address: GuestAddress,
    private readonly connecting: Promise<Host> | undefined,
  ) {
    connecting?.then((host) => this.#meet(host));
  }

  async askForCode(reason: CodeReason): Promise<string> {
    if (reason === "open") return this.address.credential;
    if (!this.#host) throw new OverError();
    return this.#host.askForCode(reason).catch(() => {
      throw new OverError();
    });
  }

  async redeem(token: string, replaces: string | undefined): Promise<Admission> {
    const session = await look(token);
    if (session) return this.#admit(token, session);
    if (replaces) throw new OverError();
    const another = await this.#anotherToken();
    return this.#admit(another, await look(another));
  }

  send(event: PageEvent): void {
    if (this.#host) this.#host.send(event);
    else this.#unheard.set(event.type, event);
  }

  serve(stage: Stage): void {
    this.#stage = stage;
    this.#host?.serve(stage);
  }

  remember(_page: string, filters: ControlValues): void {
    history.replaceState(null, "", withFilters(new URL(location.href), filters));
  }

  #meet(host: Host): void {
    this.#host = host;
    if (this.#stage) host.serve(this.#stage);
    for (const event of this.#unheard.values()) host.send(event);
    this.#unheard.clear();
  }

  /** The token in the address may be too old already when the page is loaded. */
  async #anotherToken(): Promise<string> {
    if (this.connecting) await Promise.race([this.connecting, pause(browserClock, PATIENCE)]);
    return this.askForCode("ended");
  }

  #admit(token: string, session: OpenSession | undefined): Admission {
    const place = session && JSON.stringify([session.workbook, session.page, session.element]);
    this.#place ??= place;
    if (!session?.workbook || place !== this.#place) throw new OverError();
    const { filters, looks } = this.address;
    return {
      handle: token,
      expires_in: session.expires_in,
      same_viewer: true,
      // Another token may have other locked values.
      sameRows: false,
      workbook: session.workbook,
      start: { page: session.page ?? undefined, element: session.element ?? undefined, filters, looks },
    };
  }
}

async function look(token: string): Promise<OpenSession | undefined> {
  try {
    return await openSession(token);
  } catch (problem) {
    throw refusalOf(problem);
  }
}
