import { Api, currentSession, logIn, type Schemas, SessionOverError, type Whoami } from "./api.ts";
import { refusalOf } from "./refusal.ts";

/** What is known of whoever is at the page. */
export type Standing =
  | { is: "entering" }
  /** Somebody has a link with which they choose a password. */
  | { is: "choosing"; code: string; isInvited: boolean }
  /** Nobody is logged in. */
  | { is: "out"; why: "nothing" | "link" | "ended" | "left" }
  /** It could not be asked whether somebody is. */
  | { is: "lost"; message: string }
  | { is: "in"; me: Whoami; api: Api };

/** The session of a person who logs in to Vitrine itself. Its credential is a cookie, which no script sees. */
export class Session {
  standing = $state.raw<Standing>({ is: "entering" });
  /** Whether this browser has a session besides a link that does not count. */
  isKept = $state(false);
  #entered: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Enters with a code, or with the session that this browser has. */
  async enter(code?: string): Promise<void> {
    this.standing = { is: "entering" };
    try {
      if (code !== undefined && (await logIn({ code })) !== "in") {
        this.isKept = (await currentSession()) !== undefined;
        return this.#out("link");
      }
      const current = await currentSession();
      if (!current) return this.#out(this.#entered === undefined ? "nothing" : "ended");
      const { session, expires_in } = current;
      this.#entered = session;
      const api = new Api(session, () => this.#over(session));
      const me = await api.get<Whoami>("/api/v1/whoami");
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#over(session), expires_in * 1000);
      this.standing = { is: "in", me: me.body, api };
    } catch (problem) {
      if (!(problem instanceof SessionOverError)) this.standing = { is: "lost", message: refusalOf(problem).message };
    }
  }

  /** Lets somebody choose a password with the code of a link. */
  choose(code: string, isInvited: boolean): void {
    this.standing = { is: "choosing", code, isInvited };
  }

  /** Ends the session for good. */
  async leave(): Promise<void> {
    const { standing } = this;
    if (standing.is !== "in") return;
    try {
      await standing.api.delete("/api/v1/session");
    } catch (problem) {
      // Whoever is told that they are out must be.
      if (problem instanceof SessionOverError) return;
      this.standing = { is: "lost", message: `You are still logged in. ${refusalOf(problem).message}` };
      return;
    }
    this.#out("left");
  }

  #over(session: string): void {
    if (this.#entered === session) this.#out("ended");
  }

  #out(why: Extract<Standing, { is: "out" }>["why"]): void {
    clearTimeout(this.#timer);
    this.#entered = undefined;
    this.standing = { is: "out", why };
  }
}

/** A session as its page knows it. */
export type Current = Schemas["Session"] & { session: string };
