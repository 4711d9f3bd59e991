import type { Frame, FrameLocator, Locator, Page } from "playwright-core";

/** A tab with a dashboard in a frame. */
export class Dashboard {
  /** Errors that the browser has printed or pages have thrown. */
  readonly errors: string[] = [];

  constructor(
    readonly page: Page,
    /** The origin of the server whose page is in the frame. */
    private readonly vitrine: string,
  ) {
    page.on("console", (message) => message.type() === "error" && this.errors.push(message.text()));
    page.on("pageerror", (error) => this.errors.push(String(error)));
  }

  /** What is in the frame. */
  get dashboard(): FrameLocator {
    return this.page.frameLocator("vitrine-dashboard iframe, vitrine-element iframe");
  }

  /** The frame itself. */
  get frame(): Frame {
    const frame = this.page.frames().find((candidate) => candidate.url().startsWith(this.vitrine));
    if (!frame) throw new Error("there is no frame of Vitrine's");
    return frame;
  }

  /** An element of the page by its name. */
  element(name: string): Locator {
    return this.dashboard.locator(`[data-element="${name}"]`);
  }

  /** Opens the menu of an element and gives what can be done there. */
  async menu(name: string): Promise<Locator> {
    await this.element(name).locator("header [aria-haspopup=menu]").click();
    return this.element(name).getByRole("menuitem");
  }

  /** Does something of an element's menu. */
  async act(name: string, action: string): Promise<void> {
    await this.menu(name);
    await this.element(name).getByRole("menuitem", { name: action, exact: true }).click();
  }

  /** The element of the host's page that has the frame. */
  get host(): Locator {
    return this.page.locator("vitrine-dashboard, vitrine-element");
  }

  /** Turns to a page by its tab. */
  async turnTo(title: string): Promise<void> {
    await this.dashboard.getByRole("navigation").getByRole("button", { name: title, exact: true }).click();
    await this.settled();
  }

  /** Waits until no element of the page is loading. */
  async settled(): Promise<void> {
    await this.dashboard.locator("[data-element]").first().waitFor();
    await this.dashboard.locator("main:not(:has([aria-busy=true])):not(:has(.skeleton))").waitFor();
  }
}
