import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterEach, beforeEach, expect, inject, it } from "vitest";
import { openProfile, type Profile } from "./browser.ts";
import { Contrail } from "./contrail.ts";
import { guestToken, HostPage, seesFlights, sigmaAddress } from "./hosts.ts";

const { vitrine, host, logs } = inject("addresses");
const EXPIRED = "Session expired. Reload the page.";
/** How long a token counts after it has expired, in seconds. */
const LEEWAY = 60;
const JWT = /eyJ[\w-]+\.[\w-]+\.[\w-]+/;

let profile: Profile;
beforeEach(async () => {
  profile = await openProfile();
});
afterEach(() => profile.close());

/** A page as Metabase's documentation writes it. */
function guestPage(token: string, instance = vitrine, provider = ""): string {
  return `
    <script defer src="${instance}/app/embed.js"></script>
    <script>
      window.metabaseConfig = { isGuest: true, instanceUrl: "${instance}"${provider} };
    </script>
    <metabase-dashboard token="${token}" with-title="true" with-downloads="false"></metabase-dashboard>`;
}

/** What the host's page has heard of the frame with Sigma's messages. */
async function listen(page: Page): Promise<() => Promise<Record<string, unknown>[]>> {
  await page.addInitScript(() => {
    const heard: unknown[] = [];
    Object.assign(window, { heard });
    addEventListener("message", ({ data }) => heard.push(data));
  });
  return () => page.evaluate(() => (window as unknown as { heard: Record<string, unknown>[] }).heard);
}

/** Posts to the frame as a host does that knows Sigma's messages. */
async function post(page: Page, message: object): Promise<void> {
  await page.evaluate(
    ([message, origin]) => document.querySelector("iframe")?.contentWindow?.postMessage(message, String(origin)),
    [message, vitrine],
  );
}

async function leaveAndComeBack(page: Page): Promise<void> {
  await page.goto("about:blank");
  await page.goBack();
}

it("shows a person the same rows through three doors, whatever the browser blocks", async () => {
  const contrail = await Contrail.as("delta", profile.context);
  await contrail.page.goto(`${host}/doors`);
  for (const frame of ["vitrine-dashboard iframe", "metabase-dashboard iframe", "iframe.sigma"]) {
    await seesFlights(contrail.page.frameLocator(frame), "48,110");
  }
  expect(await profile.context.cookies(vitrine)).toEqual([]);
  expect(contrail.errors).toEqual([]);
});

it("keeps three people on one page apart", async () => {
  const body = `
    ${guestPage(await guestToken("DL"))}
    <div id="united"><metabase-dashboard token="${await guestToken("UA")}"></metabase-dashboard></div>
    <iframe class="sigma" src="${await sigmaAddress("HA")}"></iframe>`;
  const page = await HostPage.open(profile.context, body);
  await seesFlights(page.frame(":not(#united) > metabase-dashboard iframe"), "48,110");
  await seesFlights(page.frame("#united iframe"), "58,665");
  await seesFlights(page.frame("iframe.sigma"), "342");
  expect(page.errors).toEqual([]);
});

it("shows a guest only the rows that the token locks, whatever the address adds", async () => {
  const token = await guestToken("DL");
  const address = (query: string) => `${vitrine}/embed/dashboard/${token}${query}`;
  const page = await profile.context.newPage();
  await page.goto(address("?origin=JFK#titled=false"));
  await page.locator('[data-element="total"]').getByText("20,701", { exact: true }).waitFor();
  await page.goto(address("?carrier=UA"));
  await page.locator('[data-element="total"]').getByText("58,665", { exact: true }).waitFor({ state: "detached" });
  expect(await page.locator("body").innerText()).not.toContain("58,665");
});

it("shows what the host's page goes on saying, and tells it what people set", async () => {
  const page = await HostPage.open(profile.context, guestPage(await guestToken("DL")));
  const frame = page.frame("metabase-dashboard iframe");
  await seesFlights(frame, "48,110");
  const say = (parameters: string) =>
    page.page.evaluate((parameters) => {
      const element = document.querySelector("metabase-dashboard");
      element?.addEventListener("parameters-change", (event) => Object.assign(window, { told: event }), { once: true });
      element?.setAttribute("parameters", parameters);
    }, parameters);
  await say('{"origin": ["JFK"]}');
  await seesFlights(frame, "20,701");
  await say("{origin: 'LGA', carrier: 'UA'}");
  await seesFlights(frame, "20,701");
  await say('{"origin": "LGA"}');
  await seesFlights(frame, "23,067");
  await frame.getByRole("group", { name: "Filters" }).getByRole("button").first().click();
  await frame.getByRole("button", { name: "Show all" }).click();
  await seesFlights(frame, "48,110");
  const told = () => page.page.evaluate(() => (window as unknown as { told?: CustomEvent }).told?.detail);
  await expect.poll(told).toMatchObject({ source: "manual-change", parameters: { origin: [] } });
  await say('{"origin": "JFK"}');
  await seesFlights(frame, "20,701");
  await say("{}");
  await seesFlights(frame, "48,110");
  expect(page.errors).toEqual([]);
});

