import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { openProfile, type Profile } from "./browser.ts";
import { Contrail } from "./contrail.ts";

const { vitrine, host, logs } = inject("addresses");
const DOCUMENT = `${vitrine}/e/flights/overview?key=contrail-web`;
/** A code or a handle. */
const CREDENTIAL = /v[ch]_[\w-]{8,}/;

let profile: Profile;
beforeAll(async () => {
  profile = await openProfile();
});
afterAll(() => profile.close());

/** Serves one page from an origin that no embed key knows, for as long as `visit` takes. */
async function onThirdOrigin(html: string, visit: (origin: string) => Promise<void>): Promise<void> {
  const server = createServer((_, response) => response.setHeader("content-type", "text/html").end(html));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await visit(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it("works although third-party cookies are blocked, and sets none", async () => {
  const contrail = await Contrail.as("delta", profile.context);
  await contrail.seesFlights("48,110");
  expect(await contrail.frame.evaluate(storage)).toBe("blocked");
  expect(await profile.context.cookies(vitrine)).toEqual([]);
});

it("keeps codes and handles out of addresses and logs", async () => {
  const contrail = await Contrail.as("delta", profile.context);
  await contrail.seesFlights("48,110");
  await contrail.settled();
  expect(contrail.addresses.filter((address) => CREDENTIAL.test(address))).toEqual([]);
  expect(new URL(contrail.frame.url()).search).toBe("?key=contrail-web");
  for (const log of ["vitrine.log", "host.log"]) expect(readFileSync(join(logs, log), "utf8")).not.toMatch(CREDENTIAL);
});

it("cannot be framed by an origin that its key does not list", async () => {
  await onThirdOrigin(`<!doctype html><iframe src="${DOCUMENT}"></iframe>`, async (origin) => {
    const page = await profile.context.newPage();
    const refused = page.waitForEvent("console", (message) => message.text().includes("frame-ancestors"));
    await page.goto(origin);
    expect((await refused).type()).toBe("error");
    expect(page.frames().map((frame) => frame.url())).not.toContain(DOCUMENT);
  });
});

it("says by itself that it belongs into another application", async () => {
  const page = await profile.context.newPage();
  await page.goto(DOCUMENT);
  await page.getByRole("heading", { name: "Nothing to see here by itself" }).waitFor();
});

it("is the same document whether the workbook exists or not, and names the key's origins only", async () => {
  const known = await fetch(DOCUMENT);
  const absent = await fetch(`${vitrine}/e/no_such_workbook?key=contrail-web`);
  const stranger = await fetch(`${vitrine}/e/flights?key=no-such-key`);
  const page = await known.text();
  expect(await absent.text()).toBe(page);
  expect(page).toContain(host);
  expect(await stranger.text()).not.toContain(host);
  expect(policyOf(known)).toEqual(policyOf(absent));
  expect(policyOf(known).get("frame-ancestors")).toContain(host);
  expect(policyOf(stranger).get("frame-ancestors")).toEqual(["'none'"]);
  for (const answer of [known, absent, stranger]) {
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("referrer-policy")).toBe("no-referrer");
    expect(answer.headers.get("set-cookie")).toBeNull();
  }
});

it("allows no inline script or style, and no strange string as markup", async () => {
  const policy = policyOf(await fetch(DOCUMENT));
  expect(policy.get("default-src")).toEqual(["'none'"]);
  expect(policy.get("script-src")).toEqual(["'self'"]);
  expect(policy.get("style-src")).toEqual(["'self'"]);
  expect(policy.get("require-trusted-types-for")).toEqual(["'script'"]);
});

it("ignores a port that comes from somewhere else than the parent page", async () => {
  const contrail = await Contrail.tab(profile.context);
  await contrail.page.route("**/vitrine-code*", () => {});
  await contrail.signIn("delta");
  const answered = await contrail.frame.evaluate(async () => {
    const { port1, port2 } = new MessageChannel();
    window.postMessage({ v: 1, type: "connect" }, "*", [port2]);
    const anything = new Promise((resolve) => {
      port1.onmessage = ({ data }) => resolve(data);
    });
    return Promise.race([
      anything,
      new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0, "nothing"))),
    ]);
  });
  expect(answered).toBe("nothing");
});

/** Chromium refuses a third party's storage together with its cookies. Runs in the frame. */
function storage(): string {
  try {
    return `open, with ${localStorage.length} entries`;
  } catch {
    return "blocked";
  }
}

/** The directives of an answer's content security policy. */
function policyOf(answer: Response): Map<string, string[]> {
  const text = answer.headers.get("content-security-policy") ?? "";
  const directives = text.split(";").map((directive) => directive.trim().split(/\s+/));
  return new Map(directives.map(([name = "", ...values]) => [name, values]));
}
