import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { violations } from "./accessibility.ts";
import { openProfile, type Profile } from "./browser.ts";
import { host, seesOnly, TableauServer } from "./tableau/host.ts";

// Pages as Tableau's documentation writes them, in a browser that blocks third-party cookies, over TLS.

let server: TableauServer;
let profile: Profile;
beforeAll(async () => {
  server = await TableauServer.start();
});
afterAll(() => server?.stop());
beforeEach(async () => {
  profile = await openProfile({ credulous: true });
});
afterEach(() => profile.close());

/** What hosts do with an element; the library is not typed here. */
// biome-ignore lint/suspicious/noExplicitAny: as in the scripts of hosts
type Viz = any;

const viz = async (id: string, company: string, more = "", children = "", view = "Orders/main") =>
  `<tableau-viz id="${id}" src="{server}/views/${view}" token="${await server.token(company)}" ${more}>${children}</tableau-viz>`;

it("renders the page of the documentation, filters it, and gives its data", async () => {
  const body = await viz(
    "acme",
    "acme",
    'width="900" toolbar="bottom" hide-tabs onFirstInteractive="tell(event)"',
    '<viz-filter field="Status" value="paid"></viz-filter>',
  );
  const { page, frame, heard, errors } = await host(profile.context, server, body);
  await seesOnly(frame("acme"), "acme");
  await expect.poll(() => heard("acme", "firstinteractive")).toBe(1);
  expect(await page.evaluate(() => (window as Viz).told)).toEqual(["firstinteractive"]);
  await expect.poll(() => heard("acme", "firstvizsizeknown")).toBe(1);
  expect(await frame("acme").getByRole("navigation").count()).toBe(0);
  expect((await page.locator("#acme iframe").boundingBox())?.width).toBe(900);
  const total = frame("acme").locator('[data-element="total"]');

  const told = await page.locator("#acme").evaluate(async (viz: Viz) => {
    const sheet = viz.workbook.activeSheet;
    const names = sheet.worksheets.map((one: Viz) => one.name);
    const before = await sheet.getFiltersAsync();
    await sheet.clearFilterAsync("Status");
    const list = sheet.worksheets.find((one: Viz) => one.name === "All orders");
    const all = await list.getSummaryDataAsync();
    await sheet.applyFilterAsync("Status", ["open"], (window as Viz).FilterUpdateType.Replace);
    const reader = await list.getSummaryDataReaderAsync();
    const open = await reader.getAllPagesAsync();
    const statuses = open.data.map((row: Viz) => row[1].value);
    const refused = await viz.workbook.saveCustomViewAsync("x").catch((problem: Viz) => problem.errorCode);
    return {
      names,
      applied: before[0].appliedValues[0].value,
      all: all.totalRowCount,
      statuses,
      refused,
      sheet: sheet.name,
    };
  });
  expect(told).toMatchObject({
    names: ["Orders", "Amount", "All orders"],
    applied: "paid",
    refused: "not_supported",
    sheet: "Main",
  });
  expect(new Set(told.statuses)).toEqual(new Set(["open"]));
  expect(told.all).toBeGreaterThan(told.statuses.length);
  await expect.poll(() => heard("acme", "filterchanged")).toBe(2);
  // A row of the list is an order.
  await expect.poll(() => total.innerText()).toBe(`Orders\n\n${told.statuses.length}`);
  await page.locator("#acme").evaluate((viz: Viz) => viz.undoAsync());
  await expect.poll(() => total.innerText()).toBe(`Orders\n\n${told.all}`);
  expect(
    await page
      .locator("#acme")
      .evaluate((viz: Viz) => viz.workbook.activateSheetAsync("Second").then((sheet: Viz) => sheet.name)),
  ).toBe("Second");
  await frame("acme").locator('[data-element="by_month"]').waitFor();
  await expect.poll(() => heard("acme", "tabswitched")).toBe(1);
  expect(await profile.context.cookies()).toEqual([]);
  const inner = page.frames().find((one) => one.url().startsWith(server.address));
  expect(inner?.url()).not.toContain("eyJ");
  if (inner) expect(await violations({ frame: inner })).toEqual([]);
  expect(errors).toEqual([]);
});

