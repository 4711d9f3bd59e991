import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { violations } from "./accessibility.ts";
import { openProfile, type Profile } from "./browser.ts";
import { HostPage } from "./hosts.ts";
import { withLookerKey } from "./looker/keys.ts";
import { signedAddress } from "./looker/signed.ts";
import { Office } from "./office.ts";

let office: Office;
let profile: Profile;
beforeAll(async () => {
  office = await Office.start(withLookerKey);
});
afterAll(() => office?.stop());
beforeEach(async () => {
  profile = await openProfile();
});
afterEach(() => profile.close());

const signed = (company: string, target?: string) => signedAddress(office, company, { target });

it("opens dashboards of two people on one page, each with their own rows", async () => {
  const body = `<iframe title="Acme" src="${signed("acme", "/embed/dashboards/orders?Status=paid").replaceAll("&", "&amp;")}"></iframe>
    <iframe title="Globex" src="${signed("globex").replaceAll("&", "&amp;")}"></iframe>`;
  const { page } = await HostPage.open(profile.context, body, {});
  for (const [title, own, other] of [
    ["Acme", "CNRY_acme", "CNRY_globex"],
    ["Globex", "CNRY_globex", "CNRY_acme"],
  ]) {
    const frame = page.frameLocator(`iframe[title="${title}"]`);
    await frame.locator('[data-element="list"]').getByText(`${own}`).first().waitFor();
    expect(await frame.locator("body").innerText()).not.toContain(other);
  }
  const frames = page.frames().filter((one) => one.url().startsWith(office.address));
  expect(frames.map((one) => new URL(one.url()).hash)).toEqual(["", ""]);
  for (const frame of frames) expect(await violations({ frame })).toEqual([]);
  // Browsers keep the cookie apart for each site around the frame; without a word of which session a page is it opens nothing.
  const cookies = (await profile.context.cookies()) as { name: string; partitionKey?: string }[];
  expect(cookies).toMatchObject([{ partitionKey: "http://localhost" }]);

  // It is that of whoever came last, which may be either: of pages that are loaded again, the other one's has ended.
  const after = [];
  for (const [title, own, other] of [
    ["Acme", "CNRY_acme", "CNRY_globex"],
    ["Globex", "CNRY_globex", "CNRY_acme"],
  ]) {
    const frame = page.frameLocator(`iframe[title="${title}"]`);
    await frame.locator("body").evaluate((body) => {
      body.id = "before";
      location.reload();
    });
    await frame.locator("body:not(#before)").waitFor();
    const over = frame.getByText("Session expired").first();
    await over.or(frame.locator('[data-element="list"]').getByText(`${own}`).first()).waitFor();
    expect(await frame.locator("body").innerText()).not.toContain(other);
    after.push(await over.isVisible());
  }
  expect(after.sort()).toEqual([false, true]);
});

it("says in words for people why an address opens nothing", async () => {
  const page = await profile.context.newPage();
  const answer = await page.goto(signed("acme").replace("acme", "globex"));
  expect(answer?.status()).toBe(400);
  expect(await page.locator("body").innerText()).toContain("Single sign on failure.");
});
