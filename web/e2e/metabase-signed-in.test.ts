import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { violations } from "./accessibility.ts";
import { openProfile, type Profile } from "./browser.ts";
import { HostPage } from "./hosts.ts";
import { Office } from "./office.ts";
import { buyerToken, withSigningProvider } from "./signing-provider.ts";

// Pages that were written for Metabase's components, for people who are signed in at the host.

const pictures = fileURLToPath(new URL("../../build/screenshots", import.meta.url));
const DASHBOARD = "metabase-dashboard iframe";
const QUESTION = "metabase-question iframe";

let office: Office;
let profile: Profile;
/** Who is signed in at the host; nobody if it is undefined. */
let company: string | undefined;
/** Seconds for which the host's tokens count. */
let lifetime: number;
/** What the host's provider was asked. */
let asked: string[];

beforeAll(async () => {
  office = await Office.start((definitions) => {
    withSigningProvider(definitions, "/sso/metabase", { mode: "strict", sdk_sessions: true });
    const workbook = join(definitions, "workbooks/orders.yaml");
    const known = readFileSync(workbook, "utf8")
      .replace("known_as: {sigma", "known_as: {metabase: [7], sigma")
      .replace("      - name: list\n", "      - name: list\n        known_as: {metabase: [71]}\n");
    writeFileSync(workbook, known);
  });
});
afterAll(() => office?.stop());
beforeEach(async () => {
  [company, lifetime, asked] = ["acme", 600, []];
  profile = await openProfile();
});
afterEach(() => profile.close());

/** The host's page, as Metabase's documentation writes it, and the host's end of the signing in. */
function openHost(elements: string, config = ""): Promise<HostPage> {
  const body = `
    <script defer src="${office.address}/app/embed.js"></script>
    <script>window.metabaseConfig = { instanceUrl: "${office.address}"${config} };</script>
    ${elements}`;
  return HostPage.open(profile.context, body, {
    "/sso/metabase": async ({ url = "" }) => {
      asked.push(url);
      if (!company) return "{}";
      return JSON.stringify({ jwt: await buyerToken(company, "bea", lifetime) });
    },
  });
}

