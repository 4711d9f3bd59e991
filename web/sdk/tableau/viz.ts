import type { ControlValues, FieldValues } from "../../shared/messages.ts";
import type { TableauCall, TableauMessage, TableauProblem, TableauSight } from "../../shared/tableau-messages.ts";
import { frameAddress, issuerOf, written } from "./address.ts";
import { activePage, fieldOf, filterOf, parameterOf, type Shown } from "./fields.ts";
import { Frame } from "./frame.ts";
import { History } from "./history.ts";
import { TableauError, withoutMeaning } from "./names.ts";
import { Workbook, Worksheet } from "./sheets.ts";

/** Where there are no elements, as on a server that renders pages, the module may still be imported. */
const Base = (globalThis.HTMLElement ?? Object) as typeof HTMLElement;

/** The frame is as tall as its page says, where the host does not say. */
const STYLE = `
  :host { display: block }
  :host([hidden]) { display: none }
  iframe { display: block; width: 100%; height: 30rem; border: 0 }
`;

/** How far a frame has come with the token that it was opened with, or given since. */
type Stage = "loading" | "given" | "settled";

/**
 * `<tableau-viz src token>`: a view of the server's, shown in a frame.
 *
 * The token goes to the frame by message, and stands in no address. A new `src` makes a new frame; a new `token` takes whoever
 * was shown off the screen, whatever comes of it. When the session is over, `vizloaderror` says so (`session_expired`), and the
 * next `token` opens another one.
 */
export class TableauViz extends Base {
  static readonly observedAttributes = ["src", "token", "width", "height"];

