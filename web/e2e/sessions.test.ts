import { afterEach, beforeEach, expect, it } from "vitest";
import { openProfile, type Profile } from "./browser.ts";
import { Contrail } from "./contrail.ts";

let profile: Profile;
beforeEach(async () => {
  profile = await openProfile();
});
afterEach(() => profile.close());

const CODE = "**/vitrine-code*";

/** Ends the visit's sessions by the host's back end, as its button does. */
async function endSession(contrail: Contrail): Promise<void> {
  const ended = contrail.page.waitForResponse("**/end-session");
  await contrail.page.getByRole("button", { name: "End session" }).click();
  expect((await ended).ok()).toBe(true);
}

it("renews the session before it expires, without a trace on the screen", async () => {
  const contrail = await Contrail.tab(profile.context);
  await contrail.page.clock.install();
  const redeemed = contrail.page.waitForResponse("**/embed/redeem");
  await contrail.signIn("delta");
  await contrail.seesFlights("48,110");
  const { expires_in } = await (await redeemed).json();
  const due = expires_in - Math.min(expires_in / 5, 120);

  const renewed = contrail.page.waitForResponse("**/embed/redeem");
  await contrail.page.clock.fastForward((due + 1) * 1000);
  const answer = await renewed;
  expect(answer.status()).toBe(200);
  expect(await answer.json()).toMatchObject({ same_viewer: true });

  const rows = contrail.page.waitForResponse("**/elements/total/query");
  await contrail.refresh();
  expect((await rows).status()).toBe(200);
  await contrail.seesFlights("48,110");
  expect(contrail.errors).toEqual([]);
});

it("asks for a new code when the session has ended, and goes on with the same filters", async () => {
  const contrail = await Contrail.as("delta", profile.context);
  await contrail.seesFlights("48,110");
  await contrail.control.click();
  await contrail.dashboard.getByRole("option", { name: "JFK" }).click();
  await contrail.seesFlights("20,701");
  await endSession(contrail);
  const code = contrail.page.waitForResponse(CODE);
  await contrail.refresh();
  expect((await code).status()).toBe(200);
  await contrail.seesFlights("20,701");
  expect(await contrail.control.textContent()).toContain("JFK");
});

it("hides every row of an ended session at once, gives up after three attempts, and comes back by hand", async () => {
  const contrail = await Contrail.tab(profile.context);
  await contrail.page.clock.install();
  await contrail.signIn("delta");
  await contrail.seesFlights("48,110");
  await contrail.settled();
  await endSession(contrail);
  let attempts = 0;
  await contrail.page.route(CODE, (route) => {
    attempts += 1;
    return route.fulfill({ status: 503, body: "The back end is down." });
  });

  await contrail.refresh();
  await contrail.element("total").waitFor({ state: "detached" });
  expect(await contrail.dashboard.locator("[data-element]").count()).toBe(0);
  await contrail.page.clock.runFor(15_000);
  await contrail.dashboard.getByRole("heading", { name: "Your session has expired" }).waitFor();
  await contrail.dashboard.getByText("The back end is down.").waitFor();
  expect(attempts).toBe(3);
  expect(await contrail.frame.evaluate(() => document.body.textContent)).not.toContain("48,110");

  await contrail.page.unroute(CODE);
  await contrail.dashboard.getByRole("button", { name: "Try again" }).click();
  await contrail.seesFlights("48,110");
});

it("shows nothing of the old person when another one comes back", async () => {
  const first = await Contrail.as("delta", profile.context);
  await first.seesFlights("48,110");
  await first.control.click();
  await first.dashboard.getByRole("option", { name: "JFK" }).click();
  await first.seesFlights("20,701");

  // Another tab of the same browser signs somebody else in; the first tab still shows the old page.
  const second = await Contrail.tab(profile.context);
  await second.page.goto(first.page.url());
  await second.signIn("united");
  await second.seesFlights("58,665");

  await first.page.bringToFront();
  const redeemed = first.page.waitForResponse("**/embed/redeem");
  await first.refresh();
  expect(await (await redeemed).json()).toMatchObject({ same_viewer: false });
  await first.seesFlights("58,665");
  const text = await first.frame.evaluate(() => document.body.textContent);
  expect(text).not.toContain("20,701");
  expect(text).not.toContain("48,110");
  expect(await first.control.textContent()).not.toContain("JFK");
});

it("draws what the host says when there is no code, as plain text", async () => {
  const contrail = await Contrail.tab(profile.context);
  await contrail.page.route(CODE, (route) => route.fulfill({ status: 403, body: "<b>Not today.</b>" }));
  await contrail.signIn("delta");
  await contrail.dashboard.getByRole("heading", { name: "This could not be opened" }).waitFor();
  await contrail.dashboard.getByText("<b>Not today.</b>").waitFor();
});

it("opens a new frame with nothing of the old one when an attribute changes", async () => {
  const contrail = await Contrail.as("delta", profile.context);
  await contrail.seesFlights("48,110");
  const asked = contrail.page.waitForResponse(CODE);
  const frames = await contrail.page.evaluate(() => {
    const dashboard = document.querySelector("vitrine-dashboard");
    const before = dashboard?.shadowRoot?.querySelector("iframe");
    dashboard?.setAttribute("page", "overview");
    return { goneAtOnce: before?.isConnected === false };
  });
  expect(frames.goneAtOnce).toBe(true);
  await asked;
  await contrail.seesFlights("48,110");
  expect(new URL(contrail.frame.url()).pathname).toBe("/e/flights/overview");
  expect(contrail.errors).toEqual([]);
});