it("shows two people on one page their own rows", async () => {
  const body = (await viz("acme", "acme")) + (await viz("globex", "globex"));
  const { frame, errors } = await host(profile.context, server, body);
  await seesOnly(frame("acme"), "acme");
  await seesOnly(frame("globex"), "globex");
  expect(errors).toEqual([]);
});

it("shows another person when the token changes, and nobody when the new one is refused", async () => {
  const { page, frame, failure, heard, set } = await host(profile.context, server, await viz("viz", "acme"));
  await seesOnly(frame("viz"), "acme");
  await set("viz", "token", await server.token("globex"));
  await seesOnly(frame("viz"), "globex");
  await expect.poll(() => heard("viz", "firstinteractive")).toBe(2);

  for (const [change, code, reason] of [
    [{ sub: "nobody@acme" }, 16, "unknown_user"],
    [{ exp: Math.round(Date.now() / 1000) - 60 }, 10084, "token_expired"],
    [{ aud: "other" }, 10084, "audience_refused"],
  ] as const) {
    await set("viz", "token", await server.token("acme", change));
    await expect.poll(() => failure("viz")).toMatchObject({ errorCode: code, reason });
    const text = await frame("viz").locator("body").innerText();
    expect(text).not.toContain("CNRY_");
    await set("viz", "token", await server.token("globex"));
    await seesOnly(frame("viz"), "globex");
  }
  await set("viz", "token", "not.a.token");
  await expect.poll(() => failure("viz")).toMatchObject({ errorCode: 10083, reason: "issuer_missing" });
  expect(await page.locator("#viz iframe").count()).toBe(0);
  for (const inner of page.frames())
    expect(await inner.evaluate(() => document.body?.innerText ?? "")).not.toContain("CNRY_");
}, 90_000);

it("says that a session is over, takes its rows away, and goes on with a new token", async () => {
  const { page: opened, frame, failure, set, heard } = await host(profile.context, server, "<main></main>");
  await opened.clock.install();
  await opened.locator("main").evaluate(
    (main, html) => {
      main.innerHTML = html;
    },
    (await viz("viz", "acme")).replaceAll("{server}", server.address),
  );
  await seesOnly(frame("viz"), "acme");
  await opened.clock.fastForward(50_000);
  await opened.clock.fastForward(12_000);
  await expect.poll(() => failure("viz")).toMatchObject({ reason: "session_expired" });
  await frame("viz").getByText("Session expired").first().waitFor();
  expect(await frame("viz").locator("body").innerText()).not.toContain("CNRY_");
  await set("viz", "token", await server.token("acme"));
  await seesOnly(frame("viz"), "acme");
  expect(await heard("viz", "vizloaderror")).toBe(1);
});

it("says what is wrong with the page that has it", async () => {
  const { page, failure, set } = await host(
    profile.context,
    server,
    '<tableau-viz id="viz" src="{server}/views/Orders/main"></tableau-viz>',
  );
  await expect.poll(() => failure("viz")).toMatchObject({ reason: "token_missing" });
  await set("viz", "token", await server.token("acme"));
  await page.locator("#viz").frameLocator("iframe").locator('[data-element="list"]').waitFor();
  await set("viz", "src", `${server.address}/dashboards/3`);
  await expect.poll(() => failure("viz")).toMatchObject({ reason: "src_invalid" });
  expect(await page.locator("#viz iframe").count()).toBe(0);
  await set("viz", "token", await server.token("acme"));
  await set("viz", "src", `${server.address}/views/Orders/none`);
  await expect.poll(() => failure("viz")).toMatchObject({ reason: "not_found" });
});
