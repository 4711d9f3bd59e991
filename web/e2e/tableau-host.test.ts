import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from "vitest";
import { openProfile, type Profile } from "./browser.ts";
import { run, type Server, startServer } from "./process.ts";
import { binary } from "./rig.ts";

// The example of a host that was written for Tableau, in Python, beside the demo.

const pictures = fileURLToPath(new URL("../../build/screenshots", import.meta.url));

let host: Server;
let profile: Profile;
beforeAll(async () => {
  const { vitrine, pages, logs } = inject("addresses");
  const secret = join(logs, "data/secrets/contrail-tableau");
  const env = {
    PORT: new URL(pages).port,
    TABLEAU_URL: vitrine,
    TABLEAU_SECRET_FILE: secret,
    TABLEAU_SECRET_ID: (await run(binary, ["token", "secret-id", secret])).trim(),
  };
  const script = fileURLToPath(new URL("../../examples/host-tableau/host.py", import.meta.url));
  host = await startServer("python3", [script], { env, log: join(logs, "host-tableau.log") });
});
afterAll(() => host?.stop());
beforeEach(async () => {
  profile = await openProfile();
});
afterEach(() => profile.close());

it("shows each manager their own region, and one from elsewhere a blank view", async () => {
  const page = await profile.context.newPage();
  for (const [person, sales] of [
    ["fred", "82,985"],
    ["sawdie", "145,395"],
  ]) {
    await page.goto(`${host.address}/?person=${person}`);
    await page.frameLocator("tableau-viz iframe").locator('[data-element="total"]').getByText(`${sales}`).waitFor();
    await expect.poll(() => page.locator("output").innerText(), { timeout: 20_000 }).toBe("Overview");
  }
  await page.screenshot({ path: `${pictures}/host-tableau.png` });
  await page.goto(`${host.address}/?person=nora`);
  await expect.poll(() => page.locator("output").innerText(), { timeout: 20_000 }).toBe("Overview");
  const blank = await page.frameLocator("tableau-viz iframe").locator("body").innerText();
  for (const name of ["South", "West", "Fred", "Sawdie"]) expect(blank).not.toContain(name);
  expect((await page.goto(`${host.address}/?person=nobody`))?.status()).toBe(404);
});
