import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { violations } from "./accessibility.ts";
import { openProfile, type Profile } from "./browser.ts";
import { type Host, host, LookerServer, seesOnly } from "./looker/host.ts";

// Explores and looks, with Looker's own SDK for pages, unmodified.

const EXPLORER = ["access_data", "see_looks", "see_user_dashboards", "explore"];
const PATIENCE = { timeout: 20_000 };
const NOTES = "/embed/explore/shop/orders?fields=orders.note,orders.orders&f[orders.status]=paid&limit=50";

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

const opened = (company: string, permissions = EXPLORER) =>
  host(profile.context, server, 600, permissions).then(async (it) => {
    await it.page.evaluate((company) => (window as unknown as Host).signed(company), company);
    return it;
  });

/** The parameters of the address that the last event of a name told. */
function parametersOf(events: object[]): Record<string, string> {
  const { explore } = events.at(-1) as { explore: { url: string; absoluteUrl: string } };
  expect(explore.absoluteUrl).toBe(server.address + explore.url);
  return Object.fromEntries(new URL(explore.absoluteUrl).searchParams);
}

it("opens an explore that is signed, filtered by its address, with one's own rows", async () => {
  const { page, embed, heard, frame, errors } = await opened("acme");
  await embed("acme", "#acme", true, NOTES);
  const shown = frame("#acme");
  await seesOnly(shown, "acme", ".answer");
  await expect.poll(async () => (await heard("explore:run:complete")).length, PATIENCE).toBe(1);
  expect((await heard("page:changed")).at(-1)).toMatchObject({ page: { type: "explore" } });
  expect([(await heard("explore:ready")).length, (await heard("explore:run:start")).length]).toEqual([1, 1]);
  // Orders of acme that are paid: six of eighteen.
  await shown.locator('[aria-rowcount="7"]').waitFor();
  expect(await shown.getByText("Save as a workbook").count(), "without the permission").toBe(0);
  const [inner] = page.frames().filter((one) => one.url().includes("/embed/explore/"));
  expect(inner && (await violations({ frame: inner }))).toEqual([]);

  // The host changes a filter and runs it, in this order.
  await page.evaluate(() => {
    const explore = (window as unknown as Host).connection.asExploreConnection();
    explore.updateFilters({ "orders.status": "paid,%hip%", "orders.day": "2026" });
    explore.run();
  });
  await shown.locator('[aria-rowcount="13"]').waitFor();
  expect(parametersOf(await heard("explore:state:changed"))).toMatchObject({
    "f[orders.status]": "paid,%hip%",
    "f[orders.day]": "2026",
    fields: "orders.note,orders.orders",
    limit: "50",
    sdk: "3",
  });
  await expect.poll(async () => (await heard("explore:run:complete")).length, PATIENCE).toBe(2);
  expect(errors).toEqual([]);
});

it("lets somebody choose fields and write filters, and says what is wrong with one", async () => {
  const { embed, heard, frame } = await opened("globex");
  await embed("globex", "#globex", true, "/embed/explore/shop/orders");
  const shown = frame("#globex");
  await shown.getByText("Choose fields").waitFor();
  expect(await heard("explore:run:start")).toEqual([]);
  for (const field of ["orders", "note"]) await shown.getByLabel(field, { exact: true }).first().check();
  expect(parametersOf(await heard("explore:state:changed")).fields).toBe("orders.note,orders.orders");
  await shown.getByLabel("Add a filter").selectOption("day");
  const filter = shown.getByRole("textbox", { name: "day" });
  await filter.fill("sometime");
  await filter.press("Enter");
  await shown.getByRole("alert").getByText("`sometime`: expected days").waitFor();
  await filter.fill("2026-01 to 2026-03, 2026-03");
  await shown.getByRole("button", { name: "Run" }).click();
  await seesOnly(shown, "globex", ".answer");
  expect(parametersOf(await heard("explore:state:changed"))["f[orders.day]"]).toBe("2026-01 to 2026-03, 2026-03");

  // What is loaded again asks what was asked last.
  await shown.locator("body").evaluate((body) => {
    body.id = "before";
    location.reload();
  });
  await shown.locator("body:not(#before)").waitFor();
  await seesOnly(shown, "globex", ".answer");
  expect(await shown.getByRole("textbox", { name: "day" }).inputValue()).toBe("2026-01 to 2026-03, 2026-03");
});

