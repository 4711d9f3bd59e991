import { type CodeReason, isConnect, type PageMessage, readElementMessage, VERSION } from "../../shared/messages.ts";
import type { Command } from "./commands.ts";
import type { PageEvent, Stage } from "./doors/door.ts";
import { isListed, originsOf } from "./origins.ts";

/** The host said that there is no code, and why. The message is the host's: plain text to be drawn as it is. */
export class NoCodeError extends Error {
  override readonly name = "NoCodeError";
}

/** The page that frames this one, spoken to through the port it sent. */
export class Host {
  readonly #port: MessagePort;
  #stage: Stage | undefined;
  #waiting: { resolve: (code: string) => void; reject: (problem: NoCodeError) => void } | undefined;

  constructor(
    /** The origin of the framing page, as the browser says. */
    readonly origin: string,
    port: MessagePort,
  ) {
    this.#port = port;
    port.onmessage = ({ data }) => this.#receive(data);
  }

  /** Tells the host. Of what single elements do and of full screens it does not hear. */
  send(event: PageEvent): void {
    if (isPageMessage(event)) this.#post(event);
  }

  /** From now on the host's commands go to `stage`. */
  serve(stage: Stage): void {
    this.#stage = stage;
  }

  /** Asks for a code. The host may take as long as it likes; a newer question takes the older one's answer. */
  askForCode(reason: CodeReason): Promise<string> {
    this.#post({ type: "code_needed", reason });
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  #receive(data: unknown): void {
    const reading = readElementMessage(data);
    if (reading.is === "malformed") this.#post({ type: "error", code: "malformed_message", message: reading.problem });
    if (reading.is !== "message") return;
    const { message } = reading;
    if (message.type === "code") this.#answered()?.resolve(message.code);
    else if (message.type === "no_code") this.#answered()?.reject(new NoCodeError(message.message));
    else this.#obey(message);
  }

  #obey(command: Command): void {
    const objection = this.#stage?.obey(command);
    if (objection) this.#post({ type: "error", ...objection });
  }

  #post(message: PageMessage): void {
    this.#port.postMessage({ v: VERSION, ...message });
  }

  #answered() {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}

function isPageMessage(event: PageEvent): event is Exclude<PageMessage, { type: "code_needed" }> {
  return !event.type.startsWith("element_") && event.type !== "full_screen" && event.type !== "drilling";
}

/** Waits until the framing page has given this one a port, and speaks to it by that. */
export function connection(window: Window): Promise<Host> {
  return new Promise((resolve) => awaitPort(window, (origin, port) => resolve(new Host(origin, port))));
}

/** Waits for the framing page's first message: from the parent, from a listed origin, with a port. Ignores all others. */
export function awaitPort(window: Window, connected: (origin: string, port: MessagePort) => void): void {
  const origins = originsOf(window.document);
  const listen = ({ source, origin, data, ports }: MessageEvent) => {
    const [port] = ports;
    if (source !== window.parent || !isListed(origin, origins) || !isConnect(data) || !port) return;
    window.removeEventListener("message", listen);
    connected(origin, port);
  };
  window.addEventListener("message", listen);
}
