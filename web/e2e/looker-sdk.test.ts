import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FrameLocator } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from "vitest";
import { openProfile, type Profile } from "./browser.ts";
import { HostPage } from "./hosts.ts";
import { withLookerKey } from "./looker/keys.ts";
import { Office } from "./office.ts";
import { serve } from "./rig.ts";
import { Tls } from "./tls.ts";

// Looker's own SDK for pages, unmodified, in a browser that blocks third-party cookies, over TLS: it knows nothing else.

const SDK = join(fileURLToPath(import.meta.resolve("@looker/embed-sdk")), "../../dist/main.js");

let tls: Tls;
let office: Office;
let token: string;
let profile: Profile;
beforeAll(async () => {
  tls = await Tls.listen();
  const publicly = (data: string, log: string) => serve(data, log, { VITRINE_PUBLIC_URL: tls.address });
  office = await Office.start(withLookerKey, publicly, tls.address);
  tls.standBefore(office.address);
  const { id, secret } = await office.credential("root@portal.example");
  const form = new URLSearchParams({ client_id: id, client_secret: secret });
  const login = await fetch(`${office.address}/api/4.0/login`, { method: "POST", body: form });
  token = ((await login.json()) as { access_token: string }).access_token;
});
afterAll(async () => {
  await office?.stop();
  tls?.close();
});
beforeEach(async () => {
  profile = await openProfile({ credulous: true });
});
afterEach(() => profile.close());

/** What a host's back end asks of Looker's API. */
async function api(method: string, path: string, body: object): Promise<Record<string, unknown>> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const response = await fetch(`${office.address}/api/4.0${path}`, { method, headers, body: JSON.stringify(body) });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(JSON.stringify(answer));
  return answer;
}

/** A buyer of a company, for so many seconds. */
function buyer(company: string, seconds: number): object {
  return {
    session_length: seconds,
    external_user_id: `bea of ${company}`,
    permissions: ["access_data", "see_looks", "see_user_dashboards"],
    models: ["shop"],
    group_ids: ["Buyers"],
    external_group_id: company,
    user_attributes: { company },
  };
}

/** The host: who is logged in there is in the address of the question. Its page loads the SDK and keeps what it hears. */
async function host(seconds: number) {
  let reference: unknown;
  let renewals = 0;
  const parameter = ({ url }: IncomingMessage, name: string) =>
    new URL(url ?? "", "http://host").searchParams.get(name);
  const answers = {
    "/sdk.js": () => readFileSync(SDK, "utf8"),
    "/auth": async (request: IncomingMessage) => {
      const target_url = parameter(request, "src") ?? "";
      const who = buyer(parameter(request, "company") ?? "", seconds);
      return JSON.stringify(await api("POST", "/embed/sso_url", { ...who, target_url }));
    },
    "/acquire": async (request: IncomingMessage) => {
      const who = buyer(parameter(request, "company") ?? "", seconds);
      const embed_domain = inject("addresses").pages;
      const tokens = await api("POST", "/embed/cookieless_session/acquire", { ...who, embed_domain });
      const { session_reference_token, ...given } = tokens;
      reference = session_reference_token;
      return JSON.stringify(given);
    },
    "/generate": async (request: IncomingMessage) => {
      renewals += 1;
      let body = "";
      for await (const bytes of request) body += bytes;
      const spent = { ...JSON.parse(body), session_reference_token: reference };
      const { session_reference_token, ...given } = await api(
        "PUT",
        "/embed/cookieless_session/generate_tokens",
        spent,
      );
      return JSON.stringify(given);
    },
  };
  const body = `<div id="acme"></div><div id="globex"></div><div id="later"></div><script src="/sdk.js"></script>`;
  const opened = await HostPage.open(profile.context, body, answers);
  await opened.page.evaluate((address) => {
    const page = window as unknown as Host;
    page.heard = [];
    page.sdks = {};
    page.signed = (company) => {
      const sdk = new page.LookerEmbedSDK.LookerEmbedExSDK();
      sdk.init(address, { url: "/auth", params: [{ name: "company", value: company }] });
      page.sdks[company] = sdk;
    };
    page.cookieless = (company) => {
      const sdk = new page.LookerEmbedSDK.LookerEmbedExSDK();
      sdk.initCookieless(address, `/acquire?company=${company}`, "/generate");
      page.sdks[company] = sdk;
    };
    page.embed = async (company, place, waitUntilLoaded) => {
      const sdk = page.sdks[company];
      if (!sdk) throw new Error(`nobody of ${company} has come`);
      let building = sdk.createDashboardWithId("orders").appendTo(place);
      for (const name of NAMES) building = building.on(name, (event: object) => void page.heard.push({ name, event }));
      page.connection = await building.build().connect({ waitUntilLoaded });
    };
    const NAMES = [
      "page:changed",
      "dashboard:run:start",
      "dashboard:run:complete",
      "dashboard:tile:complete",
      "dashboard:filters:changed",
      "session:status",
      "session:expired",
    ];
  }, tls.address);
  const { page } = opened;
  return {
    page,
    errors: opened.errors,
    renewals: () => renewals,
    frame: (place: string): FrameLocator => page.frameLocator(`${place} iframe`),
    heard: async (name: string) => {
      const all = await page.evaluate(() => (window as unknown as Host).heard);
      return all.filter((one) => one.name === name).map(({ event }) => event);
    },
    embed: (company: string, place: string, waitUntilLoaded = true) =>
      page.evaluate(([company, place, loaded]) => (window as unknown as Host).embed(company, place, loaded), [
        company,
        place,
        waitUntilLoaded,
      ] as const),
  };
}

type Sdk = import("@looker/embed-sdk").LookerEmbedExSDK;

interface Host {
  LookerEmbedSDK: typeof import("@looker/embed-sdk");
  sdks: Record<string, Sdk>;
  heard: { name: string; event: object }[];
  connection: import("@looker/embed-sdk").ILookerConnection;
  signed(company: string): void;
  cookieless(company: string): void;
  embed(company: string, place: string, waitUntilLoaded: boolean): Promise<void>;
}

/** Rows of a company and of no other one. */
async function seesOnly(frame: FrameLocator, company: string): Promise<void> {
  await frame.locator('[data-element="list"]').getByText(`CNRY_${company}`).first().waitFor();
  const other = company === "acme" ? "CNRY_globex" : "CNRY_acme";
  expect(await frame.locator("body").innerText()).not.toContain(other);
}

it("opens a signed dashboard, filters it and runs it, and opens it again in a later frame", async () => {
  const { page, embed, heard, frame, errors } = await host(600);
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
  const { page, embed, frame } = await host(600);
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
  const { page, embed, heard, frame, renewals } = await host(15);
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
  const { page, embed, heard, frame } = await host(8);
  await page.evaluate(() => (window as unknown as Host).signed("globex"));
  await embed("globex", "#globex");
  await seesOnly(frame("#globex"), "globex");
  await expect.poll(async () => (await heard("session:expired")).length, { timeout: 20_000 }).toBe(1);
  expect(await frame("#globex").locator("body").innerText()).not.toContain("CNRY_");
});