it("gets another guest token from the host before the first one expires", async () => {
  let times = 0;
  const another = async () => {
    times += 1;
    return JSON.stringify({ jwt: await guestToken("DL") });
  };
  const body = guestPage(await guestToken("DL", 4 - LEEWAY), vitrine, ', guestEmbedProviderUri: "/sign"');
  const page = await HostPage.open(profile.context, body, { "/sign": another });
  await seesFlights(page.frame("metabase-dashboard iframe"), "48,110");
  await expect.poll(() => times, { timeout: 10_000 }).toBe(1);
  await page.page.waitForTimeout(5_000);
  await seesFlights(page.frame("metabase-dashboard iframe"), "48,110");
  expect(page.errors).toEqual([]);
});

it("says when a guest token has expired and nobody gives another", async () => {
  const page = await HostPage.open(profile.context, guestPage(await guestToken("DL", 10 - LEEWAY)));
  const frame = page.frame("metabase-dashboard iframe");
  await seesFlights(frame, "48,110");
  await frame.getByText(EXPIRED).waitFor();
  expect(await frame.locator("body").innerText()).not.toContain("48,110");
});

it("speaks Sigma's messages with a host's page", async () => {
  const page = await HostPage.open(profile.context, "<h1>Before the frame</h1>");
  const heard = await listen(page.page);
  await page.page.reload();
  await page.page.evaluate(
    (address) => {
      const frame = document.createElement("iframe");
      frame.className = "sigma";
      frame.src = address;
      document.body.append(frame);
    },
    await sigmaAddress("DL", vitrine, "&:responsive_height=true"),
  );
  await seesFlights(page.frame("iframe.sigma"), "48,110");
  await expect.poll(async () => (await heard()).map(({ type }) => type)).toContain("workbook:dataloaded");
  const types = (await heard()).map(({ type }) => type);
  expect(types[0]).toBe("workbook:loaded");
  expect(types).toContain("workbook:pageheight:onchange");

  await post(page.page, { type: "workbook:variables:update", variables: { origin: "JFK" } });
  await seesFlights(page.frame("iframe.sigma"), "20,701");
  await post(page.page, { type: "workbook:variables:list" });
  await expect
    .poll(async () => (await heard()).find(({ type }) => type === "workbook:variables:current"))
    .toMatchObject({ variables: { origin: "JFK" } });
  await post(page.page, { type: "workbook:variables:update", variables: { carrier: "UA", nothing: "x" } });
  await seesFlights(page.frame("iframe.sigma"), "20,701");
  expect(page.errors).toEqual([]);
});

it("opens Sigma's address once, and takes the token out of it", async () => {
  const page = await HostPage.open(profile.context, "<h1>Before the frame</h1>");
  const heard = await listen(page.page);
  await page.page.reload();
  await page.page.evaluate(
    (address) => {
      document.body.innerHTML = `<iframe class="sigma" src="${address}"></iframe>`;
    },
    await sigmaAddress("DL"),
  );
  await seesFlights(page.frame("iframe.sigma"), "48,110");
  const inside = page.page.frames().find((frame) => frame !== page.page.mainFrame());
  expect(inside?.url()).not.toMatch(JWT);

  await inside?.evaluate(() => location.reload()).catch(() => {});
  const frame = page.frame("iframe.sigma");
  await frame.getByText(EXPIRED).waitFor();
  expect(await frame.locator("body").innerText()).not.toContain("48,110");
  await expect
    .poll(async () => (await heard()).find(({ type }) => type === "workbook:error"))
    .toMatchObject({ code: "EINVAL", message: EXPIRED });
});

it("opens nothing when Sigma's address is loaded again, or gone back to", async () => {
  const address = await sigmaAddress("DL");
  const page = await HostPage.open(profile.context, `<iframe class="sigma" src="${address}"></iframe>`);
  const frame = page.frame("iframe.sigma");
  await seesFlights(frame, "48,110");
  for (const again of [() => page.page.reload(), leaveAndComeBack]) {
    await again(page.page);
    await frame.getByText(EXPIRED).waitFor();
    expect(await frame.locator("body").innerText()).not.toContain("48,110");
  }
});

it("prints no token", async () => {
  const body = `${guestPage(await guestToken("DL"))}<iframe class="sigma" src="${await sigmaAddress("DL")}"></iframe>`;
  const page = await HostPage.open(profile.context, body);
  await seesFlights(page.frame("metabase-dashboard iframe"), "48,110");
  await seesFlights(page.frame("iframe.sigma"), "48,110");
  const log = readFileSync(join(logs, "vitrine.log"), "utf8");
  expect(log).not.toMatch(JWT);
});
