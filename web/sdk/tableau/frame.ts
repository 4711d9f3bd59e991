import { VERSION } from "../../shared/messages.ts";
import {
  readTableauMessage,
  type TableauCall,
  type TableauMessage,
  type TableauRequest,
} from "../../shared/tableau-messages.ts";
import { TableauError } from "./names.ts";

/** How long a page may take to answer when it has loaded, in milliseconds. */
const PATIENCE = 15_000;

/** What a frame hears and what it has to say. */
export interface Listener {
  hear(message: TableauMessage): void;
  /** The page does not answer: it is none of the server's, or may not be in a frame here. */
  unanswered(): void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(problem: TableauError): void;
}

/** A page of the server's in a frame, with a port of its own for each load. */
export class Frame {
  readonly element = document.createElement("iframe");
  readonly #waiting = new Map<number, Waiting>();
  #port: MessagePort | undefined;
  #calls = 0;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(
    address: URL,
    private readonly listener: Listener,
  ) {
    const { element } = this;
    element.referrerPolicy = "no-referrer";
    // The frame's own origin only: that is what a name without a list means.
    element.allow = "fullscreen; clipboard-write";
    element.src = address.href;
    element.addEventListener("load", () => this.#connect(address.origin));
  }

  close(): void {
    clearTimeout(this.#patience);
    this.#port?.close();
    this.#port = undefined;
    this.element.remove();
    this.#giveUp();
  }

  send(request: TableauRequest): void {
    this.#port?.postMessage({ v: VERSION, ...request });
  }

  /** Asks the page for something. */
  call(call: TableauCall): Promise<unknown> {
    if (!this.#port) return Promise.reject(gone());
    this.#calls += 1;
    const id = this.#calls;
    this.send({ type: "call", id, call });
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  /** Whoever else has the frame's window now: a port is for its origin alone. */
  #connect(origin: string): void {
    this.#port?.close();
    this.#giveUp();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => this.#receive(data);
    this.#port = port1;
    this.element.contentWindow?.postMessage({ v: VERSION, type: "connect" }, origin, [port2]);
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.listener.unanswered(), PATIENCE);
  }

  #receive(data: unknown): void {
    clearTimeout(this.#patience);
    const message = readTableauMessage(data);
    if (message?.type === "answer") this.#answered(message.id)?.resolve(message.value);
    else if (message?.type === "refused") {
      this.#answered(message.id)?.reject(new TableauError(message.code, message.message));
    } else if (message) this.listener.hear(message);
  }

  #answered(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  #giveUp(): void {
    for (const { reject } of this.#waiting.values()) reject(gone());
    this.#waiting.clear();
  }
}

function gone(): TableauError {
  return new TableauError("not_loaded", "the view is not there: wait for `firstinteractive`");
}
