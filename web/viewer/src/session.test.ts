import { expect, it } from "vitest";
import type { CodeReason } from "../../shared/messages.ts";
import type { Clock } from "./clock.ts";
import { OverError, type Redeemed, Session, type Source, type Standing } from "./session.ts";

/** A clock that stands still until it is told to go on. */
class StoppedClock implements Clock {
  #now = 0;
  #tasks: { at: number; task: () => void }[] = [];

  after(milliseconds: number, task: () => void): () => void {
    const entry = { at: this.#now + milliseconds, task };
    this.#tasks.push(entry);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== entry);
    };
  }

  /** Goes on, task by task, letting promises settle after each. */
  async pass(seconds: number): Promise<void> {
    const end = this.#now + seconds * 1000;
    await settle();
    for (;;) {
      const [next] = this.#tasks.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at);
      if (!next) break;
      this.#now = next.at;
      this.#tasks = this.#tasks.filter((other) => other !== next);
      next.task();
      await settle();
    }
    this.#now = end;
  }
}

/** Lets every promise that can settle do so. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A host and a server that do what the test says, and remember what they were asked. */
class Rig implements Source {
  readonly clock = new StoppedClock();
  readonly standings: Standing[] = [];
  readonly asked: CodeReason[] = [];
  readonly redeemed: { code: string; replaces: string | undefined }[] = [];
  readonly session = new Session(this, this.clock, (standing) => this.standings.push(standing));
  code: () => Promise<string> = async () => `code${this.asked.length}`;
  answer: () => Promise<Partial<Redeemed>> = async () => ({});

  askForCode(reason: CodeReason): Promise<string> {
    this.asked.push(reason);
    return this.code();
  }

  async redeem(code: string, replaces: string | undefined): Promise<Redeemed> {
    this.redeemed.push({ code, replaces });
    const handle = `handle${this.redeemed.length}`;
    return { handle, expires_in: 3600, same_viewer: replaces !== undefined, ...(await this.answer()) };
  }
}

const never = () => new Promise<never>(() => {});

it("opens with a code and keeps the handle", async () => {
  const rig = new Rig();
  await rig.session.open();
  expect(rig.asked).toEqual(["open"]);
  expect(rig.redeemed).toEqual([{ code: "code1", replaces: undefined }]);
  expect(rig.session.handle).toBe("handle1");
  expect(rig.standings).toEqual([{ is: "opening" }, { is: "open", viewer: 1 }]);
});

it("waits for the first code as long as it takes", async () => {
  const rig = new Rig();
  rig.code = never;
  rig.session.open();
  await rig.clock.pass(86_400);
  expect(rig.session.standing).toEqual({ is: "opening" });
});

it("shows the host's words when there is no code, and opens on another try", async () => {
  const rig = new Rig();
  rig.code = async () => Promise.reject(new Error("Sign in first."));
  await rig.session.open();
  expect(rig.session.standing).toEqual({ is: "closed", expired: false, message: "Sign in first." });
  rig.code = async () => "code";
  await rig.session.open();
  expect(rig.session.standing).toEqual({ is: "open", viewer: 1 });
  expect(rig.asked).toEqual(["open", "open"]);
});

it.each([
  { lifetime: 3600, at: 3480 },
  { lifetime: 300, at: 240 },
  { lifetime: 60, at: 48 },
])("renews a session of $lifetime s at $at s, unseen", async ({ lifetime, at }) => {
  const rig = new Rig();
  rig.answer = async () => ({ expires_in: lifetime });
  await rig.session.open();
  await rig.clock.pass(at - 1);
  expect(rig.asked).toEqual(["open"]);
  await rig.clock.pass(1);
  expect(rig.asked).toEqual(["open", "expiring"]);
  expect(rig.redeemed[1]).toEqual({ code: "code2", replaces: "handle1" });
  expect(rig.session.handle).toBe("handle2");
  expect(rig.standings.slice(1)).toEqual([
    { is: "open", viewer: 1 },
    { is: "open", viewer: 1 },
  ]);
  await rig.clock.pass(at);
  expect(rig.asked).toEqual(["open", "expiring", "expiring"]);
});

it("hides rows at once when the session has ended, and shows them in a new one", async () => {
  const rig = new Rig();
  await rig.session.open();
  rig.session.ended("handle1");
  expect(rig.session.standing).toEqual({ is: "renewing" });
  await settle();
  expect(rig.asked).toEqual(["open", "ended"]);
  expect(rig.session.standing).toEqual({ is: "open", viewer: 1 });
});

it("says so when somebody else comes back", async () => {
  const rig = new Rig();
  await rig.session.open();
  rig.answer = async () => ({ same_viewer: false });
  rig.session.ended("handle1");
  await settle();
  expect(rig.session.standing).toEqual({ is: "open", viewer: 2 });
});

