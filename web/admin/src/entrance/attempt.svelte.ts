import { SessionOverError } from "../api.ts";
import { type RefusalError, refusalOf } from "../refusal.ts";

/** Something that somebody tries: whether it is under way, and what came of it if not what they wanted. */
export class Attempt {
  isBusy = $state(false);
  problem = $state.raw<RefusalError>();

  async run(action: () => Promise<void>): Promise<void> {
    this.isBusy = true;
    this.problem = undefined;
    try {
      await action();
    } catch (failure) {
      // Whoever is out sees the way in.
      if (!(failure instanceof SessionOverError)) this.problem = refusalOf(failure);
    }
    this.isBusy = false;
  }
}
