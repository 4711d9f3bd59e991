import type { ControlValues } from "../../shared/messages.ts";

/** What fields have been set to, one after another. */
export class History {
  #states: ControlValues[] = [];
  #at = -1;

  get canUndo(): boolean {
    return this.#at > 0;
  }

  get canRedo(): boolean {
    return this.#at < this.#states.length - 1;
  }

  /** Takes in what the fields are set to now; whether that is new. */
  note(values: ControlValues): boolean {
    if (JSON.stringify(values) === JSON.stringify(this.#states[this.#at])) return false;
    this.#states = [...this.#states.slice(0, this.#at + 1), values];
    this.#at += 1;
    return this.#at > 0;
  }

  /** Goes so many steps, and says what fields were set to there; undefined: there is nothing. */
  go(steps: -1 | 1): ControlValues | undefined {
    const found = this.#states[this.#at + steps];
    if (found) this.#at += steps;
    return found;
  }
}
