import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from "vitest";
import { violations } from "./accessibility.ts";
import { openProfile, type Profile } from "./browser.ts";
import { Office } from "./office.ts";
import { buyerToken, withSigningProvider } from "./signing-provider.ts";

const FRAME = "iframe";

let office: Office;
let host: Server;
let neighbour: Server;
let profile: Profile;
/** Whom the host logs in when a frame comes for a token. */
let company = "acme";

beforeAll(async () => {
  office = await Office.start((definitions) => withSigningProvider(definitions, "/sign-in"));
  host = await startHost();
  neighbour = await startNeighbour();
});
afterAll(async () => {
  for (const server of [host, neighbour]) {
    server?.closeAllConnections();
    server?.close();
  }
  await office?.stop();
});
beforeEach(async () => {
  company = "acme";
  profile = await openProfile();
});
afterEach(() => profile.close());

/** A host with the application in a frame, and the page of its own that signs. */
async function startHost(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", inject("addresses").pages);
    if (pathname !== "/sign-in") {
      const frame = `${office.address}/auth/sso?return_to=/workbooks/orders`;
      const head = '<!doctype html><html lang="en"><title>A host</title><link rel="icon" href="data:,">';
      response.setHeader("content-type", "text/html");
      response.end(`${head}<iframe title="Orders" width="1000" height="700" src="${frame}"></iframe>`);
      return;
    }
    const jwt = await buyerToken(company);
    const back = new URLSearchParams({ jwt, return_to: searchParams.get("return_to") ?? "" });
    response.writeHead(302, { location: `${office.address}/auth/sso?${back}` }).end();
  });
  server.listen(Number(new URL(inject("addresses").pages).port), "localhost");
  await once(server, "listening");
  return server;
}

/** A server of Vitrine's site, whose cookie is sent to Vitrine too, and from frames of other sites unless that is blocked. */
async function startNeighbour(): Promise<Server> {
  const cookie = "plain=1; Path=/; SameSite=None; Secure";
  const server = createServer((_, response) => response.setHeader("set-cookie", cookie).end());
  server.listen(0, new URL(office.address).hostname);
  await once(server, "listening");
  return server;
}

async function openHost(): Promise<Page> {
  const page = await profile.context.newPage();
  await page.goto(inject("addresses").pages);
  return page;
}

it("shows the application in a frame of another site, with third-party cookies blocked", async () => {
  const sent: Record<string, string>[] = [];
  const told: Promise<string>[] = [];
  profile.context.on("request", (request) => {
    if (!request.url().startsWith(`${office.address}/api/`)) return;
    request.allHeaders().then((headers) => sent.push(headers));
  });
  profile.context.on("response", (response) => told.push(response.text().catch(() => "")));
  const page = await openHost();
  const frame = page.frameLocator(FRAME);
  await frame.getByText("Orders", { exact: true }).first().waitFor();
  await frame.locator('[data-element="list"]').getByText("CNRY_acme").first().waitFor();
  const all = (await Promise.all(told)).join("\n");
  expect(all).toContain("CNRY_acme");
  expect(all).not.toContain("CNRY_globex");
  expect(sent.length).toBeGreaterThan(0);
  for (const { cookie } of sent) {
    expect(cookie).toMatch(/__Host-vitrine-frame-\d+=vf_/);
  }
  const inside = page.frames().find((other) => other.url().startsWith(office.address));
  expect(inside?.url()).toMatch(/\/workbooks\/orders\/main\?provider=portal-sso$/);
  expect(inside && (await violations({ frame: inside }))).toEqual([]);

  // The cookie is that site's: a window is not logged in by it.
  sent.length = 0;
  const alone = await profile.context.newPage();
  await alone.goto(`${office.address}/workbooks/orders`);
  await alone.getByText("You are not logged in.").waitFor();
  expect(sent.map(({ cookie }) => cookie)).toEqual([undefined]);
});

it("sends its own cookie where another one of its site is blocked, and both where nothing is", async () => {
  const own = `__Host-vitrine-frame-${new URL(office.address).port}`;
  expect(await sentFromFrame(profile)).toEqual([own]);
  const allowing = await openProfile({ blocks: false });
  try {
    expect(await sentFromFrame(allowing)).toEqual([own, "plain"]);
  } finally {
    await allowing.close();
  }
});

/** Names of the cookies that the application sends from the frame, in a browser that also has the neighbour's for it. */
async function sentFromFrame({ context }: Profile): Promise<string[]> {
  const alone = await context.newPage();
  await alone.goto(`http://${new URL(office.address).hostname}:${(neighbour.address() as AddressInfo).port}`);
  const asked = alone.waitForRequest(`${office.address}/api/v1/session`);
  await alone.goto(`${office.address}/workbooks/orders`);
  expect((await (await asked).allHeaders()).cookie).toBe("plain=1");

  const page = await context.newPage();
  const sent: Promise<Record<string, string>>[] = [];
  page.on("request", (request) => {
    if (request.url().startsWith(`${office.address}/api/`)) sent.push(request.allHeaders());
  });
  await page.goto(inject("addresses").pages);
  await page.frameLocator(FRAME).locator('[data-element="list"]').getByText("CNRY_acme").first().waitFor();
  const pairs = (await Promise.all(sent)).flatMap(({ cookie = "" }) => cookie.split("; "));
  return [...new Set(pairs.map((pair) => pair.replace(/=.*/, "")))].sort();
}

it("says that a session has ended, and leads through the host to the next one", async () => {
  const page = await openHost();
  const frame = page.frameLocator(FRAME);
  await frame.locator('[data-element="list"]').getByText("CNRY_acme").first().waitFor();
  await profile.context.clearCookies();
  company = "globex";
  await frame.getByRole("button", { name: "Refresh" }).first().click();
  await frame.getByText("You are not logged in.").waitFor();
  expect(await frame.getByText("CNRY_acme").count()).toBe(0);
  await frame.getByRole("link", { name: "Log in" }).click();
  await frame.locator('[data-element="list"]').getByText("CNRY_globex").first().waitFor();
  expect(await frame.getByText("CNRY_acme").count()).toBe(0);
});
