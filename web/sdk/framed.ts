import { type ElementMessage, type PageMessage, readPageMessage, VERSION } from "../shared/messages.ts";
import { HostElement } from "./host-element.ts";

/** The frame has this height until its page says how tall it is; before there is a frame, its place is kept for it. */
const STYLE = `
  :host { display: block }
  :host([hidden]) { display: none }
  iframe { display: block; width: 100%; height: 30rem; border: 0 }
  :host([height=fill]) iframe { height: 100% !important }
  :host([loading=lazy]:not([height=fill])) div:only-child { height: 30rem }
`;

/**
 * An element with a page of the server in a frame.
 *
 * Each load of the frame is a new page, which gets a channel of its own. The frame is as tall as its page says, unless
 * the host's page wants it to fill the element.
 */
export abstract class FramedElement extends HostElement {
  #frame: HTMLIFrameElement | undefined;
  #port: MessagePort | undefined;
  #opening = false;

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    root.append(document.createElement("div"));
  }

  /** Drops the frame and everything in it at once, and opens a new one. */
  reload(): void {
    this.close();
    this.#openSoon();
  }

  connectedCallback(): void {
    this.#openSoon();
  }

  disconnectedCallback(): void {
    this.close();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (name === "title") this.#nameFrame();
    else if (name === "loading") this.#openSoon();
    else if (before !== after) this.reload();
  }

  /** Whatever changes together makes one new frame. */
  #openSoon(): void {
    if (this.#opening) return;
    this.#opening = true;
    queueMicrotask(() => {
      this.#opening = false;
      if (this.isConnected && !this.#frame) this.open();
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
    frame.referrerPolicy = "no-referrer";
    // The frame's own origin only: that is what a name without a list means.
    frame.allow = "fullscreen; clipboard-write";
    frame.src = address.href;
    frame.addEventListener("load", () => this.#connect(frame, address.origin));
    this.#frame = frame;
    this.#nameFrame();
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

  #nameFrame(): void {
    if (this.#frame) this.#frame.title = this.title || "Dashboard";
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
