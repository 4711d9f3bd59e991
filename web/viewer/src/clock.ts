/** Time as a parameter, so that tests need not wait. */
export interface Clock {
  /** Runs `task` once, `milliseconds` from now; the answer stops it. */
  after(milliseconds: number, task: () => void): () => void;
}

/** The longest delay that a browser's timer can keep; longer ones are waited for in steps. */
const LONGEST = 2 ** 31 - 1;

export const browserClock: Clock = {
  after(milliseconds, task) {
    let timer: ReturnType<typeof setTimeout>;
    const wait = (left: number) => {
      const step = Math.min(left, LONGEST);
      timer = setTimeout(() => (left > step ? wait(left - step) : task()), step);
    };
    wait(milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Waits. */
export function pause(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => clock.after(milliseconds, resolve));
}

/** Runs `task` again and again; the answer stops it. */
export function every(clock: Clock, milliseconds: number, task: () => void): () => void {
  let cancel = () => {};
  const again = () => {
    cancel = clock.after(milliseconds, () => {
      again();
      task();
    });
  };
  again();
  return () => cancel();
}
