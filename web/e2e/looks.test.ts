import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import { describe, expect, it } from "vitest";
import { type Look, openProfile } from "./browser.ts";
import { Contrail } from "./contrail.ts";

const pictures = fileURLToPath(new URL("../../build/screenshots", import.meta.url));
mkdirSync(pictures, { recursive: true });

const LOOKS: Record<string, Required<Look>> = {
  "wide-light": { width: 1440, height: 1000, colorScheme: "light" },
  "wide-dark": { width: 1440, height: 1000, colorScheme: "dark" },
  "narrow-light": { width: 320, height: 640, colorScheme: "light" },
  "narrow-dark": { width: 320, height: 640, colorScheme: "dark" },
};

describe.each(Object.entries(LOOKS))("%s", (name, look) => {
  it("fits, is accessible, and is kept as a picture", async () => {
    const profile = await openProfile(look);
    try {
      const contrail = await Contrail.as("delta", profile.context);
      await contrail.seesFlights("48,110");
      await contrail.settled();
      await contrail.dashboard.locator("svg text").first().waitFor();
      expect(await violations(contrail)).toEqual([]);
      expect(await overflow(contrail)).toBeLessThanOrEqual(0);
      await keepPicture(contrail, `${pictures}/${name}.png`);

      await contrail.control.click();
      await contrail.dashboard.getByRole("option").first().waitFor();
      expect(await violations(contrail)).toEqual([]);
      expect(await overflow(contrail)).toBeLessThanOrEqual(0);
      expect(contrail.errors).toEqual([]);
    } finally {
      await profile.close();
    }
  });
});

it("is as tall as its content, and no frame scrolls in a page that scrolls", async () => {
  const profile = await openProfile();
  try {
    const contrail = await Contrail.as("delta", profile.context);
    await contrail.settled();
    await expect
      .poll(() => contrail.frame.evaluate(() => document.documentElement.scrollHeight - window.innerHeight))
      .toBe(0);
    await expect
      .poll(() =>
        contrail.frame.evaluate(() => window.innerHeight - (document.querySelector("main")?.offsetHeight ?? 0)),
      )
      .toBe(0);
  } finally {
    await profile.close();
  }
});

/** Keeps a picture of the whole page. What a frame has outside the window is not painted, so the window grows first. */
async function keepPicture({ page }: Contrail, path: string): Promise<void> {
  const before = page.viewportSize();
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width: before?.width ?? 0, height });
  await page.screenshot({ path });
  if (before) await page.setViewportSize(before);
}

/** What axe finds in the frame: the rules broken, and where. */
async function violations(contrail: Contrail): Promise<unknown> {
  await contrail.frame.evaluate(axe.source);
  return contrail.frame.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run(document);
    return violations.map(({ id, nodes }) => ({ id, where: nodes.map(({ html }) => html) }));
  });
}

/** How many pixels the frame's page is wider than its window. */
function overflow(contrail: Contrail): Promise<number> {
  return contrail.frame.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}
