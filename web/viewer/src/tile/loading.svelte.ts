import { type Answer, SessionEndedError } from "../api.ts";
import type { Clock } from "../clock.ts";
import { type RefusalError, refusalOf } from "../refusal.ts";

/** After so long people are told that it takes longer, and may stop it; in milliseconds. */
const SLOW = 4_000;

/** The rows of one element: on their way, here, refused or given up. What is here stays until something else is. */
export class Loading {
  answer = $state.raw<Answer>();
  /** Why there are no rows, for people. */
  problem = $state("");
  busy = $state(true);
  slow = $state(false);
  cancelled = $state(false);
  #stop = () => {};

  constructor(private readonly clock: Clock) {}

  /**
   * Asks, and forgets whatever was asked before. Resolves when it is settled: with the refusal if there is one; never if
   * something else was asked meanwhile, or the session has ended.
   */
  async load(ask: (signal: AbortSignal) => Promise<Answer>, how?: "quietly"): Promise<RefusalError | undefined> {
    this.stop();
    const abort = new AbortController();
    const calm = this.clock.after(SLOW, () => (this.slow = true));
    this.#stop = () => {
      abort.abort();
      calm();
    };
    this.#begin(how !== "quietly");
    try {
      const answer = await ask(abort.signal);
      if (abort.signal.aborted) return never();
      this.answer = answer;
      return this.#settle(calm, undefined);
    } catch (failure) {
      if (abort.signal.aborted || failure instanceof SessionEndedError) return never();
      return this.#settle(calm, refusalOf(failure));
    }
  }

  /** Forgets what was asked, so that nothing of it arrives any more. */
  stop(): void {
    this.#stop();
    this.#stop = () => {};
  }

  /** Stops it because somebody does not want to wait. */
  cancel(): void {
    this.stop();
    this.busy = this.slow = false;
    this.cancelled = true;
  }

  #begin(visibly: boolean): void {
    this.busy = visibly;
    this.slow = this.cancelled = false;
    this.problem = "";
  }

  #settle(calm: () => void, refusal: RefusalError | undefined): RefusalError | undefined {
    calm();
    this.busy = this.slow = false;
    if (refusal) {
      this.answer = undefined;
      this.problem = refusal.message;
    }
    return refusal;
  }
}

function never(): Promise<never> {
  return new Promise(() => {});
}
