import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from "vitest";
import { openProfile, type Profile } from "./browser.ts";
import { type Server, startServer } from "./process.ts";

// The example of a host that was written for Looker, in Python, beside the demo.

let host: Server;
let profile: Profile;
beforeAll(async () => {
  const { vitrine, pages, logs } = inject("addresses");
  const env = {
    PORT: new URL(pages).port,
    LOOKER_URL: vitrine,
    LOOKER_SECRET_FILE: join(logs, "data/secrets/contrail-looker"),
  };
  const script = fileURLToPath(new URL("../../examples/host-looker/host.py", import.meta.url));
  host = await startServer("python3", [script], { env, log: join(logs, "host-looker.log") });
});
afterAll(() => host?.stop());
beforeEach(async () => {
  profile = await openProfile();
});
afterEach(() => profile.close());

it("shows each of its people their own flights, and hears when they are there", async () => {
  const page = await profile.context.newPage();
  for (const [person, flights] of [
    ["delta", "48,110"],
    ["jetblue", "54,635"],
  ]) {
    await page.goto(`${host.address}/?person=${person}`);
    const total = page.frameLocator("iframe").locator('[data-element="total"]');
    await total.getByText(`${flights}`).waitFor();
    await expect
      .poll(() => page.locator("output").innerText(), { timeout: 20_000 })
      .toBe("Flights from New York, 2013: complete");
  }
  expect((await page.goto(`${host.address}/?person=nobody`))?.status()).toBe(404);
});
