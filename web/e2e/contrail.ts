import type { BrowserContext, Locator, Page } from "playwright-core";
import { inject } from "vitest";
import { Dashboard } from "./dashboard.ts";

/** A person of the demo, by the handle that `demo/as` takes. */
export type Person = "delta" | "united" | "hawaiian" | "nobody";

/** A tab in which somebody uses the host application. */
export class Contrail extends Dashboard {
  /** Every address that was asked for. */
  readonly addresses: string[] = [];

  private constructor(page: Page) {
    super(page, inject("addresses").vitrine);
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
}
