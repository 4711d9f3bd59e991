import {
  type CodeReason,
  type ElementMessage,
  isConnect,
  type PageMessage,
  readElementMessage,
  VERSION,
} from "../../shared/messages.ts";
import { isListed } from "./origins.ts";

/** What the host may tell the page to do. */
export type Command = Exclude<ElementMessage, { type: "code" } | { type: "no_code" }>;

/** The host said that there is no code, and why. The message is the host's: plain text to be drawn as it is. */
export class NoCodeError extends Error {
  override readonly name = "NoCodeError";
}

/** The page that frames this one, spoken to through the port it sent. */
export class Host {
  /** Called with each command; set by whoever obeys. */
  onCommand: ((command: Command) => void) | undefined;

  readonly #port: MessagePort;
  #waiting: { resolve: (code: string) => void; reject: (problem: NoCodeError) => void } | undefined;

  constructor(
    /** The origin of the framing page, as the browser says. */
    readonly origin: string,
    port: MessagePort,
  ) {
    this.#port = port;
    port.onmessage = ({ data }) => this.#receive(data);
  }

  send(message: PageMessage): void {
    this.#port.postMessage({ v: VERSION, ...message });
  }

  /** Asks for a code. The host may take as long as it likes; a newer question takes the older one's answer. */
  askForCode(reason: CodeReason): Promise<string> {
    this.send({ type: "code_needed", reason });
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #receive(data: unknown): void {
    const reading = readElementMessage(data);
    if (reading.is === "malformed") this.send({ type: "error", code: "malformed_message", message: reading.problem });
    if (reading.is !== "message") return;
    const { message } = reading;
    if (message.type === "code") this.#answered()?.resolve(message.code);
    else if (message.type === "no_code") this.#answered()?.reject(new NoCodeError(message.message));
    else this.onCommand?.(message);
  }

  #answered() {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}

/** Waits for the framing page's first message: from the parent, from a listed origin, with a port. Ignores all others. */
export function connection(window: Window, origins: readonly string[]): Promise<Host> {
  return new Promise((resolve) => {
    const listen = ({ source, origin, data, ports }: MessageEvent) => {
      const [port] = ports;
      if (source !== window.parent || !isListed(origin, origins) || !isConnect(data) || !port) return;
      window.removeEventListener("message", listen);
      resolve(new Host(origin, port));
    };
    window.addEventListener("message", listen);
  });
}
