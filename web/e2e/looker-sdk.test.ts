import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { openProfile, type Profile } from "./browser.ts";
import { type Host, host, LookerServer, seesOnly } from "./looker/host.ts";

// Looker's own SDK for pages, unmodified, in a browser that blocks third-party cookies, over TLS: it knows nothing else.

let server: LookerServer;
let profile: Profile;
beforeAll(async () => {
  server = await LookerServer.start();
});
afterAll(() => server?.stop());
beforeEach(async () => {
  profile = await openProfile({ credulous: true });
});
afterEach(() => profile.close());

it("opens a signed dashboard, filters it and runs it, and opens it again in a later frame", async () => {
  const { page, embed, heard, frame, errors } = await host(profile.context, server, 600);
  await page.evaluate(() => (window as unknown as Host).signed("acme"));
  await embed("acme", "#acme");
  await seesOnly(frame("#acme"), "acme");
  await expect.poll(() => heard("dashboard:run:complete")).toMatchObject([{ status: "complete" }]);
  const [complete] = await heard("dashboard:run:complete");
  expect(complete).toMatchObject({ dashboard: { id: "orders", canEdit: false } });

  await page.evaluate(() => {
    const dashboard = (window as unknown as Host).connection.asDashboardConnection();
    dashboard.updateFilters({ Status: "paid" });
    dashboard.run();
  });
  await expect
    .poll(async () => (await heard("dashboard:filters:changed")).at(-1))
    .toMatchObject({
      dashboard: { dashboard_filters: { Status: "paid" } },
    });
  await expect.poll(async () => (await heard("dashboard:run:complete")).length).toBeGreaterThan(1);

  // The SDK logs in once for each page of a host's: what comes later rides on the cookie of that login.
  await embed("acme", "#later");
  await seesOnly(frame("#later"), "acme");
  const loaded = page.evaluate(() => (window as unknown as Host).connection.loadDashboard("orders"));
  await loaded;
  await seesOnly(frame("#later"), "acme");
  expect(errors).toEqual([]);
});

it("shows two people in two frames of one page their own rows, and nobody's in a third one", async () => {
  const { page, embed, frame } = await host(profile.context, server, 600);
  for (const company of ["acme", "globex"]) {
    await page.evaluate((company) => (window as unknown as Host).signed(company), company);
    await embed(company, `#${company}`);
  }
  await seesOnly(frame("#acme"), "acme");
  await seesOnly(frame("#globex"), "globex");
  await embed("acme", "#later", false);
  await frame("#later").getByText("Session expired").first().waitFor();
  expect(await frame("#later").locator("body").innerText()).not.toContain("CNRY_");
});

it("opens a dashboard without cookies, asks for tokens again in time, and says when the session is over", async () => {
  const { page, embed, heard, frame, renewals } = await host(profile.context, server, 15);
  await page.evaluate(() => (window as unknown as Host).cookieless("acme"));
  await embed("acme", "#acme");
  await seesOnly(frame("#acme"), "acme");
  expect(await profile.context.cookies()).toEqual([]);
  // A later frame has no login: its address says of which session it is.
  await embed("acme", "#later");
  await seesOnly(frame("#later"), "acme");
  await expect.poll(renewals, { timeout: 20_000 }).toBeGreaterThan(0);
  await seesOnly(frame("#acme"), "acme");
  await expect.poll(async () => (await heard("session:expired")).length, { timeout: 30_000 }).toBeGreaterThan(0);
  await frame("#acme").getByText("Session expired").first().waitFor();
  expect(await frame("#acme").locator("body").innerText()).not.toContain("CNRY_");
});

it("says when a signed session is over, and takes its rows away", async () => {
  const { page, embed, heard, frame } = await host(profile.context, server, 8);
  await page.evaluate(() => (window as unknown as Host).signed("globex"));
  await embed("globex", "#globex");
  await seesOnly(frame("#globex"), "globex");
  await expect.poll(async () => (await heard("session:expired")).length, { timeout: 20_000 }).toBe(1);
  expect(await frame("#globex").locator("body").innerText()).not.toContain("CNRY_");
});
