// What stays in the memory of a frame in which people turn pages.

import { drawn, openBrowser } from "./frames.js";

const TURNS = 200;
/** By then everything that is kept on purpose is there. */
const SETTLED = 50;
const PAGES = ["overview", "delays", "fleet"];
const SHOWN = "main:not(:has([aria-busy=true])):not(:has(.skeleton))";

/** What the browser makes of a program, and keeps for whoever drives it: not what the page keeps. */
const NOT_OF_THE_PAGE = ["code", "native", "hidden", "synthetic"];

/**
 * Objects and nodes of the frame's process after garbage was collected: how much more than after 50 pages. Machine code is
 * left out: the browser goes on making it for minutes, and throws it away when it likes.
 */
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
  return ["objects", "nodes"].map((what) => ({
    figure: what === "objects" ? "JavaScript objects, growth over 150 pages" : "nodes, growth over 150 pages",
    statistic: `${written(what, before)} after ${SETTLED} pages, ${written(what, after)} after ${TURNS}`,
    value: Math.max(0, (after[what] / before[what] - 1) * 100),
    unit: "%",
    target: 5,
  }));
}

async function measure(client) {
  for (let round = 0; round < 3; round++) await client.send("HeapProfiler.collectGarbage");
  const { nodes } = await client.send("Memory.getDOMCounters");
  return { objects: await objects(client), nodes };
}

/** Bytes of everything on the heap that the page's own program has made. */
async function objects(client) {
  const chunks = [];
  const gather = ({ chunk }) => chunks.push(chunk);
  client.on("HeapProfiler.addHeapSnapshotChunk", gather);
  await client.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  client.off("HeapProfiler.addHeapSnapshotChunk", gather);
  const { snapshot, nodes } = JSON.parse(chunks.join(""));
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, size] = [fields.indexOf("type"), fields.indexOf("self_size")];
  let bytes = 0;
  for (let at = 0; at < nodes.length; at += fields.length) {
    if (!NOT_OF_THE_PAGE.includes(types[type][nodes[at + type]])) bytes += nodes[at + size];
  }
  return bytes;
}

function written(what, measured) {
  return what === "objects" ? `${(measured.objects / 1e6).toFixed(1)} MB` : `${measured.nodes}`;
}
