// What stays in the memory of a frame in which people turn pages.

import { drawn, openBrowser } from "./frames.js";

const TURNS = 200;
/** By then everything that is kept on purpose is there. */
const SETTLED = 50;
const PAGES = ["overview", "delays", "fleet"];
const SHOWN = "main:not(:has([aria-busy=true])):not(:has(.skeleton))";

/** JavaScript heap and nodes of the frame's process after garbage was collected: how much more than after 50 pages. */
export async function memory({ vitrine, page: addressOf }) {
  const browser = await openBrowser();
  const page = await browser.context.newPage();
  await page.goto(addressOf({ workbook: "flights", page: "overview" }));
  const [frame] = await drawn(page, vitrine);
  const client = await browser.context.newCDPSession(frame);
  const measured = [];
  for (let turn = 1; turn <= TURNS; turn++) {
    await frame
      .locator(`main nav button >> nth=${turn % PAGES.length}`)
      .first()
      .click();
    await frame.locator(`${SHOWN} [data-element]`).first().waitFor();
    if (turn === SETTLED || turn === TURNS) measured.push(await measure(client));
  }
  await browser.close();
  const [before, after] = measured;
  return ["heap", "nodes"].map((what) => ({
    figure: what === "heap" ? "JavaScript heap, growth over 150 pages" : "nodes, growth over 150 pages",
    statistic: `${written(what, before)} after ${SETTLED} pages, ${written(what, after)} after ${TURNS}`,
    value: Math.max(0, (after[what] / before[what] - 1) * 100),
    unit: "%",
    target: 5,
  }));
}

async function measure(client) {
  for (let round = 0; round < 3; round++) await client.send("HeapProfiler.collectGarbage");
  const { usedSize } = await client.send("Runtime.getHeapUsage");
  const { nodes } = await client.send("Memory.getDOMCounters");
  return { heap: usedSize, nodes };
}

function written(what, measured) {
  return what === "heap" ? `${(measured.heap / 1e6).toFixed(1)} MB` : `${measured.nodes}`;
}
