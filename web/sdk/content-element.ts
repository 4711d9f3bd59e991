import type { PageMessage } from "../shared/messages.ts";
import {
  CONTROLLED,
  contentAddress,
  guestPath,
  type Kind,
  OPTIONS,
  readAttribute,
  signedInPath,
  valuesToSet,
} from "./content-address.ts";
import { FramedElement } from "./framed.ts";
import { entityId, type SignIn, signInToken, tokenFrom } from "./provider.ts";

/** What a host page says once for all elements, in `window.metabaseConfig`. */
export interface Configuration extends SignIn {
  /** Whether nobody is signed in. Whoever has a token, or says where to get one, need not say so. */
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
 * `<metabase-dashboard>` and `<metabase-question>`: what a guest token opens, or, with an id alone, what whoever is signed in may see,
 * shown in a frame.
 *
 * Guests: without a token, and whenever it has expired, the host's back end is asked for one. Whoever is signed in: the page in the
 * frame is given a token of the host's identity provider whenever it asks. The element dispatches
 * `parameters-change {source, parameters}` when somebody has set a control. A change of `parameters` sets controls in
 * the page that is there; any other attribute opens a new one.
 */
export abstract class ContentElement extends FramedElement {
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
      const path = this.#isGuest ? await this.#guestPath() : this.#signedInPath();
      if (wish === this.#wish) this.show(this.#address(path));
    } catch (problem) {
      if (wish === this.#wish) this.#say(problem instanceof Error ? problem.message : String(problem));
    }
  }

  #address(path: string): URL {
    return contentAddress(server(), path, this.kind, (name) => this.getAttribute(name), configuration().theme);
  }

  get #isGuest(): boolean {
    const { isGuest, guestEmbedProviderUri } = configuration();
    return isGuest ?? Boolean(this.getAttribute("token") || guestEmbedProviderUri);
  }

  async #guestPath(): Promise<string> {
    return guestPath(this.kind, this.getAttribute("token") || (await this.#guestToken()));
  }

  #signedInPath(): string {
    const id = this.getAttribute(`${this.kind}-id`);
    if (!id) throw new Error(`There is neither a \`token\` nor a \`${this.kind}-id\`.`);
    return signedInPath(this.kind, id);
  }

  async #anotherToken(): Promise<string> {
    return this.#isGuest ? this.#guestToken() : signInToken(configuration(), server());
  }

  async #guestToken(): Promise<string> {
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

function server(): string {
  return configuration().instanceUrl ?? scriptOrigin;
}
