import type { ControlValues, ElementMessage, PageMessage, ThemeTokens } from "../shared/messages.ts";
import type { Attributes } from "./address.ts";
import type { Told } from "./events.ts";
import { FramedElement } from "./framed.ts";
import { whenNear } from "./near.ts";

/** Gets a one-time code for the person who is signed in, from the host's own back end. */
export type GetCode = () => Promise<string>;

/**
 * What Vitrine's own elements have in common: they ask the host for codes, pass on its commands and tell it by events.
 *
 * With `loading="lazy"` there is no frame, and nobody is asked for a code, until the element comes near the window.
 * Commands wait until the page is ready. A new frame forgets them, but keeps the theme.
 */
export abstract class EmbeddedElement extends FramedElement {
  #getCode: GetCode | undefined;
  #codeAwaited = false;
  #commands: ElementMessage[] = [];
  #ready = false;
  #theme: ElementMessage | undefined;
  #stopWaiting: (() => void) | undefined;

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
    this.command({ type: "filters", values });
  }

  /** Sets how the page looks, now and in every new frame. */
  theme(tokens: ThemeTokens): void {
    this.#theme = { type: "theme", tokens };
    if (this.#ready) this.send(this.#theme);
  }

  /** Asks for all rows again. */
  refresh(): void {
    this.command({ type: "refresh" });
  }

  override connectedCallback(): void {
    this.#takeOverEarlyProperty();
    super.connectedCallback();
  }

  /** Where the page is; undefined if the attributes do not say yet. Throws if the server's address is none. */
  protected abstract address(attribute: Attributes): URL | undefined;

  /** Sends it to the page, once that is ready. */
  protected command(message: ElementMessage): void {
    if (this.#ready) this.send(message);
    else this.#commands.push(message);
  }

  protected override open(): void {
    this.#stopWaiting?.();
    if (this.getAttribute("loading") === "lazy") this.#stopWaiting = whenNear(this, () => this.#show());
    else this.#show();
  }

  protected override close(): void {
    super.close();
    this.#stopWaiting?.();
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
    this.#tell(message);
  }

  /** A page may set `getCode` before this script has run: on an element that has no such accessor yet. */
  #takeOverEarlyProperty(): void {
    if (!Object.hasOwn(this, "getCode")) return;
    const early = this.getCode;
    Reflect.deleteProperty(this, "getCode");
    this.getCode = early;
  }

  #show(): void {
    try {
      const address = this.address((name) => this.getAttribute(name));
      if (address) this.show(address);
    } catch {
      const message = `\`${this.getAttribute("server")}\` is not the address of a server`;
      this.#tell({ type: "error", code: "server_address", message });
    }
  }

  #answerCode(): void {
    this.#codeAwaited = !this.#getCode;
    if (this.#getCode) this.answer(this.#getCode);
  }

  #sendCommands(): void {
    this.#ready = true;
    if (this.#theme) this.send(this.#theme);
    for (const message of this.#commands.splice(0)) this.send(message);
  }

  #tell({ type, ...detail }: Told): void {
    this.dispatchEvent(new CustomEvent(`vitrine-${type}`, { detail, bubbles: true }));
  }
}
