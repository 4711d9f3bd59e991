import type { BrowserContext, Frame, FrameLocator, Locator, Page } from "playwright-core";
import { inject } from "vitest";

/** A person of the demo, by the handle that `demo/as` takes. */
export type Person = "delta" | "united" | "hawaiian" | "nobody";

/** A tab in which somebody uses the host application. */
export class Contrail {
  /** Errors that the browser has printed or pages have thrown. */
  readonly errors: string[] = [];
  /** Every address that was asked for. */
  readonly addresses: string[] = [];

  private constructor(readonly page: Page) {
    page.on("console", (message) => message.type() === "error" && this.errors.push(message.text()));
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("request", (request) => this.addresses.push(request.url()));
  }

  /** A new tab, not yet anywhere. */
  static async tab(context: BrowserContext): Promise<Contrail> {
    return new Contrail(await context.newPage());
  }

  /** A new tab in which `person` looks at the flights. */
  static async as(person: Person, context: BrowserContext): Promise<Contrail> {
    const contrail = await Contrail.tab(context);
    await contrail.signIn(person);
    return contrail;
  }

  /** Picks a person: on the first page, or in the menu of whoever is signed in. */
  async signIn(person: Person): Promise<void> {
    if (!this.page.url().startsWith(inject("addresses").host)) await this.page.goto(inject("addresses").host);
    const menu = this.page.locator("details.menu > summary");
    if (await menu.isVisible()) await menu.click();
    await this.page.locator(`button[name=person][value=${person}]`).click();
    await this.page.waitForURL("**/flights");
  }

  /** What is in the frame. */
  get dashboard(): FrameLocator {
    return this.page.frameLocator("vitrine-dashboard iframe");
  }

  /** The frame itself. */
  get frame(): Frame {
    const frame = this.page.frames().find((candidate) => candidate.url().startsWith(inject("addresses").vitrine));
    if (!frame) throw new Error("there is no frame of Vitrine's");
    return frame;
  }

  /** An element of the page by its name. */
  element(name: string): Locator {
    return this.dashboard.locator(`[data-element="${name}"]`);
  }

  /** Waits until the number of flights is `text`. */
  async seesFlights(text: string): Promise<void> {
    await this.element("total").getByText(text, { exact: true }).waitFor();
  }

  /** The button that opens the first control. */
  get control(): Locator {
    return this.dashboard.getByRole("group", { name: "Filters" }).getByRole("button").first();
  }

  /** Calls `refresh()` of the host page's element. */
  async refresh(): Promise<void> {
    await this.page.evaluate(() =>
      document.querySelector<HTMLElement & { refresh(): void }>("vitrine-dashboard")?.refresh(),
    );
  }

  /** Waits until no element of the page is loading. */
  async settled(): Promise<void> {
    await this.dashboard.locator("[data-element]").first().waitFor();
    await this.dashboard.locator("main:not(:has([aria-busy=true]))").waitFor();
  }
}
