import type { CodeReason } from "../../shared/messages.ts";
import { type Clock, pause } from "./clock.ts";

/** The server's answer to a code. */
export interface Redeemed {
  /** The credential. It is kept in memory only. */
  handle: string;
  /** Seconds until the session ends; null: it does not end by itself. */
  expires_in: number | null;
  /** Whether this is the same person with the same content and locked parameters as in the session it replaces. */
  same_viewer: boolean;
}

/** How a session gets its credentials. */
export interface Source {
  /** Something to hand in, such as a one-time code from the host; fails with a message for people. */
  askForCode(reason: CodeReason): Promise<string>;
  /** Hands it in; fails with a message for people. */
  redeem(code: string, replaces: string | undefined): Promise<Redeemed>;
}

/** What people and hosts read when a session is over. */
export const EXPIRED = "Session expired. Reload the page.";

/** Nothing but a new load of the page can open a session now. */
export class OverError extends Error {
  override readonly name = "OverError";

  constructor(
    message = EXPIRED,
    /** `expired`, or why no session was opened. */
    readonly code = "expired",
  ) {
    super(message);
  }
}

/** What may be on the screen. */
export type Standing =
  | { is: "opening" }
  /** Rows may be shown. `viewer` counts up when they are those of somebody else, and everything older must go. */
  | { is: "open"; viewer: number }
  /** The session has ended and a new one is asked for: no rows. */
  | { is: "renewing" }
  /** No session and no hope without the person: no rows. */
  | { is: "closed"; expired: boolean; message: string }
  /** No session and no hope without a new load of the page: no rows. The code is that of an `OverError`. */
  | { is: "over"; code: string; message: string };

/** Pauses before the attempts to renew, in milliseconds. */
const PAUSES = [0, 2_000, 8_000];
/** How long an attempt to renew may wait for the host, in milliseconds. The first code may take for ever. */
const PATIENCE = 20_000;
/** The session is renewed when this much is left: a fifth of its lifetime, at most two minutes. */
const FIFTH = 1 / 5;
const TWO_MINUTES = 120_000;

/** One person's session: opened with a code, renewed in time, replaced when it has ended. */
export class Session {
  #standing: Standing = { is: "opening" };
  #handle: string | undefined;
  #viewer = 0;
  #renewal: Promise<void> | undefined;
  #cancelTimer: (() => void) | undefined;
  /** Milliseconds between the time to renew the session and its end. */
  #left = 0;

  constructor(
    private readonly source: Source,
    private readonly clock: Clock,
    private readonly onChange: (standing: Standing) => void,
  ) {}

  get standing(): Standing {
    return this.#standing;
  }

  /** The present credential; undefined unless a session is open or being renewed. */
  get handle(): string | undefined {
    return this.#handle;
  }

  /** Opens the session, or tries once more after it could not be opened or renewed. */
  async open(): Promise<void> {
    if (this.#handle) return this.#renew("ended");
    this.#stand({ is: "opening" });
    try {
      await this.#enter("open");
    } catch (problem) {
      this.#close(problem, false);
    }
  }

  /** The server refused `handle`. Rows are hidden at once, unless the session has been renewed in the meantime. */
  ended(handle: string): void {
    if (handle !== this.#handle || this.#standing.is === "closed" || this.#standing.is === "over") return;
    this.#renew("ended");
  }

  #renew(reason: CodeReason): Promise<void> {
    if (reason === "ended") this.#stand({ is: "renewing" });
    this.#cancelTimer?.();
    this.#renewal ??= this.#attempts(reason).finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #attempts(reason: CodeReason): Promise<void> {
    let last: unknown;
    for (const milliseconds of PAUSES) {
      if (milliseconds > 0) await pause(this.clock, milliseconds);
      try {
        return await this.#enter(reason);
      } catch (problem) {
        last = problem;
        if (problem instanceof OverError) break;
      }
    }
    if (last instanceof OverError && this.#standing.is === "open") this.#endLater();
    else this.#close(last, true);
  }

  /** There will be no other session, but this one has not ended. */
  #endLater(): void {
    this.#cancelTimer = this.clock.after(this.#left, () => void this.#renew("ended"));
  }

  #close(problem: unknown, expired: boolean): void {
    const message = problem instanceof Error ? problem.message : String(problem);
    if (problem instanceof OverError) this.#stand({ is: "over", code: problem.code, message });
    else this.#stand({ is: "closed", expired, message });
  }

  async #enter(reason: CodeReason): Promise<void> {
    const asked = this.source.askForCode(reason);
    const code = await (reason === "open" ? asked : this.#impatiently(asked));
    const replaced = this.#handle;
    const { handle, expires_in, same_viewer } = await this.source.redeem(code, replaced);
    this.#handle = handle;
    if (!replaced || !same_viewer) this.#viewer += 1;
    this.#cancelTimer?.();
    if (expires_in !== null) this.#renewAfter(expires_in * 1000);
    this.#stand({ is: "open", viewer: this.#viewer });
  }

  #impatiently<Answer>(answer: Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const cancel = this.clock.after(PATIENCE, () => reject(new Error("The application did not answer.")));
      answer.then(resolve, reject).finally(cancel);
    });
  }

  #renewAfter(lifetime: number): void {
    this.#left = Math.min(lifetime * FIFTH, TWO_MINUTES);
    this.#cancelTimer = this.clock.after(lifetime - this.#left, () => void this.#renew("expiring"));
  }

  #stand(standing: Standing): void {
    this.#standing = standing;
    this.onChange(standing);
  }
}
