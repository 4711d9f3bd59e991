import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from "vitest";
import type { VitrineElement } from "../sdk/v1.ts";
import { openProfile, type Profile } from "./browser.ts";
import { ExamplePage, serveExample, Workshop } from "./examples.ts";
import type { Server } from "./process.ts";

/** What is in the frame: it says again what it is told. */
const STAND_IN = readFileSync(new URL("hosts/stand-in.html", import.meta.url), "utf8");

let workshop: Workshop;
let server: Server;
let profile: Profile;
let host: ExamplePage;
beforeAll(async () => {
  workshop = new Workshop();
  server = await serveExample(workshop.copy(fileURLToPath(new URL("hosts/elements", import.meta.url)), "elements"));
});
afterAll(async () => {
  await server?.stop();
  workshop?.close();
});
beforeEach(async () => {
  profile = await openProfile();
  await profile.context.route(`${inject("addresses").vitrine}/e/**`, (route) =>
    route.fulfill({ contentType: "text/html", body: STAND_IN }),
  );
  host = await ExamplePage.open(profile.context);
});
afterEach(() => profile.close());

/** Does something with the element that has no frame before it is scrolled to. */
function tell(act: (element: VitrineElement) => void): Promise<void> {
  return host.page.locator("#united").evaluate(act as (element: HTMLElement | SVGElement) => void);
}

/** What the page has heard from that element. */
async function heard(): Promise<object[]> {
  const all = await host.page.evaluate(() => (window as unknown as { heard: { id: string }[] }).heard);
  return all.filter(({ id }) => id === "united");
}

const SELECTION = {
  id: "united",
  type: "vitrine-select",
  element: "by-origin",
  values: { origin: "JFK", month: null },
};

function echo(code: string, members: object): object {
  return { id: "united", type: "vitrine-error", code, message: JSON.stringify(members) };
}

it("keeps what it is told before there is a frame, and tells its host of what is well formed", async () => {
  await tell((element) => {
    element.filters({ origin: ["JFK"] });
    element.theme({ scheme: "dark" });
    element.theme({ scheme: "light", accent: "#c02020" });
    element.export("xlsx");
  });
  await host.page.locator("#united").scrollIntoViewIfNeeded();
  await expect
    .poll(heard)
    .toEqual([
      SELECTION,
      echo("theme", { tokens: { scheme: "light", accent: "#c02020" } }),
      echo("filters", { values: { origin: ["JFK"] } }),
      echo("export", { element: "total", format: "xlsx" }),
    ]);
});

it("tells a new frame its theme, and nothing else of what it was told before", async () => {
  await host.page.locator("#united").scrollIntoViewIfNeeded();
  await expect.poll(heard).toEqual([SELECTION]);
  await tell((element) => {
    element.theme({ scheme: "dark" });
    element.refresh();
  });
  const said = [echo("theme", { tokens: { scheme: "dark" } }), echo("refresh", {})];
  await expect.poll(heard).toEqual([SELECTION, ...said]);
  await tell((element) => {
    element.filters({ origin: ["LGA"] });
    element.reload();
  });
  await expect.poll(heard).toEqual([SELECTION, ...said, SELECTION, said[0]]);
});
