// How a dashboard answers people who filter it, and who scroll a long table.

import { drawn, openBrowser } from "./frames.js";

const SCROLLED_MILLISECONDS = 3000;
/** A frame that is longer is seen to be missing, in milliseconds. */
const LONG = 50;

/**
 * Opens a list, chooses in it, takes it back, and clicks marks of charts. Of each interaction the browser says how long
 * it took from the event to the next paint (Event Timing); it rounds to 8 ms, and does not tell of any below 16 ms.
 */
export async function filtering({ vitrine, page: addressOf }) {
  const browser = await openBrowser();
  const page = await browser.context.newPage();
  await page.setViewportSize({ width: 1440, height: 1700 });
  await page.goto(addressOf({ workbook: "flights", page: "overview" }));
  const [frame] = await drawn(page, vitrine);
  await frame.evaluate(() => {
    window.interactions = new Map();
    const note = (entries) => {
      for (const { interactionId, duration } of entries) {
        if (interactionId)
          window.interactions.set(interactionId, Math.max(duration, window.interactions.get(interactionId) ?? 0));
      }
    };
    new PerformanceObserver((list) => note(list.getEntries())).observe({ type: "event", durationThreshold: 16 });
  });
  let done = 0;
  const act = async (locator, options) => {
    await locator.click(options);
    done += 1;
    await frame.locator("main:not(:has([aria-busy=true])):not(:has(.skeleton))").waitFor();
    await page.waitForTimeout(100);
  };
  const control = (name) => frame.locator(`[data-control="${name}"] button`).first();
  for (let round = 0; round < 2; round++) {
    await act(control("origin"));
    for (const airport of ["JFK", "LGA", "JFK", "LGA"]) await act(frame.getByRole("option", { name: airport }));
    await act(control("dest"));
    for (const airport of ["ATL", "MCO"]) await act(frame.getByRole("option", { name: airport }));
    await act(frame.getByRole("button", { name: "Reset filters" }));
    const bars = frame.locator('[data-element="destinations"] .plot svg path[fill^="#"]:not([fill="none"])');
    await act(bars.nth(round + 1));
    await act(frame.getByRole("menuitem").first());
    await act(frame.getByRole("button", { name: "Reset filters" }));
  }
  const told = await frame.evaluate(() => [...window.interactions.values()]);
  await browser.close();
  const samples = [...told, ...Array(Math.max(0, done - told.length)).fill(16)].toSorted((a, b) => a - b);
  const value = samples[Math.ceil(samples.length * 0.98) - 1];
  return [
    {
      figure: "click to next paint while filtering",
      statistic: `p98 of ${samples.length}`,
      value,
      unit: "ms",
      target: 100,
      samples,
    },
  ];
}

/** Turns the wheel over a table of 100,000 rows, and counts the frames that the browser had no time for. */
export async function scrolling({ vitrine, page: addressOf }) {
  const browser = await openBrowser();
  const page = await browser.context.newPage();
  await page.goto(addressOf({ workbook: "tables", page: "long" }));
  const [frame] = await drawn(page, vitrine);
  const region = frame.locator(".region");
  const rows = await region.locator("[aria-rowcount]").getAttribute("aria-rowcount");
  if (Number(rows) < 100_000) throw new Error(`the table has ${rows} rows only`);
  await region.hover();
  await frame.evaluate(() => {
    window.times = [];
    const tick = (time) => {
      window.times.push(time);
      requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  const until = performance.now() + SCROLLED_MILLISECONDS;
  while (performance.now() < until) await page.mouse.wheel(0, 240);
  const times = await frame.evaluate(() => window.times);
  const scrolled = await region.evaluate((element) => element.scrollTop);
  await browser.close();
  if (scrolled < 1000) throw new Error(`only ${scrolled} pixels were scrolled`);
  const lengths = times.slice(1).map((time, index) => time - times[index]);
  const value = (lengths.filter((length) => length > LONG).length / lengths.length) * 100;
  const statistic = `share of ${lengths.length} frames longer than ${LONG} ms, ${Math.round(scrolled / 34)} rows scrolled by`;
  return [{ figure: "scrolling 100,000 rows, long frames", statistic, value, unit: "%", target: 1 }];
}
