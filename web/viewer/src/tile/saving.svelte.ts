import { save } from "../download.ts";
import { refusalOf } from "../refusal.ts";
import { word } from "../words/words.svelte.ts";

/** Files that somebody keeps, one after another. */
export class Saving {
  busy = $state(false);
  /** Why the latest was not saved, for people. */
  problem = $state("");
  readonly #life = new AbortController();

  /** Gets a file and keeps it under a name; undefined: there is none. */
  async save(name: string, fileOf: (signal: AbortSignal) => Promise<Blob | undefined>): Promise<void> {
    this.busy = true;
    this.problem = "";
    try {
      const file = await fileOf(this.#life.signal);
      if (file) save(file, name);
    } catch (failure) {
      if (!this.#life.signal.aborted) this.problem = word("notDownloaded", { reason: refusalOf(failure).message });
    }
    this.busy = false;
  }

  /** Nothing is kept any more. */
  end(): void {
    this.#life.abort();
  }
}
