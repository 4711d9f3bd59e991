import type { BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import type { ControlValues, ThemeTokens } from "../../shared/messages.ts";
import { type Look, openProfile, type Profile } from "../browser.ts";
import { Dashboard } from "../dashboard.ts";
import { type Attributes, Gallery, type Person } from "./gallery.ts";
import { TENANTS, type Tenant } from "./rows.ts";
import { Witness } from "./witness.ts";

/** Sees everything of Acme's, and may do everything with it. */
export const ANNA: Person = { tenant: "acme", account_type: "Analyze" };
/** Sees the same, and may only look. */
export const BERT: Person = { tenant: "acme", account_type: "View" };

/** Sees the same, and may take it away in every format. */
export const TESS: Person = { tenant: "acme", account_type: "Take" };

/** Expects something of what `ask` answers some time, on however busy a machine. */
export function eventually<Answer>(ask: () => Answer) {
  return expect.poll(ask, { timeout: 20_000 });
}

/** A tab in which somebody looks at the gallery. */
export class Visit extends Dashboard {
  /** Calls a method of the SDK's element. */
  async tell(
    method: "filters" | "navigate" | "theme" | "refresh" | "reload",
    value?: ControlValues | ThemeTokens | string,
  ) {
    // As text: the browser's driver drops members that are called `__proto__`.
    await this.host.evaluate(
      (element, [method, text]) => {
        const told = element as unknown as Record<string, (value: unknown) => void>;
        told[method]?.(JSON.parse(text));
      },
      [method, JSON.stringify(value ?? null)] as const,
    );
  }

  /** What the host has heard of a type. */
  async heard(type: string): Promise<Record<string, unknown>[]> {
    const all = await this.page.evaluate(() => (window as unknown as { heard: Record<string, unknown>[] }).heard);
    return all.filter((event) => event.type === type);
  }

  /** The control of this name. */
  control(name: string) {
    return this.dashboard.locator(`[data-control="${name}"]`);
  }

  /** The value of a custom property of the document in the frame. */
  property(name: string): Promise<string> {
    return this.dashboard
      .locator("html")
      .evaluate((root, name) => getComputedStyle(root).getPropertyValue(name).trim(), name);
  }

  /** The cells of an element's table, line by line, as they are read. */
  async lines(element: string): Promise<string[][]> {
    const rows = this.element(element).locator("tbody tr");
    return rows.evaluateAll((rows) =>
      rows.map((row) =>
        [...row.querySelectorAll("th, td:not([aria-hidden])")].map((cell) => cell.textContent?.trim() ?? ""),
      ),
    );
  }

  /** All texts of an element's drawing. */
  texts(element: string): Promise<string[]> {
    return this.element(element).locator("svg text").allTextContents();
  }
}

/** The gallery of a file of tests: one server and one browser, and a witness who says of each test whether all was well. */
export class Visits {
  #gallery: Gallery | undefined;
  #profile: Profile | undefined;
  #witness: Witness | undefined;
  #tenant: Tenant | undefined;

  constructor(look?: Look) {
    beforeAll(async () => {
      this.#gallery = await Gallery.start();
      this.#profile = await openProfile(look);
      this.#witness = await Witness.of(this.context, [this.gallery.vitrine.address, this.gallery.host.address]);
    });
    beforeEach(() => {
      this.#tenant = undefined;
    });
    afterEach(async () => {
      try {
        await this.#witness?.prove(this.#tenant);
      } finally {
        for (const page of this.context.pages()) await page.close();
        this.#witness?.forget();
      }
    });
    afterAll(async () => {
      await this.#profile?.close();
      await this.#gallery?.stop();
    });
  }

  get gallery(): Gallery {
    if (!this.#gallery) throw new Error("the gallery is not open yet");
    return this.#gallery;
  }

  get context(): BrowserContext {
    if (!this.#profile) throw new Error("there is no browser yet");
    return this.#profile.context;
  }

  /** A new tab, in which this person looks at a page, or what else the attributes say, until all of it is there. */
  async open(person: Person, page: string, attributes: Attributes = {}): Promise<Visit> {
    const visit = await this.begin(person, { page, ...attributes });
    await visit.settled();
    return visit;
  }

  /** The same, without waiting for anything. */
  async begin(person: Person, attributes: Attributes): Promise<Visit> {
    const visit = await this.tab(person);
    await visit.page.goto(this.gallery.visit(person, attributes));
    return visit;
  }

  /** Waits until the witness has read all that has come, before a frame is left. */
  async read(): Promise<void> {
    await this.#witness?.read();
  }

  /** Does something with a browser whose pages are not of the gallery, which the witness does not watch. */
  async elsewhere(act: (context: BrowserContext) => Promise<void>): Promise<void> {
    const { context, close } = await openProfile();
    try {
      await act(context);
    } finally {
      await close();
    }
  }

  /** A new tab that is not anywhere yet. */
  async tab({ tenant }: Pick<Person, "tenant">): Promise<Visit> {
    this.#tenant = TENANTS.find((known) => known === tenant);
    return new Visit(await this.context.newPage(), this.gallery.vitrine.address);
  }
}
