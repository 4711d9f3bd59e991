import {
  type ControlValues,
  type ElementMessage,
  type PageMessage,
  readPageMessage,
  VERSION,
} from "../shared/messages.ts";

/** Gets a one-time code for the person who is signed in, from the host's own back end. */
export type GetCode = () => Promise<string>;

/**
 * `<vitrine-dashboard server client-id workbook page>`: a workbook of a Vitrine server, shown in a frame.
 *
 * Set `getCode`; the element calls it when the page opens and whenever the session must be renewed. It dispatches
 * `vitrine-ready`, `-loaded`, `-error {code, message}`, `-height {px}`, `-filters {values}`, `-navigate {page}` and
 * `-expired`. A change of an attribute opens a new frame; so does `reload()`, to be called when another person signs in.
 */
export class VitrineDashboard extends HTMLElement {
  static readonly observedAttributes = ["server", "client-id", "workbook", "page"];

  #frame: HTMLIFrameElement | undefined;
  #port: MessagePort | undefined;
  #getCode: GetCode | undefined;
  #codeAwaited = false;
  #commands: ElementMessage[] = [];
  #ready = false;
  #reloading = false;

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(":host{display:block}iframe{display:block;width:100%;height:30rem;border:0}");
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
  }

  /** How the element gets codes; it waits until this is set. */
  get getCode(): GetCode | undefined {
    return this.#getCode;
  }

  set getCode(getCode: GetCode | undefined) {
    this.#getCode = getCode;
    if (this.#codeAwaited) this.#answerCode();
  }

  /** Sets controls by name; an empty list is no filter. Controls that are not named stay as they are. */
  filters(values: ControlValues): void {
    this.#command({ type: "filters", values });
  }

  /** Turns to another page of the workbook. */
  navigate(page: string): void {
    this.#command({ type: "navigate", page });
  }

  /** Asks for all rows again. */
  refresh(): void {
    this.#command({ type: "refresh" });
  }

  /** Drops the frame and everything in it, and opens a new one with a new code. */
  reload(): void {
    this.#close();
    if (this.isConnected) this.#open();
  }

  connectedCallback(): void {
    this.#takeOverEarlyProperty();
    this.#open();
  }

  disconnectedCallback(): void {
    this.#close();
  }

  /** Several attributes that change together make one new frame. The old one goes at once. */
  attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
    if (before === after || !this.isConnected) return;
    this.#close();
    if (this.#reloading) return;
    this.#reloading = true;
    queueMicrotask(() => {
      this.#reloading = false;
      this.reload();
    });
  }

  /** A page may set `getCode` before this script has run: on an element that has no such accessor yet. */
  #takeOverEarlyProperty(): void {
    if (!Object.hasOwn(this, "getCode")) return;
    const early = this.getCode;
    Reflect.deleteProperty(this, "getCode");
    this.getCode = early;
  }

  #open(): void {
    const address = this.#address();
    if (!address || this.#frame) return;
    const frame = document.createElement("iframe");
    frame.title = this.title || "Dashboard";
    frame.referrerPolicy = "no-referrer";
    frame.src = address.href;
    frame.addEventListener("load", () => this.#connect(frame, address.origin));
    this.#frame = frame;
    this.shadowRoot?.append(frame);
  }

  #close(): void {
    this.#port?.close();
    this.#frame?.remove();
    this.#port = this.#frame = undefined;
    this.#codeAwaited = this.#ready = false;
    this.#commands = [];
  }

  #address(): URL | undefined {
    const [server, key, workbook, page] = VitrineDashboard.observedAttributes.map((name) => this.getAttribute(name));
    if (!server || !key || !workbook) return undefined;
    const path = [workbook, page].filter(Boolean).map((name) => encodeURIComponent(name as string));
    try {
      return new URL(`/e/${path.join("/")}?key=${encodeURIComponent(key)}`, server);
    } catch {
      this.#dispatch({
        type: "error",
        code: "server_address",
        message: `\`${server}\` is not the address of a server`,
      });
      return undefined;
    }
  }

  /** Each load of the frame is a new page, which gets a channel of its own. */
  #connect(frame: HTMLIFrameElement, origin: string): void {
    this.#port?.close();
    this.#codeAwaited = this.#ready = false;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => this.#receive(data);
    this.#port = port1;
    frame.contentWindow?.postMessage({ v: VERSION, type: "connect" }, origin, [port2]);
  }

  #receive(data: unknown): void {
    const reading = readPageMessage(data);
    if (reading.is !== "message") return;
    const { message } = reading;
    if (message.type === "code_needed") {
      this.#answerCode();
      return;
    }
    if (message.type === "height" && this.#frame) this.#frame.style.height = `${message.px}px`;
    if (message.type === "ready") this.#sendCommands();
    this.#dispatch(message);
  }

  async #answerCode(): Promise<void> {
    const port = this.#port;
    this.#codeAwaited = !this.#getCode;
    if (!this.#getCode) return;
    const answer = await codeFrom(this.#getCode);
    // The frame that asked may be gone by now, and its person with it.
    if (port === this.#port) this.#send(answer);
  }

  #command(message: ElementMessage): void {
    if (this.#ready) this.#send(message);
    else this.#commands.push(message);
  }

  #sendCommands(): void {
    this.#ready = true;
    for (const message of this.#commands.splice(0)) this.#send(message);
  }

  #send(message: ElementMessage): void {
    this.#port?.postMessage({ v: VERSION, ...message });
  }

  #dispatch({ type, ...detail }: PageMessage): void {
    this.dispatchEvent(new CustomEvent(`vitrine-${type}`, { detail, bubbles: true }));
  }
}

async function codeFrom(getCode: GetCode): Promise<ElementMessage> {
  try {
    const code = await getCode();
    if (typeof code === "string" && code.trim()) return { type: "code", code: code.trim() };
    return { type: "no_code", message: "The application gave no code." };
  } catch (problem) {
    return { type: "no_code", message: problem instanceof Error ? problem.message : String(problem) };
  }
}