  #frame: Frame | undefined;
  #stage: Stage = "loading";
  #sight: TableauSight | undefined;
  #history = new History();
  #sized = false;
  /** A token that has opened a session or was refused. */
  #spent: string | undefined;
  /** Who made the token by which the frame is framed. */
  #issuer: string | null = null;
  #changed = new Set<string>();
  readonly #shown: Shown;

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
    const sight = () => this.#seen();
    this.#shown = {
      get sight() {
        return sight();
      },
      parameters: new Set(),
      marks: new Map(),
      call: (call) => this.#call(call),
    };
  }

  connectedCallback(): void {
    this.#changeSoon("src");
  }

  disconnectedCallback(): void {
    this.#close();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (name === "width" || name === "height") this.#size();
    else if (before !== after) this.#changeSoon(name);
  }

  /** The workbook; throws before `firstinteractive`. */
  get workbook(): Workbook {
    this.#seen();
    return new Workbook(this.#shown);
  }

  /** Adds what `<viz-filter>` says; it counts from the next load on. */
  addFilter(field: string, value: string): void {
    const child = document.createElement("viz-filter");
    child.setAttribute("field", field);
    child.setAttribute("value", value);
    this.append(child);
  }

  async refreshDataAsync(): Promise<void> {
    await this.#call({ name: "refresh" });
  }

  async revertAllAsync(): Promise<void> {
    await this.#call({ name: "revert" });
  }

  async undoAsync(): Promise<void> {
    await this.#go(-1);
  }

  async redoAsync(): Promise<void> {
    await this.#go(1);
  }

  /** Saves rows of a sheet as a file, for whoever looks and may do so. */
  async exportDataAsync(sheet = this.#firstSheet()): Promise<void> {
    await this.#call({ name: "save", sheet, format: "csv" });
  }

  async exportCrosstabAsync(sheet = this.#firstSheet()): Promise<void> {
    await this.#call({ name: "save", sheet, format: "xlsx" });
  }

  async exportImageAsync(sheet = this.#firstSheet()): Promise<void> {
    await this.#call({ name: "save", sheet, format: "png" });
  }

  /** Takes the view away. */
  dispose(): void {
    this.remove();
  }

  #firstSheet(): string {
    return activePage(this.#shown).worksheets[0]?.name ?? "";
  }

  #seen(): TableauSight {
    if (this.#sight) return this.#sight;
    throw new TableauError("not_loaded", "the view is not there yet: wait for `firstinteractive`");
  }

  async #call(call: TableauCall): Promise<unknown> {
    this.#seen();
    return this.#frame?.call(call);
  }

  async #go(steps: -1 | 1): Promise<void> {
    const fields = this.#history.go(steps);
    if (fields) await this.#call({ name: "filter", fields });
  }

  /** Whatever changes together makes one new frame. */
  #changeSoon(name: string): void {
    this.#changed.add(name);
    if (this.#changed.size > 1) return;
    queueMicrotask(() => {
      const changed = this.#changed;
      this.#changed = new Set();
      if (this.isConnected) this.#change(changed);
    });
  }

  #change(changed: ReadonlySet<string>): void {
    const token = this.getAttribute("token") ?? "";
    const isSame = this.#frame && !changed.has("src") && token && issuerOf(token) === this.#issuer;
    if (!isSame || this.#stage === "given") this.#open(token);
    else if (this.#stage === "settled") this.#renew();
    // A frame that has not asked yet will ask for this one.
  }

  #renew(): void {
    this.#forget();
    this.#frame?.send({ type: "renew" });
  }

  #open(token: string): void {
    this.#close();
    const src = this.getAttribute("src");
    if (!src) return;
    if (!token) {
      this.#fail({
        reason: "token_missing",
        message: "there is no token: set `token` to one that your back end has made",
      });
      return;
    }
    if (issuerOf(token) === null) {
      this.#fail({
        reason: "issuer_missing",
        errorCode: 10083,
        message: "the token does not say who made it: expected `iss`",
      });
      return;
    }
    try {
      const attribute = (name: string) => this.getAttribute(name);
      this.#show(frameAddress(src, { attribute, fields: this.#fields(), token }), token);
    } catch (problem) {
      this.#fail({ reason: "src_invalid", message: problem instanceof Error ? problem.message : String(problem) });
    }
  }

  #show(address: URL, token: string): void {
    const frame = new Frame(address, {
      hear: (message) => {
        if (frame === this.#frame) this.#hear(message);
      },
      unanswered: () => {
        this.#close();
        this.#fail({
          reason: "no_answer",
          message: "the server does not answer: is this page of a domain in the allowlist of an enabled connected app?",
        });
      },
    });
    this.#frame = frame;
    this.#issuer = issuerOf(token);
    this.#dress(frame.element);
    this.#size();
    this.shadowRoot?.append(frame.element);
  }

  #dress(element: HTMLIFrameElement): void {
    element.title = this.title || "Data visualization";
    const [className, style, loading] = ["class", "style", "loading"].map((name) =>
      this.getAttribute(`iframe-attribute-${name}`),
    );
    if (className) element.className = className;
    if (style) element.style.cssText = style;
    if (loading === "lazy") element.loading = loading;
    const own = this.querySelector("iframe-style")?.textContent;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(own ?? "");
    const [first] = this.shadowRoot?.adoptedStyleSheets ?? [];
    if (this.shadowRoot && first) this.shadowRoot.adoptedStyleSheets = [first, sheet];
  }

  #fields(): [string, string][] {
    const children = [...this.querySelectorAll("viz-filter, viz-parameter")];
    return children.map((child) => {
      const name = child.getAttribute(child.localName === "viz-filter" ? "field" : "name") ?? "";
      const value = child.getAttribute("value") ?? "";
      return [name, child.localName === "viz-filter" ? value : written(value)];
    });
  }

  #size(px?: number): void {
    const frame = this.#frame?.element;
    if (!frame) return;
    const [width, height] = [this.getAttribute("width"), this.getAttribute("height")].map(length);
    if (width) frame.style.width = width;
    if (height) frame.style.height = height;
    else if (px !== undefined) frame.style.height = `${px}px`;
  }

  #close(): void {
    this.#frame?.close();
    this.#frame = undefined;
    this.#forget();
  }

  /** Nothing of what was shown is told of any more. */
  #forget(): void {
    this.#stage = "loading";
    this.#sight = undefined;
    this.#history = new History();
    this.#sized = false;
    this.#shown.marks.clear();
  }

  #hear(message: TableauMessage): void {
    switch (message.type) {
      case "token_needed":
        this.#give();
        break;
      case "opened":
        this.#stage = "settled";
        this.#spent = this.getAttribute("token") ?? undefined;
        break;
      case "shown":
        this.#see(message.sight);
        break;
      case "interactive":
        this.#tell("firstinteractive", { viz: this });
        break;
      case "height":
        this.#grow(message.px);
        break;
      case "filtered":
        for (const field of message.fields) this.#tellField(field);
        break;
      case "turned":
        this.#tell("tabswitched", {
          oldSheetName: this.#titleOf(message.from),
          newSheetName: this.workbook.activeSheet.name,
        });
        break;
      case "selected":
        this.#tellMarks(message.sheet, message.values);
        break;
      case "failed":
        this.#stage = "settled";
        if (message.problem.reason !== "not_opened") this.#spent = this.getAttribute("token") ?? undefined;
        this.#sight = undefined;
        this.#fail(message.problem);
        break;
    }
  }

  #give(): void {
    const token = this.getAttribute("token");
    if (!token || token === this.#spent) {
      this.#frame?.send({ type: "no_token" });
      return;
    }
    if (this.#stage === "loading") this.#stage = "given";
    this.#frame?.send({ type: "token", token });
  }

  #see(sight: TableauSight): void {
    this.#sight = sight;
    const fields = sight.pages.flatMap((page) => page.fields);
    const values: ControlValues = Object.fromEntries(fields.map(({ name, values }) => [name, values]));
    if (!this.#history.note(values)) return;
    const { canUndo, canRedo } = this.#history;
    this.#tell("toolbarstatechanged", { viz: this, canUndo, canRedo });
  }

  #grow(px: number): void {
    this.#size(px);
    if (this.#sized || !this.#sight) return;
    this.#sized = true;
    const size = { width: this.#frame?.element.offsetWidth ?? 0, height: px };
    this.#tell("firstvizsizeknown", {
      viz: this,
      vizSize: { chromeHeight: 0, sheetSize: { behavior: "automatic", minSize: size, maxSize: size } },
    });
  }

  #tellField(name: string): void {
    const { activeSheet } = this.workbook;
    if (!activePage(this.#shown).fields.some((field) => field.name === name)) return;
    const field = () => fieldOf(activePage(this.#shown), name);
    const { title } = field();
    const getFilterAsync = async () => filterOf(field(), activeSheet.name);
    this.#tell("filterchanged", { fieldName: title, worksheet: activeSheet, getFilterAsync });
    if (!this.#shown.parameters.has(name)) return;
    const getParameterAsync = async () => parameterOf(this.#shown, field());
    this.#tell("parameterchanged", { parameterName: title, getParameterAsync });
  }

  #tellMarks(element: string, values: FieldValues): void {
    this.#shown.marks.set(element, values);
    const worksheet = new Worksheet(this.#shown, activePage(this.#shown).name, element);
    this.#tell("markselectionchanged", { worksheet, getMarksAsync: () => worksheet.getSelectedMarksAsync() });
  }

  #titleOf(page: string): string {
    return this.#sight?.pages.find(({ name }) => name === page)?.title ?? page;
  }

  /** As JSON in a text, in which Tableau's code is, beside what it does not say. */
  #fail({ message, ...problem }: TableauProblem): void {
    this.#tell("vizloaderror", { message: JSON.stringify({ ...problem, errorMessage: message }) });
  }

  #tell(type: string, detail: object): void {
    const event = new CustomEvent(type, { detail, bubbles: true });
    this.#handler(type)?.call(this, event);
    this.dispatchEvent(event);
  }

  /** The function that an attribute such as `onFirstInteractive` names. Nothing that stands there is run as a script. */
  #handler(type: string): ((event: Event) => unknown) | undefined {
    const named = this.getAttribute(`on${type}`)?.match(/^\s*([\w$]+(?:\.[\w$]+)*)\s*(?:\(.*\))?;?\s*$/)?.[1];
    const found = named
      ?.split(".")
      .reduce<unknown>((of, name) => (of as Record<string, unknown> | undefined)?.[name], window);
    return typeof found === "function" ? (found as (event: Event) => unknown) : undefined;
  }
}