it("makes one attempt at a time, however many answers are refused", async () => {
  const rig = new Rig();
  await rig.session.open();
  rig.code = never;
  rig.session.ended("handle1");
  rig.session.ended("handle1");
  await settle();
  expect(rig.asked).toEqual(["open", "ended"]);
});

it("hides rows when the session ends while it is being renewed", async () => {
  const rig = new Rig();
  await rig.session.open();
  rig.code = never;
  await rig.clock.pass(3480);
  expect(rig.session.standing).toEqual({ is: "open", viewer: 1 });
  rig.session.ended("handle1");
  expect(rig.session.standing).toEqual({ is: "renewing" });
  expect(rig.asked).toEqual(["open", "expiring"]);
});

it("lets a late refusal of a replaced handle pass", async () => {
  const rig = new Rig();
  await rig.session.open();
  await rig.clock.pass(3480);
  rig.session.ended("handle1");
  expect(rig.session.standing).toEqual({ is: "open", viewer: 1 });
  expect(rig.asked).toHaveLength(2);
});

it("tries three times with pauses, then says that the session has expired", async () => {
  const rig = new Rig();
  await rig.session.open();
  rig.answer = async () => Promise.reject(new Error("The code was refused."));
  rig.session.ended("handle1");
  await rig.clock.pass(1);
  expect(rig.asked).toHaveLength(2);
  await rig.clock.pass(1);
  expect(rig.asked).toHaveLength(3);
  await rig.clock.pass(7);
  expect(rig.session.standing).toEqual({ is: "renewing" });
  await rig.clock.pass(1);
  expect(rig.asked).toHaveLength(4);
  expect(rig.session.standing).toEqual({ is: "closed", expired: true, message: "The code was refused." });
  await rig.clock.pass(86_400);
  expect(rig.asked).toHaveLength(4);
});

it("does not wait for ever for a host that was to renew", async () => {
  const rig = new Rig();
  await rig.session.open();
  rig.code = never;
  rig.session.ended("handle1");
  await rig.clock.pass(20 + 2 + 20 + 8 + 20);
  expect(rig.session.standing).toMatchObject({ is: "closed", expired: true });
});

it("can be renewed by hand after it has expired, and knows whom it replaces", async () => {
  const rig = new Rig();
  await rig.session.open();
  rig.code = async () => Promise.reject(new Error("down"));
  rig.session.ended("handle1");
  await rig.clock.pass(10);
  rig.code = async () => "code";
  await rig.session.open();
  expect(rig.redeemed[1]).toEqual({ code: "code", replaces: "handle1" });
  expect(rig.session.standing).toEqual({ is: "open", viewer: 1 });
});

const hopeless = () => Promise.reject(new OverError());

it("goes on until its end if nobody gives another code, then is over", async () => {
  const rig = new Rig();
  await rig.session.open();
  rig.code = hopeless;
  await rig.clock.pass(3480);
  expect(rig.session.standing).toEqual({ is: "open", viewer: 1 });
  await rig.clock.pass(119);
  expect(rig.session.standing).toEqual({ is: "open", viewer: 1 });
  await rig.clock.pass(1);
  expect(rig.session.standing).toEqual({ is: "over", code: "expired", message: "Session expired. Reload the page." });
  expect(rig.asked).toEqual(["open", "expiring", "ended"]);
});

it("is over at once if it has ended and nobody gives another code", async () => {
  const rig = new Rig();
  await rig.session.open();
  rig.code = hopeless;
  rig.session.ended("handle1");
  await rig.clock.pass(0);
  expect(rig.standings.slice(2)).toMatchObject([{ is: "renewing" }, { is: "over" }]);
});

it("is over if it ends while somebody is asked in vain", async () => {
  const rig = new Rig();
  await rig.session.open();
  let refuse = (_: Error) => {};
  rig.code = () => new Promise((_, reject) => (refuse = reject));
  await rig.clock.pass(3480);
  rig.session.ended("handle1");
  refuse(new OverError());
  await rig.clock.pass(0);
  expect(rig.session.standing).toMatchObject({ is: "over" });
});

it("keeps the code of a refusal for good", async () => {
  const rig = new Rig();
  rig.code = async () => Promise.reject(new OverError("Not shared.", "EACCES"));
  await rig.session.open();
  expect(rig.session.standing).toEqual({ is: "over", code: "EACCES", message: "Not shared." });
});

it("never renews what does not end", async () => {
  const rig = new Rig();
  rig.answer = async () => ({ expires_in: null });
  await rig.session.open();
  await rig.clock.pass(86_400);
  expect(rig.asked).toEqual(["open"]);
});
