import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from "vitest";
import type { VitrineElement } from "../sdk/v1.ts";
import { openProfile, type Profile } from "./browser.ts";
import { ExamplePage, serveExample, Workshop } from "./examples.ts";
import { seesFlights } from "./hosts.ts";
import type { Server } from "./process.ts";

const PAGE = fileURLToPath(new URL("hosts/elements", import.meta.url));
/** How tall an element is before it has a frame: 30rem. */
const PLACE = 480;

let workshop: Workshop;
let server: Server;
let profile: Profile;
let host: ExamplePage;
beforeAll(async () => {
  workshop = new Workshop();
  server = await serveExample(workshop.copy(PAGE, "elements"));
});
afterAll(async () => {
  await server?.stop();
  workshop?.close();
});
beforeEach(async () => {
  profile = await openProfile();
  host = await ExamplePage.open(profile.context);
  await seesFlights(host.inside("#delta"), "48,110");
});
afterEach(() => profile.close());

/** What the page has heard of a type. */
async function heard(type: string): Promise<{ id: string }[]> {
  const all = await host.page.evaluate(() => (window as unknown as { heard: { type: string; id: string }[] }).heard);
  return all.filter((event) => event.type === type);
}

/** Does something with one of the elements, in the page. */
function tell(person: "delta" | "united", act: (element: VitrineElement) => void): Promise<void> {
  return host.page.locator(`#${person}`).evaluate(act as (element: HTMLElement | SVGElement) => void);
}

it("shows three people one element each, and asks for no code before an element comes near", async () => {
  expect(host.asked).toEqual(["delta"]);
  expect(host.page.frames()).toHaveLength(2);
  expect((await host.page.locator("#united").boundingBox())?.height).toBe(PLACE);
  await host.page.locator("#united").scrollIntoViewIfNeeded();
  await seesFlights(host.inside("#united"), "58,665");
  expect(host.asked).toEqual(["delta", "united"]);
  await host.page.locator("#hawaiian").scrollIntoViewIfNeeded();
  await seesFlights(host.inside("#hawaiian"), "342");
  expect(host.asked).toEqual(["delta", "united", "hawaiian"]);
  await seesFlights(host.inside("#delta"), "48,110");
  expect(host.errors).toEqual([]);
});

it("goes on waiting when it is told to reload or to show something else, and not when it is no longer lazy", async () => {
  await tell("united", (element) => element.reload());
  await tell("united", (element) => element.setAttribute("element", "distance"));
  await tell("united", (element) => element.setAttribute("element", "total"));
  // Frames and observers have had their turn.
  await host.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  expect(await host.frames("#united")).toBe(0);
  await tell("united", (element) => element.removeAttribute("loading"));
  await seesFlights(host.inside("#united"), "58,665");
  expect(host.asked).toEqual(["delta", "united"]);
});

it("stays where it is when only its title or its way of loading changes", async () => {
  const frame = host.page.locator("#delta").locator("iframe");
  const before = await frame.elementHandle();
  await tell("delta", (element) => {
    element.title = "Flights of Delta";
    element.setAttribute("loading", "lazy");
  });
  expect(await frame.getAttribute("title")).toBe("Flights of Delta");
  expect(await frame.getAttribute("allow")).toBe("fullscreen; clipboard-write");
  expect(await frame.evaluate((now, before) => now === before, before)).toBe(true);
  expect(host.asked).toEqual(["delta"]);
});

it("is as tall as its content, or fills what the host gives it", async () => {
  const frame = host.page.locator("#delta").locator("iframe");
  const height = () => frame.evaluate((element) => element.getBoundingClientRect().height);
  await expect.poll(() => frame.evaluate((element) => element.style.height)).toMatch(/px$/);
  await tell("delta", (element) => {
    element.style.height = "777px";
    element.setAttribute("height", "fill");
  });
  expect(await height()).toBe(777);
  await tell("delta", (element) => element.removeAttribute("height"));
  expect(await height()).not.toBe(777);
});

it("is one element of its page, without the others", async () => {
  const { vitrine } = inject("addresses");
  const address = `${vitrine}/e/flights/overview?key=contrail-web&element=total`;
  expect(await host.page.locator("#delta").locator("iframe").getAttribute("src")).toBe(address);
  expect(await host.inside("#delta").locator("[data-element]").count()).toBe(1);
});

it("tells its host what its viewer selects", async () => {
  await tell("delta", (element) => element.setAttribute("element", "aircraft"));
  await host.inside("#delta").getByRole("gridcell").first().click();
  await expect
    .poll(() => heard("vitrine-select"))
    .toMatchObject([{ id: "delta", element: "aircraft", values: { airline: "Delta Air Lines Inc." } }]);
});

it("looks as its host says, also in a new frame, and says which tokens it does not know", async () => {
  const scheme = () =>
    host
      .inside("#delta")
      .locator("html")
      .evaluate((root) => getComputedStyle(root).colorScheme);
  await tell("delta", (element) => element.theme({ scheme: "dark", accent: "#c02020" }));
  await expect.poll(scheme).toBe("dark");
  await tell("delta", (element) => element.reload());
  await seesFlights(host.inside("#delta"), "48,110");
  await expect.poll(scheme).toBe("dark");
  await tell("delta", (element) => element.theme({ glitter: "much" }));
  await expect.poll(() => heard("vitrine-error")).toMatchObject([{ id: "delta" }]);
});

it("saves itself as a file when its host says so", async () => {
  const [download] = await Promise.all([
    host.page.waitForEvent("download"),
    tell("delta", (element) => element.export("csv")),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.csv$/);
  expect((await (await download.createReadStream()).toArray()).join("")).toContain("48110");
});
