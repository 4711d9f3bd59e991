// How long it takes until people see something, and what is transferred for it.

import { drawn, framesOf, openBrowser } from "./frames.js";

const LOADS = 9;
const OVERVIEW = { workbook: "flights", page: "overview" };
const TABLES = { workbook: "tables", page: "short" };

/**
 * Loads of a page of eight elements with rows, one after the other in one browser, whose cache has what does not change.
 * Milliseconds from the navigation of the frame, by the frame's own clock; opening the session is among them.
 */
export async function loading({ vitrine, page: addressOf }) {
  const browser = await openBrowser();
  const page = await browser.context.newPage();
  const [first, all] = [[], []];
  for (let load = 0; load <= LOADS; load++) {
    await page.goto("about:blank");
    await page.goto(addressOf(OVERVIEW));
    const [frame] = await drawn(page, vitrine);
    if (load === 0) continue; // Warms up the server and the browser.
    first.push(await frame.evaluate(() => window.drawn.first()));
    all.push(await frame.evaluate(() => window.drawn.last()));
  }
  await browser.close();
  return [
    figure("frame opened to first element drawn, warm", first, 500),
    figure("frame opened to all of eight elements drawn, warm", all, 1000),
  ];
}

function figure(name, samples, target) {
  return {
    figure: name,
    statistic: `median of ${samples.length}`,
    value: middle(samples),
    unit: "ms",
    target,
    samples,
  };
}

function middle(samples) {
  return samples.toSorted((a, b) => a - b)[samples.length >> 1];
}

/** Bytes on the wire for everything that a frame asks for, headers and rows among it, by a browser with an empty cache. */
export async function transferred(embeds) {
  return [
    await bytesOf(embeds, "transferred for a page with charts", OVERVIEW, 300),
    await bytesOf(embeds, "transferred for a page of tables", TABLES, 60),
  ];
}

async function bytesOf({ vitrine, page: addressOf }, name, attributes, target) {
  const browser = await openBrowser();
  const page = await browser.context.newPage();
  const sizes = [];
  page.on("requestfinished", (request) => {
    const inFrame = request.frame() !== page.mainFrame() && request.url().startsWith(vitrine);
    if (inFrame) sizes.push(request.sizes().then((size) => size.responseHeadersSize + size.responseBodySize));
  });
  await page.goto(addressOf(attributes));
  await drawn(page, vitrine);
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  await browser.close();
  const statistic = `${sizes.length} answers with their headers, empty cache`;
  return { figure: name, statistic, value: bytes / 1000, unit: "kB", target };
}

/** Ten dashboards of eight elements in one page, all at once. */
export async function tenEmbeds({ vitrine, page: addressOf }) {
  const browser = await openBrowser();
  const page = await browser.context.newPage();
  const errors = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(addressOf({ ...OVERVIEW, embeds: 10 }));
  await drawn(page, vitrine, 10);
  const began = await page.evaluate(() => performance.timeOrigin);
  const frames = framesOf(page, vitrine);
  const ends = await Promise.all(
    frames.map((frame) => frame.evaluate(() => performance.timeOrigin + window.drawn.last())),
  );
  const failed = await Promise.all(frames.map((frame) => frame.locator(".message").count()));
  const wrong = errors.length + failed.reduce((sum, count) => sum + count, 0);
  await browser.close();
  for (const error of errors) console.error(error);
  const samples = ends.map((end) => end - began);
  const all = {
    figure: "ten embeds in one page, all drawn",
    statistic: "the last of 10, one load",
    unit: "ms",
    target: 5000,
  };
  const bad = {
    figure: "ten embeds in one page, errors",
    statistic: "of the browser and of elements",
    unit: "errors",
    target: 0,
  };
  return [
    { ...all, value: Math.max(...samples), samples },
    { ...bad, value: wrong },
  ];
}