it("shows whoever is signed in at the host a dashboard and a question, each with the rows of that person", async () => {
  const told: Promise<string>[] = [];
  profile.context.on("response", (response) => told.push(response.text().catch(() => "")));
  const host = await openHost(`
    <metabase-dashboard dashboard-id="7" with-title="true" initial-parameters='{"status": "open"}'></metabase-dashboard>
    <metabase-question question-id="71" with-title="false"></metabase-question>`);
  for (const frame of [DASHBOARD, QUESTION]) {
    await host.frame(frame).locator('[data-element="list"]').getByText("CNRY_acme").first().waitFor();
  }
  await host.frame(DASHBOARD).locator('[data-element="total"]').waitFor();
  expect(await host.frame(QUESTION).locator("[data-element]").count()).toBe(1);
  // Where the tokens are, the server has said.
  expect(asked).toEqual(["/sso/metabase?response=json", "/sso/metabase?response=json"]);
  expect(await profile.context.cookies(office.address)).toEqual([]);
  const all = (await Promise.all(told)).join("\n");
  expect(all).toContain("CNRY_acme");
  expect(all).not.toContain("CNRY_globex");
  const inside = host.page.frames().find((frame) => frame.url().includes("/dashboard/"));
  expect(inside?.url()).toMatch(/\/dashboard\/7\?status=open#/);
  expect(inside && (await violations({ frame: inside }))).toEqual([]);
  expect(host.errors).toEqual([]);
  await host.page.screenshot({ path: `${pictures}/metabase-signed-in.png`, fullPage: true });
});

it("tells the host what its person sets, and obeys what the host says", async () => {
  const host = await openHost('<metabase-dashboard dashboard-id="7-orders"></metabase-dashboard><output></output>');
  await host.page.evaluate(() =>
    document.addEventListener("parameters-change", (event) => {
      const output = document.querySelector("output") as HTMLOutputElement;
      output.textContent = JSON.stringify((event as CustomEvent).detail);
    }),
  );
  const frame = host.frame(DASHBOARD);
  await frame.locator('[data-element="list"]').getByText("CNRY_acme").first().waitFor();
  await frame.getByRole("group", { name: "Filters" }).getByRole("button").first().click();
  await frame.getByRole("option").first().click();
  await expect.poll(() => host.page.locator("output").innerText(), { timeout: 20_000 }).toContain('"status":["');
  const element = host.page.locator("metabase-dashboard");
  await element.evaluate((element) => element.setAttribute("parameters", '{"status": "none"}'));
  await frame.locator('[data-element="list"]').getByText("CNRY_acme").first().waitFor({ state: "detached" });
});

it("gets another token of the host before one runs out, and says when the host has none", async () => {
  lifetime = 10;
  const host = await openHost(
    '<metabase-dashboard dashboard-id="7"></metabase-dashboard>',
    ', jwtProviderUri: "/sso/metabase?of=us"',
  );
  const rows = host.frame(DASHBOARD).locator('[data-element="list"]').getByText("CNRY_acme").first();
  await rows.waitFor();
  await expect.poll(() => asked.length, { timeout: 20_000 }).toBeGreaterThan(1);
  expect(asked[1]).toBe("/sso/metabase?of=us&response=json");
  expect(await rows.count()).toBe(1);
  // Signed out at the host.
  company = undefined;
  await host.frame(DASHBOARD).getByText("The application gave no token.").waitFor({ timeout: 40_000 });
  expect(await host.frame(DASHBOARD).getByText("CNRY_acme").count()).toBe(0);
  // Somebody else signs in there.
  [company, lifetime] = ["globex", 600];
  await host.frame(DASHBOARD).getByRole("button", { name: "Try again" }).click();
  await host.frame(DASHBOARD).locator('[data-element="list"]').getByText("CNRY_globex").first().waitFor();
  expect(await host.frame(DASHBOARD).getByText("CNRY_acme").count()).toBe(0);
});

it("takes tokens from the host's own function, and shows what is hidden as what is absent", async () => {
  const config = ", fetchRequestToken: async () => (await fetch('/sso/metabase?mine')).json()";
  const texts: string[] = [];
  for (const id of ["8", "9"]) {
    const host = await openHost(`<metabase-dashboard dashboard-id="${id}"></metabase-dashboard>`, config);
    await host.frame(DASHBOARD).getByText("There is nothing here for you.").waitFor();
    texts.push(await host.frame(DASHBOARD).locator("main").innerText());
    await host.page.close();
  }
  expect(texts[0]).toBe(texts[1]);
  expect(asked).toEqual(["/sso/metabase?mine", "/sso/metabase?mine"]);
});

it("says what is missing in place of a frame", async () => {
  const host = await openHost("<metabase-dashboard></metabase-dashboard>");
  await host.page.getByText("There is neither a `token` nor a `dashboard-id`.").waitFor();
  expect(await host.page.locator(DASHBOARD).count()).toBe(0);
});

it("is in a window the page of whoever has logged in there", async () => {
  const window = await profile.context.newPage();
  await window.goto(`${office.address}/dashboard/7`);
  await window.getByText("You are not logged in.").waitFor();
  const jwt = await buyerToken("acme");
  const back = new URLSearchParams({ jwt, return_to: "/question/71-all-orders?status=none" });
  await window.goto(`${office.address}/auth/sso?${back}`);
  await window.locator('[data-element="list"]').waitFor();
  expect(await window.locator("[data-element]").count()).toBe(1);
  expect(await window.getByText("CNRY_acme").count()).toBe(0);
  expect(window.url()).toBe(`${office.address}/question/71-all-orders?status=none`);
  await window.goto(`${office.address}/dashboard/7`);
  await window.locator('[data-element="list"]').getByText("CNRY_acme").first().waitFor();
});

it("is told by the playground what becomes of its token", async () => {
  const root = await office.desk(profile.context, "root@portal.example");
  await root.turnTo("Token playground");
  const jwt = await buyerToken("acme", "tess");
  await root.page.getByLabel("A token, or the address that carries it").fill(`${office.address}/auth/sso?jwt=${jwt}`);
  await root.button("Try").click();
  const told = root.page.getByRole("status");
  await told.getByRole("heading", { name: "Somebody would come in with it" }).waitFor();
  await told.getByRole("heading", { name: "What it becomes at the identity provider portal-sso" }).waitFor();
  await told.getByText("tess@acme.example (new)").waitFor();
  await told.getByRole("row", { name: "company acme" }).last().waitFor();
  expect(await violations({ frame: root.page.mainFrame() })).toEqual([]);
  await root.page.screenshot({ path: `${pictures}/playground-sign-on.png`, fullPage: true });
  expect(root.errors).toEqual([]);
});
