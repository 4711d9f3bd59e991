import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from "vitest";
import { openProfile, type Profile } from "./browser.ts";
import { edited, guestToken, seesFlights } from "./hosts.ts";
import { type Server, startServer } from "./process.ts";

// The example of a host that was written for Metabase, in Python, beside the demo.

const pictures = fileURLToPath(new URL("../../build/screenshots", import.meta.url));
const FRAME = "metabase-dashboard iframe";
/** How long ago a token of guests expired that no longer counts, in seconds. */
const TOO_LATE = 61;

let host: Server;
let profile: Profile;
let page: Page;
beforeAll(async () => {
  const { vitrine, pages, logs } = inject("addresses");
  const env = {
    PORT: new URL(pages).port,
    METABASE_URL: vitrine,
    METABASE_SECRET_FILE: join(logs, "data/secrets/contrail-metabase"),
  };
  const script = fileURLToPath(new URL("../../examples/host-metabase/host.py", import.meta.url));
  host = await startServer("python3", [script], { env, log: join(logs, "host-metabase.log") });
});
afterAll(() => host?.stop());
beforeEach(async () => {
  profile = await openProfile();
  page = await profile.context.newPage();
});
afterEach(() => profile.close());

/** Gives the element of the host's page another token. */
async function giveToken(change: (token: string) => string): Promise<void> {
  const element = page.locator("metabase-dashboard");
  const token = change((await element.getAttribute("token")) ?? "");
  await element.evaluate((element, token) => element.setAttribute("token", token), token);
}

it("shows each of its people their own flights, and hears what they choose", async () => {
  for (const [person, flights] of [
    ["delta", "48,110"],
    ["jetblue", "54,635"],
  ] as const) {
    await page.goto(`${host.address}/?person=${person}`);
    await seesFlights(page.frameLocator(FRAME), flights);
  }
  await page.frameLocator(FRAME).getByRole("img", { name: "Flights by month. Area chart" }).waitFor();
  await page.screenshot({ path: `${pictures}/host-metabase.png`, fullPage: true });
  const frame = page.frameLocator(FRAME);
  await frame.getByRole("group", { name: "Filters" }).getByRole("button").first().click();
  await frame.getByRole("option", { name: "JFK" }).click();
  await seesFlights(frame, "42,076");
  await expect.poll(() => page.locator("output").innerText(), { timeout: 20_000 }).toBe("JFK");
  expect((await page.goto(`${host.address}/?person=nobody`))?.status()).toBe(404);
});

it("signs another token for its person when the page has one that is too old", async () => {
  const asked: string[] = [];
  page.on("request", (request) => {
    if (request.url().startsWith(`${host.address}/guest-token`)) asked.push(request.url());
  });
  await page.goto(`${host.address}/?person=jetblue`);
  await seesFlights(page.frameLocator(FRAME), "54,635");
  expect(asked).toEqual([]);
  const old = await guestToken("B6", -TOO_LATE);
  await giveToken(() => old);
  await expect.poll(() => asked, { timeout: 20_000 }).toEqual([`${host.address}/guest-token?person=jetblue`]);
  await seesFlights(page.frameLocator(FRAME), "54,635");
});

it("shows nobody's flights with a token that has been changed, in a frame or without one", async () => {
  const { vitrine } = inject("addresses");
  const forge = (token: string) => edited(token, (claims) => ({ ...claims, params: { carrier: "B6" } }));
  await page.goto(host.address);
  await seesFlights(page.frameLocator(FRAME), "48,110");
  const framed = page.waitForResponse(`${vitrine}/embed/dashboard/**`);
  await giveToken(forge);
  expect((await (await framed).headerValue("content-security-policy")) ?? "").toContain("frame-ancestors 'none'");
  await page.frameLocator(FRAME).locator('[data-element="total"]').waitFor({ state: "detached" });

  await page.goto(host.address);
  const token = (await page.locator("metabase-dashboard").getAttribute("token")) ?? "";
  await page.goto(`${vitrine}/embed/dashboard/${forge(token)}`);
  await page.getByText("Session expired. Reload the page.").waitFor();
  const shown = await page.locator("body").innerText();
  for (const flights of ["48,110", "54,635"]) expect(shown).not.toContain(flights);
});

it("signs for no other dashboard", async () => {
  const body = JSON.stringify({ entityType: "dashboard", entityId: 2 });
  const response = await fetch(`${host.address}/guest-token?person=delta`, { method: "POST", body });
  expect(response.status).toBe(403);
});
