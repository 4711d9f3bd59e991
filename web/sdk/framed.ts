import { type ElementMessage, type PageMessage, readPageMessage, VERSION } from "../shared/messages.ts";

/**
 * An element with a page of the server in a frame.
 *
 * Each load of the frame is a new page, which gets a channel of its own. The frame is as tall as its page says.
 */
export abstract class FramedElement extends HTMLElement {
  #frame: HTMLIFrameElement | undefined;
  #port: MessagePort | undefined;
  #reloading = false;

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(":host{display:block}iframe{display:block;width:100%;height:30rem;border:0}");
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
  }

  /** Drops the frame and everything in it, and opens a new one. */
  reload(): void {
    this.close();
    if (this.isConnected) this.open();
  }

  connectedCallback(): void {
    this.open();
  }

  disconnectedCallback(): void {
    this.close();
  }

  /** Several attributes that change together make one new frame. The old one goes at once. */
  attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
    if (before === after || !this.isConnected) return;
    this.close();
    if (this.#reloading) return;
    this.#reloading = true;
    queueMicrotask(() => {
      this.#reloading = false;
      this.reload();
    });
  }

  /** Finds out what is to be shown, and shows it. */
  protected abstract open(): void;

  /** A page has loaded, of which nothing is known yet. */
  protected abstract loaded(): void;

  /** The page has said something. */
  protected abstract hear(message: PageMessage): void;

  protected show(address: URL): void {
    if (this.#frame) return;
    const frame = document.createElement("iframe");
    frame.title = this.title || "Dashboard";
    frame.referrerPolicy = "no-referrer";
    frame.src = address.href;
    frame.addEventListener("load", () => this.#connect(frame, address.origin));
    this.#frame = frame;
    this.shadowRoot?.append(frame);
  }

  protected close(): void {
    this.#port?.close();
    this.#frame?.remove();
    this.#port = this.#frame = undefined;
  }

  protected send(message: ElementMessage): void {
    this.#port?.postMessage({ v: VERSION, ...message });
  }

  /** Answers the page with a code, or with the reason why there is none. */
  protected async answer(getCode: () => Promise<string>): Promise<void> {
    const port = this.#port;
    const message = await codeFrom(getCode);
    // The page that asked may be gone by now, and its person with it.
    if (port === this.#port) this.send(message);
  }

  #connect(frame: HTMLIFrameElement, origin: string): void {
    this.#port?.close();
    this.loaded();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => this.#receive(data);
    this.#port = port1;
    frame.contentWindow?.postMessage({ v: VERSION, type: "connect" }, origin, [port2]);
  }

  #receive(data: unknown): void {
    const reading = readPageMessage(data);
    if (reading.is !== "message") return;
    const { message } = reading;
    if (message.type === "height" && this.#frame) this.#frame.style.height = `${message.px}px`;
    this.hear(message);
  }
}

async function codeFrom(getCode: () => Promise<string>): Promise<ElementMessage> {
  try {
    const code = await getCode();
    if (typeof code === "string" && code.trim()) return { type: "code", code: code.trim() };
    return { type: "no_code", message: "The application gave no code." };
  } catch (problem) {
    return { type: "no_code", message: problem instanceof Error ? problem.message : String(problem) };
  }
}