it("asks the query whose id an address names, and goes on from there", async () => {
  const fields = ["orders.note", "orders.orders"];
  const query = { model: "shop", view: "orders", fields, filters: { "orders.status": "paid" }, limit: "50" };
  const { id } = await server.api("POST", "/queries", query);
  const { page, embed, heard, frame } = await opened("acme");
  await embed("acme", "#acme", true, `/embed/query/shop/orders?qid=${id}`);
  const shown = frame("#acme");
  await seesOnly(shown, "acme", ".answer");
  await shown.locator('[aria-rowcount="7"]').waitFor();
  await page.evaluate(() => {
    const explore = (window as unknown as Host).connection.asExploreConnection();
    explore.updateFilters({ "orders.status": "paid,%hip%" });
    explore.run();
  });
  await shown.locator('[aria-rowcount="13"]').waitFor();
  expect(parametersOf(await heard("explore:state:changed"))).toMatchObject({ fields: fields.join(","), limit: "50" });
});

it("saves what was asked as a workbook, for whoever came with the permission", async () => {
  const { page, embed, heard, frame } = await opened("acme", [...EXPLORER, "save_content"]);
  await embed("acme", "#acme", true, NOTES);
  const shown = frame("#acme");
  await seesOnly(shown, "acme", ".answer");
  await shown.getByText("Save as a workbook").click();
  await shown.getByLabel("Name").fill("Paid orders");
  expect(await shown.getByLabel("Where").locator("option").allTextContents()).toEqual(["Shop / Daily"]);
  await shown.getByRole("button", { name: "Save" }).click();
  await shown.getByText("Saved as Paid orders.").waitFor();
  const [saved] = (await heard("dashboard:save:complete")) as { dashboard: { title: string; id: string } }[];
  expect(saved?.dashboard).toMatchObject({ title: "Paid orders", id: expect.stringMatching(/^paid-orders-/) });
  const [inner] = page.frames().filter((one) => one.url().includes("/embed/explore/"));
  expect(inner && (await violations({ frame: inner }))).toEqual([]);
  await page.evaluate((id) => (window as unknown as Host).connection.loadDashboard(id), saved?.dashboard.id ?? "");
  await shown.getByRole("heading", { name: "Paid orders" }).first().waitFor();
  await shown.locator('[aria-rowcount="7"]').waitFor();
});

it("is as if it were absent for whoever may not explore, and says so to the host that loads it", async () => {
  const { page, embed, frame } = await host(profile.context, server, 600);
  await page.evaluate(() => (window as unknown as Host).signed("acme"));
  await embed("acme", "#acme");
  await seesOnly(frame("#acme"), "acme");
  const refused = await page.evaluate(() =>
    (window as unknown as Host).connection.loadExplore("shop/orders").then(
      () => "loaded",
      (problem) => String(problem?.message ?? problem),
    ),
  );
  expect(refused).toContain("could not be found");
  await seesOnly(frame("#acme"), "acme");
});

it("turns from a dashboard to an explore and back, and lets the browser go back where the host says so", async () => {
  const { page, embed, heard, frame } = await opened("acme");
  await embed("acme", "#acme");
  await seesOnly(frame("#acme"), "acme");
  const before = await page.evaluate(() => history.length);
  await page.evaluate((url) => (window as unknown as Host).connection.loadUrl({ url, pushHistory: true }), NOTES);
  await seesOnly(frame("#acme"), "acme", ".answer");
  expect((await heard("page:changed")).at(-1)).toMatchObject({ page: { type: "explore" } });
  expect(await page.evaluate(() => history.length)).toBe(before + 1);
  await page.evaluate(() => (window as unknown as Host).connection.loadDashboard("orders"));
  await seesOnly(frame("#acme"), "acme");
  expect(await page.evaluate(() => history.length), "what is not pushed takes the place of what was").toBe(before + 1);
});

it("opens a look, filters it by a field and runs it", async () => {
  const { page, embed, heard, frame } = await opened("globex");
  await embed("globex", "#globex", true, "/embed/looks/11?f[orders.status]=paid");
  const shown = frame("#globex");
  await seesOnly(shown, "globex");
  await shown.locator('[aria-rowcount="7"]').waitFor();
  expect((await heard("look:ready")).at(-1)).toMatchObject({ look: { id: "11" } });
  await expect.poll(async () => (await heard("look:run:complete")).length, PATIENCE).toBe(1);

  await page.evaluate(() => {
    const look = (window as unknown as Host).connection.asLookConnection();
    look.updateFilters({ "orders.status": "paid,open" });
    look.run();
  });
  await shown.locator('[aria-rowcount="13"]').waitFor();
  await expect.poll(async () => (await heard("look:state:changed")).length, PATIENCE).toBeGreaterThan(0);
  expect((await heard("look:run:start")).at(-1)).toMatchObject({ look: { id: "11" } });

  // What a control cannot hold changes nothing.
  await page.evaluate(() => {
    (window as unknown as Host).connection.asLookConnection().updateFilters({ "orders.status": "-paid" });
  });
  await expect.poll(async () => (await heard("look:state:changed")).length, PATIENCE).toBeGreaterThan(1);
  await shown.locator('[aria-rowcount="13"]').waitFor();
  await seesOnly(shown, "globex");
});
