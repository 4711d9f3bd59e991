import { isListed } from "../origins.ts";

/** Whoever frames a page of Looker's, spoken to in one of Looker's two ways. */
export interface LookerHost {
  /** Tells it something. */
  send(name: string, data?: object): void;
  /** Asks it, and waits for what each of its handlers says; nothing, where the way has no answers. */
  ask(name: string, data: object): Promise<unknown[]>;
  /** From now on `answer` hears what it says; its answer goes back where the host waits for one. */
  listen(answer: Answering): void;
}

/** Answers what a host says; an error's message goes to the host. */
export type Answering = (name: string, data: unknown) => unknown;

/** How long a host may take to answer, in milliseconds. Nobody waits longer: it has nothing against it then. */
const PATIENCE = 30_000;

/** The host of a page, if its address names an origin that may have the page in a frame. */
export function lookerHost(address: URL, page: Window, listed: readonly string[]): LookerHost {
  const origin = address.searchParams.get("embed_domain") ?? "";
  if (page.parent === page || !isListed(origin, listed)) return NOBODY;
  return address.searchParams.has("sdk") ? new Chatty(page.parent, origin) : new Plain(page, origin);
}

const NOBODY: LookerHost = { send() {}, ask: async () => [], listen() {} };

/** What the page posts, and what it is posted, by their numbers in `@looker/chatty`: the two sides count differently. */
const POSTED = { syn: 0, ack: 1, message: 2, question: 3, answer: 4, problem: 5 };
const RECEIVED = { synAck: 0, message: 1, question: 2, answer: 3, problem: 4 };

interface Waiting {
  resolve: (results: unknown[]) => void;
  reject: (problem: Error) => void;
}

/** Speaks to Looker's SDK over a port that the page sends to the origin in its address. */
class Chatty implements LookerHost {
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #answering: Answering = () => undefined;
  /** What is said before the host has answered. */
  #early: (() => void)[] | undefined = [];

  constructor(parent: Window, origin: string) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data }) => this.#receive(data);
    parent.postMessage({ action: POSTED.syn }, origin, [port2]);
  }

  send(eventName: string, data?: object): void {
    this.#post(POSTED.message, { eventName, payload: [data] });
  }

  ask(eventName: string, data: object): Promise<unknown[]> {
    this.#asked += 1;
    const sequence = this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(sequence, { resolve, reject });
      setTimeout(() => this.#answered(sequence)?.resolve([]), PATIENCE);
      this.#post(POSTED.question, { eventName, payload: [data], sequence });
    });
  }

  listen(answer: Answering): void {
    this.#answering = answer;
  }

  #post(action: number, data: object): void {
    const post = () => this.#port.postMessage({ action, data });
    if (this.#early) this.#early.push(post);
    else post();
  }

  #receive(message: unknown): void {
    const { action, data } = readChatty(message);
    const { eventName, payload, sequence } = data;
    if (action === RECEIVED.synAck) this.#connected();
    else if (action === RECEIVED.message) void this.#answer(eventName, payload);
    else if (action === RECEIVED.question) this.#reply(eventName, payload, sequence);
    else if (action === RECEIVED.answer) this.#answered(sequence)?.resolve(Array.isArray(payload) ? payload : []);
    else if (action === RECEIVED.problem) this.#answered(sequence)?.reject(new Error(String(payload)));
  }

  #connected(): void {
    this.#port.postMessage({ action: POSTED.ack });
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const post of early) post();
  }

  async #answer(eventName: unknown, payload: unknown): Promise<unknown> {
    const [data] = Array.isArray(payload) ? payload : [];
    return this.#answering(String(eventName), data);
  }

  async #reply(eventName: unknown, payload: unknown, sequence: unknown): Promise<void> {
    try {
      const answer = await this.#answer(eventName, payload);
      this.#post(POSTED.answer, { eventName, payload: [answer], sequence });
    } catch (problem) {
      const message = problem instanceof Error ? problem.message : String(problem);
      this.#post(POSTED.problem, { eventName, payload: message, sequence });
    }
  }

  #answered(sequence: unknown): Waiting | undefined {
    const waiting = this.#waiting.get(Number(sequence));
    this.#waiting.delete(Number(sequence));
    return waiting;
  }
}

function readChatty(message: unknown): { action: unknown; data: Record<string, unknown> } {
  const { action, data } = isObject(message) ? message : {};
  return { action, data: isObject(data) ? data : {} };
}

/** Speaks to hosts that have no SDK: texts that the windows post, and no answers. */
class Plain implements LookerHost {
  constructor(
    private readonly page: Window,
    private readonly origin: string,
  ) {}

  send(type: string, data: object = {}): void {
    this.page.parent.postMessage(JSON.stringify({ type, ...data }), this.origin);
  }

  async ask(type: string, data: object): Promise<unknown[]> {
    this.send(type, data);
    return [];
  }

  listen(answer: Answering): void {
    this.page.addEventListener("message", async ({ source, origin, data }) => {
      if (source !== this.page.parent || origin !== this.origin) return;
      const { type, ...said } = readPlain(data);
      if (typeof type !== "string") return;
      // There is no way to say what was wrong.
      await Promise.resolve(answer(type, said)).catch(() => undefined);
    });
  }
}

function readPlain(data: unknown): Record<string, unknown> {
  if (typeof data !== "string") return {};
  try {
    const said: unknown = JSON.parse(data);
    return isObject(said) ? said : {};
  } catch {
    return {};
  }
}

/** Whether something is an object with members. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
