// A browser, and what is seen from inside of the frames it shows. The driver is that of the browser tests.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "../web/node_modules/playwright-core/index.mjs";

const PATIENCE = 120_000;
/** Until whatever is in the window is painted, in milliseconds. */
const PAINTED = 250;

/** A browser with nothing in its cache: `{context, close}`. */
export async function openBrowser() {
  const folder = mkdtempSync(join(tmpdir(), "vitrine-bench-profile-"));
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
    viewport: { width: 1440, height: 1000 },
    locale: "en-GB",
  });
  context.setDefaultTimeout(PATIENCE);
  await context.addInitScript(watch);
  return {
    context,
    close: async () => {
      await context.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The frames of a page that show something of Vitrine's. */
export function framesOf(page, vitrine) {
  return page.frames().filter((frame) => frame.url().startsWith(vitrine));
}

/** Waits for so many frames, and until everything in each of them is drawn. */
export async function drawn(page, vitrine, count = 1) {
  const until = performance.now() + PATIENCE;
  while (framesOf(page, vitrine).length < count) {
    if (performance.now() > until) throw new Error(`there are not ${count} frames`);
    await page.waitForTimeout(20);
  }
  const frames = framesOf(page, vitrine);
  for (const frame of frames)
    await frame.waitForFunction(() => window.drawn?.last() !== undefined, undefined, { polling: 50 });
  await page.waitForTimeout(PAINTED);
  return frames;
}

/**
 * Runs in every frame before anything else does. Notes when each element is on the screen for the first time: it has
 * what it shows and is not busy, and the browser has had the next frame to paint it, which it has not if the element is
 * outside of the window. Milliseconds since the frame's navigation began.
 */
function watch() {
  if (window === window.top) return;
  const times = new Map();
  const isDrawn = (cell) =>
    !cell.querySelector("[aria-busy=true], .skeleton, .unread") &&
    cell.querySelector(".plot svg path, .number, tbody td, .message, .blocks") !== null;
  const look = () => {
    for (const cell of document.querySelectorAll("[data-element]")) {
      const name = cell.dataset.element;
      if (times.has(name) || !isDrawn(cell)) continue;
      times.set(name, performance.now());
      requestAnimationFrame(() => setTimeout(() => times.set(name, performance.now())));
    }
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    attributeFilter: ["aria-busy", "class"],
  });
  const all = () => [...times.values()];
  // Text does not wait for rows: it is not the first that people have come for.
  const withRows = () =>
    [...times].filter(([name]) => document.querySelector(`[data-element="${name}"] .tile`)).map(([, time]) => time);
  const isWhole = () => {
    const cells = document.querySelectorAll("[data-element]").length;
    return cells > 0 && times.size === cells;
  };
  window.drawn = {
    first: () => (isWhole() ? Math.min(...withRows()) : undefined),
    last: () => (isWhole() ? Math.max(...all()) : undefined),
  };
}
