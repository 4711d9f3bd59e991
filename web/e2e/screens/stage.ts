import { fileURLToPath } from "node:url";
import axe from "axe-core";
import type { BrowserContext } from "playwright-core";
import { inject } from "vitest";
import { Dashboard } from "../dashboard.ts";

/** The host's page: nothing but a dashboard from edge to edge. */
export const HOST = fileURLToPath(new URL("host", import.meta.url));

/** What a frame has outside the window is not painted, so the window is taller than any dashboard of its width. */
const tall = (width: number) => (width < 768 ? 3_600 : 2_200);

/** How often it is looked whether something still moves: each time after the browser has painted. */
const LOOKS = 100;

/** What a server says of a request that has failed is printed by browsers, whoever deals with it. */
const REFUSED = /^Failed to load resource/;

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** A tab in which a dashboard is looked at, one after the other. */
export class Stage extends Dashboard {
  static async on(context: BrowserContext): Promise<Stage> {
    return new Stage(await context.newPage(), inject("addresses").vitrine);
  }

  /** Forgets what earlier dashboards had intercepted and printed. */
  async clear(): Promise<void> {
    await this.page.unrouteAll({ behavior: "ignoreErrors" });
    await this.page.goto("about:blank");
    this.errors.length = 0;
  }

  /** Loads the host's page with a dashboard of this width. */
  async show(person: string, attributes: Record<string, string>, width: number): Promise<void> {
    await this.page.setViewportSize({ width, height: tall(width) });
    await this.page.goto(`${inject("addresses").pages}/?${new URLSearchParams({ person, ...attributes })}`);
  }

  /** Makes it so wide, and waits until everything has found its place. */
  async widen(width: number): Promise<void> {
    if (this.page.viewportSize()?.width !== width) await this.page.setViewportSize({ width, height: tall(width) });
    // The margin of the page: a frame is not told that the mouse has left it.
    await this.page.mouse.move(1, 1);
    await this.still();
  }

  /** Waits until nothing moves any more, and the frame is as tall as what is in it. */
  async still(): Promise<void> {
    let [last, same] = ["", 0];
    for (let looks = 0; looks < LOOKS && same < 3; looks++) {
      const { places, fits, hovered } = await this.frame.evaluate(placesNow);
      same = places === last && fits && !hovered ? same + 1 : 0;
      last = places;
    }
  }

  /** Takes the time of the rows out of the picture. */
  async stopClock(): Promise<void> {
    await this.dashboard.locator("main").evaluate((main) => {
      const text = main.querySelector(".tools > span")?.firstChild;
      if (text) text.nodeValue = "As of 1 January, 12:00";
    });
  }

  /** Errors in which the page has a part. */
  get mistakes(): string[] {
    return this.errors.filter((error) => !REFUSED.test(error));
  }

  /** How many pixels the frame's page is wider than its window. */
  overflow(): Promise<number> {
    return this.frame.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  }

  /** What axe finds in the frame: the rules broken, and where. */
  async violations(): Promise<unknown> {
    await this.frame.evaluate(axe.source);
    return this.frame.evaluate(async (values) => {
      const { axe } = window as unknown as { axe: typeof import("axe-core") };
      // What a popup covers for a moment is no smaller for it.
      const popups = [...document.querySelectorAll(".floating, [role=menu], dialog")];
      const isCovered = (target: Element) => {
        const { left, right, top, bottom } = target.getBoundingClientRect();
        return popups.some((popup) => {
          const box = popup.getBoundingClientRect();
          const apart = box.right <= left || box.left >= right || box.bottom <= top || box.top >= bottom;
          return !apart && !popup.contains(target);
        });
      };
      const covered = [...document.querySelectorAll("button, a, input, [tabindex]")].filter(isCovered);
      for (const target of covered) target.toggleAttribute("data-covered", true);
      const { violations } = await axe.run(
        { include: [["html"]], exclude: [["[data-covered]"]] },
        { runOnly: { type: "tag", values }, resultTypes: ["violations"] },
      );
      for (const target of covered) target.removeAttribute("data-covered");
      return violations.map(({ id, nodes }) => ({ id, where: nodes.map(({ html }) => html) }));
    }, RULES);
  }

  /** Keeps what is in the frame as a picture. */
  picture(path?: string): Promise<Buffer> {
    return this.host.screenshot(path === undefined ? {} : { path });
  }

  /** Clicks a mark of a plot: the one of this color at this place. */
  async mark(element: string, fill: string, place: number): Promise<void> {
    await this.element(element).locator(`.plot svg path[fill="${fill}"]`).nth(place).click();
  }

  /** Clicks a row of an element's table, and chooses from the menu that opens. */
  async chooseRow(element: string, row: number, action: RegExp): Promise<void> {
    await this.element(element).locator(`tbody tr[data-line="${row}"]`).click();
    await this.dashboard.getByRole("menuitem", { name: action }).click();
  }

  async escape(): Promise<void> {
    await this.page.keyboard.press("Escape");
  }
}

/** Runs in the frame. */
function placesNow() {
  const elements = [...document.querySelectorAll("main, main *")].slice(0, 2_000);
  const places = elements.map((element) => Object.values(element.getBoundingClientRect().toJSON())).join();
  return {
    places: `${innerWidth} ${innerHeight} ${places}`,
    fits: Math.abs(innerHeight - (document.querySelector("main")?.offsetHeight ?? 0)) <= 1,
    hovered: document.querySelector(":is(button, td, th, li, path):hover") !== null,
  };
}
