import { Api, logIn, type Schemas, SessionOverError, type Whoami } from "./api.ts";
import { refusalOf } from "./refusal.ts";

/** What is known of whoever is at the page. */
export type Standing =
  | { is: "entering" }
  /** Nobody is logged in. */
  | { is: "out"; why: "nothing" | "link" | "ended" | "left" }
  /** It could not be asked whether somebody is. */
  | { is: "lost"; message: string }
  | { is: "in"; me: Whoami; api: Api };

/** Where the handle is kept: in this tab, until it is closed. */
const KEPT = "vitrine-handle";

/** The session of a person who logs in to Vitrine itself. */
export class Session {
  standing = $state.raw<Standing>({ is: "entering" });
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem">) {}

  /** Whether this tab has a session besides a link that does not count. */
  get isKept(): boolean {
    return this.storage.getItem(KEPT) !== null;
  }

  /** Enters with a code, or with the handle that this tab has. */
  async enter(code?: string): Promise<void> {
    this.standing = { is: "entering" };
    try {
      if (code !== undefined) {
        const entered = await logIn(code);
        if (!entered) return this.#out("link");
        this.storage.setItem(KEPT, entered.handle);
      }
      const handle = this.storage.getItem(KEPT);
      if (handle === null) return this.#out("nothing");
      const api = new Api(handle, () => this.#over(handle));
      const [me, session] = await Promise.all([
        api.get<Whoami>("/api/v1/whoami"),
        api.get<Schemas["Session"]>("/api/v1/session"),
      ]);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#over(handle), session.body.expires_in * 1000);
      this.standing = { is: "in", me: me.body, api };
    } catch (problem) {
      if (!(problem instanceof SessionOverError)) this.standing = { is: "lost", message: refusalOf(problem).message };
    }
  }

  /** Ends the session for good. */
  async leave(): Promise<void> {
    const { standing } = this;
    if (standing.is !== "in") return;
    try {
      await standing.api.delete("/api/v1/session");
    } catch (problem) {
      // Whoever is told that they are out must be.
      if (!(problem instanceof SessionOverError)) {
        this.standing = { is: "lost", message: `You are still logged in. ${refusalOf(problem).message}` };
        return;
      }
    }
    this.storage.removeItem(KEPT);
    this.#out("left");
  }

  #over(handle: string): void {
    if (this.storage.getItem(KEPT) !== handle) return;
    this.storage.removeItem(KEPT);
    this.#out("ended");
  }

  #out(why: Extract<Standing, { is: "out" }>["why"]): void {
    clearTimeout(this.#timer);
    this.standing = { is: "out", why };
  }
}
