import type { PageMessage } from "../shared/messages.ts";
import { FramedElement } from "./framed.ts";
import { CONTROLLED, guestAddress, type Kind, OPTIONS, readAttribute, valuesToSet } from "./guest-address.ts";
import { entityId, tokenFrom } from "./provider.ts";

/** What a host page says once for all elements, in `window.metabaseConfig`. */
export interface Configuration {
  isGuest?: boolean;
  /** Where the server is; absent: where this script comes from. */
  instanceUrl?: string;
  /** Where the host's back end signs tokens. */
  guestEmbedProviderUri?: string;
  theme?: unknown;
}

declare global {
  interface Window {
    metabaseConfig?: Configuration;
  }
}

const script = document.currentScript as HTMLScriptElement | null;
const scriptOrigin = script ? new URL(script.src).origin : location.origin;

/**
 * `<metabase-dashboard token …>` and `<metabase-question token …>`: what a guest token opens, shown in a frame.
 *
 * Without a token, and whenever it has expired, the host's back end is asked for one. The element dispatches
 * `parameters-change {source, parameters}` when somebody has set a control. A change of `parameters` sets controls in
 * the page that is there; any other attribute opens a new one.
 */
export abstract class GuestElement extends FramedElement {
  static readonly observedAttributes = ["token", "dashboard-id", "question-id", "custom-context", ...OPTIONS];

  protected abstract readonly kind: Kind;

  /** The latest wish to open a frame: one that is overtaken while it waits for a token opens none. */
  #wish: object | undefined;
  #words: HTMLElement | undefined;
  #ready = false;

  override attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    const isControlled = (CONTROLLED as readonly string[]).includes(name);
    const initial = this.getAttribute(`initial-${name}`);
    if (!isControlled || !this.#set(before ?? initial, after ?? initial))
      super.attributeChangedCallback(name, before, after);
  }

  protected override open(): void {
    void this.#open();
  }

  protected override close(): void {
    super.close();
    this.#ready = false;
    this.#words?.remove();
    this.#wish = undefined;
  }

  protected override loaded(): void {
    this.#ready = false;
  }

  protected override hear(message: PageMessage): void {
    if (message.type === "code_needed") this.answer(() => this.#anotherToken());
    if (message.type === "ready") this.#ready = true;
    if (message.type !== "filters") return;
    const detail = { source: "manual-change", parameters: message.values };
    this.dispatchEvent(new CustomEvent("parameters-change", { detail, bubbles: true }));
  }

  /** Sets controls in the page that is there, if they can be set in it. */
  #set(before: string | null, after: string | null): boolean {
    if (!this.#ready) return false;
    try {
      const values = valuesToSet(before, after);
      if (values) this.send({ type: "filters", values });
      return values !== undefined;
    } catch {
      // A new page says what is wrong with it.
      return false;
    }
  }

  async #open(): Promise<void> {
    const wish = {};
    this.#wish = wish;
    try {
      const token = this.getAttribute("token") || (await this.#anotherToken());
      if (wish === this.#wish) this.show(this.#address(token));
    } catch (problem) {
      if (wish === this.#wish) this.#say(problem instanceof Error ? problem.message : String(problem));
    }
  }

  #address(token: string): URL {
    const { instanceUrl = scriptOrigin, theme } = configuration();
    return guestAddress(instanceUrl, this.kind, token, (name) => this.getAttribute(name), theme);
  }

  async #anotherToken(): Promise<string> {
    const { guestEmbedProviderUri } = configuration();
    if (!guestEmbedProviderUri)
      throw new Error("There is neither a token nor a `guestEmbedProviderUri` to get one from.");
    return tokenFrom(guestEmbedProviderUri, {
      entityType: this.kind,
      entityId: entityId(this.kind, this.getAttribute(`${this.kind}-id`), this.getAttribute("token")),
      customContext: readAttribute(this.getAttribute("custom-context")) ?? undefined,
    });
  }

  /** In place of a frame. */
  #say(text: string): void {
    this.#words = document.createElement("p");
    this.#words.textContent = text;
    this.shadowRoot?.append(this.#words);
  }
}

function configuration(): Configuration {
  return window.metabaseConfig ?? {};
}