withoutMeaning(TableauViz, [
  "displayDialogAsync",
  "exportPDFAsync",
  "exportPowerPointAsync",
  "getCurrentSrcAsync",
  "pauseAutomaticUpdatesAsync",
  "resumeAutomaticUpdatesAsync",
  "showExportDialogAsync",
]);

/** Attributes as properties: texts, and those that are true by being there, whatever they say. */
const TEXTS = { src: "src", token: "token", width: "width", height: "height", toolbar: "toolbar", device: "device" };
const FLAGS = {
  debug: "debug",
  disableUrlActions: "disable-url-actions",
  hideCloseButton: "hide-close-button",
  hideEditInDesktopButton: "hide-edit-in-desktop-button",
  hideTabs: "hide-tabs",
  suppressDefaultEditBehavior: "suppress-default-edit-behavior",
  touchOptimize: "touch-optimize",
};

for (const [property, attribute] of Object.entries(TEXTS)) {
  reflect(property, {
    get: (viz) => viz.getAttribute(attribute) ?? undefined,
    set: (viz, value) =>
      value === undefined || value === null
        ? viz.removeAttribute(attribute)
        : viz.setAttribute(attribute, String(value)),
  });
}
for (const [property, attribute] of Object.entries(FLAGS)) {
  reflect(property, {
    get: (viz) => viz.hasAttribute(attribute),
    set: (viz, value) => viz.toggleAttribute(attribute, Boolean(value)),
  });
}

function reflect(
  property: string,
  { get, set }: { get(viz: Element): unknown; set(viz: Element, value: unknown): void },
): void {
  Object.defineProperty(TableauViz.prototype, property, {
    get(this: Element) {
      return get(this);
    },
    set(this: Element, value: unknown) {
      set(this, value);
    },
    configurable: true,
    enumerable: true,
  });
}

/** A number is so many pixels. */
function length(value: string | null): string | undefined {
  if (!value) return undefined;
  return /^\d+(\.\d+)?$/.test(value) ? `${value}px` : value;
}
