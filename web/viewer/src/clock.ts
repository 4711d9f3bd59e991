/** Time as a parameter, so that tests need not wait. */
export interface Clock {
  /** Runs `task` once, `milliseconds` from now; the answer stops it. */
  after(milliseconds: number, task: () => void): () => void;
}

/** The longest delay that a browser's timer can keep. */
const LONGEST = 2 ** 31 - 1;

export const browserClock: Clock = {
  after(milliseconds, task) {
    const timer = setTimeout(task, Math.min(milliseconds, LONGEST));
    return () => clearTimeout(timer);
  },
};

/** Waits. */
export function pause(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => clock.after(milliseconds, resolve));
}
