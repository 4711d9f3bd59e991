import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from "vitest";
import { openProfile, type Profile } from "./browser.ts";
import { edited, seesFlights } from "./hosts.ts";
import { type Server, startServer } from "./process.ts";

// The example of a host that was written for Sigma, in Python, beside the demo.

const pictures = fileURLToPath(new URL("../../build/screenshots", import.meta.url));

let host: Server;
let profile: Profile;
beforeAll(async () => {
  const { vitrine, pages, logs } = inject("addresses");
  const env = {
    PORT: new URL(pages).port,
    SIGMA_URL: vitrine,
    SIGMA_SECRET_FILE: join(logs, "data/secrets/contrail-sigma"),
  };
  const script = fileURLToPath(new URL("../../examples/host-sigma/host.py", import.meta.url));
  host = await startServer("python3", [script], { env, log: join(logs, "host-sigma.log") });
});
afterAll(() => host?.stop());
beforeEach(async () => {
  profile = await openProfile();
});
afterEach(() => profile.close());

/** Waits until the host has heard something of its frame. */
async function hears(page: Page, what: string): Promise<void> {
  await expect.poll(() => page.locator("output").innerText(), { timeout: 20_000 }).toBe(what);
}

/** A page of the host's whose frame has been given another address. */
async function withAddress(address: string): Promise<Page> {
  const page = await profile.context.newPage();
  await page.goto(`${host.address}/?person=jetblue`);
  await seesFlights(page.frameLocator("iframe"), "54,635");
  await page.locator("iframe").evaluate((frame, address) => frame.setAttribute("src", address), address);
  return page;
}

/** The address that the host gives to somebody, before any frame has taken it. */
async function addressOf(person: string): Promise<string> {
  const page = await (await fetch(`${host.address}/?person=${person}`)).text();
  return (/<iframe [^>]*src="([^"]*)"/.exec(page)?.[1] ?? "").replaceAll("&amp;", "&");
}

it("shows each of its people their own flights, and hears when they are there", async () => {
  const page = await profile.context.newPage();
  for (const [person, flights] of [
    ["delta", "48,110"],
    ["jetblue", "54,635"],
  ] as const) {
    await page.goto(`${host.address}/?person=${person}`);
    await seesFlights(page.frameLocator("iframe"), flights);
    await hears(page, "loaded");
    await expect.poll(() => page.locator("iframe").evaluate((frame) => frame.style.height)).toMatch(/px$/);
  }
  await page.frameLocator("iframe").getByRole("img", { name: "Flights by month. Area chart" }).waitFor();
  await page.screenshot({ path: `${pictures}/host-sigma.png`, fullPage: true });
  expect((await page.goto(`${host.address}/?person=nobody`))?.status()).toBe(404);
});

it("is told when a token has been used, and shows nothing", async () => {
  const address = await addressOf("delta");
  await seesFlights((await withAddress(address)).frameLocator("iframe"), "48,110");
  const again = await withAddress(address);
  await hears(again, "EINVAL: Session expired. Reload the page.");
  expect(await again.frameLocator("iframe").locator("body").innerText()).not.toContain("48,110");
});

it("is told when a token has been changed, and shows nobody's flights", async () => {
  const address = await addressOf("delta");
  const change = (claims: Record<string, unknown>) => ({ ...claims, user_attributes: { carrier: "B6" } });
  const page = await withAddress(address.replace(/(?<=:jwt=)[^&]+/, (token) => edited(token, change)));
  await hears(page, "EINVAL: Invalid embed request.");
  const shown = await page.frameLocator("iframe").locator("body").innerText();
  for (const flights of ["48,110", "54,635"]) expect(shown).not.toContain(flights);
  // Nobody has come with the token that was changed, so it still counts.
  await seesFlights((await withAddress(address)).frameLocator("iframe"), "48,110");
});
