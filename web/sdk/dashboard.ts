import type { ControlValues, ElementMessage, PageMessage } from "../shared/messages.ts";
import { FramedElement } from "./framed.ts";

/** Gets a one-time code for the person who is signed in, from the host's own back end. */
export type GetCode = () => Promise<string>;

/**
 * `<vitrine-dashboard server client-id workbook page>`: a workbook of a Vitrine server, shown in a frame.
 *
 * Set `getCode`; the element calls it when the page opens and whenever the session must be renewed. It dispatches
 * `vitrine-ready`, `-loaded`, `-error {code, message}`, `-height {px}`, `-filters {values}`, `-navigate {page}` and
 * `-expired`. A change of an attribute opens a new frame; so does `reload()`, to be called when another person signs in.
 */
export class VitrineDashboard extends FramedElement {
  static readonly observedAttributes = ["server", "client-id", "workbook", "page"];

  #getCode: GetCode | undefined;
  #codeAwaited = false;
  #commands: ElementMessage[] = [];
  #ready = false;

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

  override connectedCallback(): void {
    this.#takeOverEarlyProperty();
    super.connectedCallback();
  }

  protected override open(): void {
    const address = this.#address();
    if (address) this.show(address);
  }

  protected override close(): void {
    super.close();
    this.loaded();
    this.#commands = [];
  }

  protected override loaded(): void {
    this.#codeAwaited = this.#ready = false;
  }

  protected override hear(message: PageMessage): void {
    if (message.type === "code_needed") {
      this.#answerCode();
      return;
    }
    if (message.type === "ready") this.#sendCommands();
    this.#dispatch(message);
  }

  /** A page may set `getCode` before this script has run: on an element that has no such accessor yet. */
  #takeOverEarlyProperty(): void {
    if (!Object.hasOwn(this, "getCode")) return;
    const early = this.getCode;
    Reflect.deleteProperty(this, "getCode");
    this.getCode = early;
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

  #answerCode(): void {
    this.#codeAwaited = !this.#getCode;
    if (this.#getCode) this.answer(this.#getCode);
  }

  #command(message: ElementMessage): void {
    if (this.#ready) this.send(message);
    else this.#commands.push(message);
  }

  #sendCommands(): void {
    this.#ready = true;
    for (const message of this.#commands.splice(0)) this.send(message);
  }

  #dispatch({ type, ...detail }: PageMessage): void {
    this.dispatchEvent(new CustomEvent(`vitrine-${type}`, { detail, bubbles: true }));
  }
}
