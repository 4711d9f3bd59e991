import { afterEach, beforeEach, expect, it } from "vitest";
import { openProfile, type Profile } from "./browser.ts";
import { Contrail } from "./contrail.ts";

let profile: Profile;
beforeEach(async () => {
  profile = await openProfile();
});
afterEach(() => profile.close());

it("shows each person their own flights, and another person theirs when one is picked", async () => {
  const contrail = await Contrail.as("delta", profile.context);
  await contrail.seesFlights("48,110");
  await contrail.signIn("united");
  await contrail.seesFlights("58,665");
  await contrail.signIn("hawaiian");
  await contrail.seesFlights("342");
  expect(contrail.errors).toEqual([]);
});

it("tells a person without a carrier that there is nothing for them", async () => {
  const contrail = await Contrail.as("nobody", profile.context);
  await contrail.settled();
  await contrail.dashboard.getByText("No rows for you here.").first().waitFor();
  expect(await contrail.dashboard.locator("tbody tr").count()).toBe(0);
  expect(contrail.errors).toEqual([]);
});

it("narrows by a control that is used with the keyboard alone", async () => {
  const contrail = await Contrail.as("delta", profile.context);
  await contrail.seesFlights("48,110");
  await contrail.control.focus();
  await contrail.page.keyboard.press("Enter");
  await contrail.page.keyboard.type("jf");
  const option = contrail.dashboard.getByRole("option", { name: "JFK" });
  await option.waitFor();
  await contrail.dashboard.getByRole("option").nth(1).waitFor({ state: "detached" });
  await contrail.page.keyboard.press("Enter");
  await contrail.seesFlights("20,701");
  expect(await option.getAttribute("aria-selected")).toBe("true");
  await contrail.page.keyboard.press("Escape");
  await contrail.dashboard.getByRole("combobox").waitFor({ state: "detached" });
  expect(await contrail.control.evaluate((button) => button === document.activeElement)).toBe(true);
  expect(contrail.errors).toEqual([]);
});

it("shows nobody what somebody else has left in the address of the frame", async () => {
  const contrail = await Contrail.as("delta", profile.context);
  await contrail.seesFlights("48,110");
  const filter = { dest: ["ATL"] };
  await contrail.page.locator("vitrine-dashboard").evaluate((element, values) => {
    (element as HTMLElement & { filters(values: unknown): void }).filters(values);
  }, filter);
  await contrail.seesFlights("10,571");
  const left = contrail.frame.url();
  expect(decodeURIComponent(left)).toContain("ATL");

  await contrail.signIn("united");
  await contrail.seesFlights("58,665");
  // As a browser does that restores a page: another person's frame begins with the address that was left.
  await contrail.frame.goto(left);
  await contrail.frame.evaluate(() => location.reload()).catch(() => {});
  await contrail.seesFlights("58,665");
  const controls = contrail.dashboard.getByRole("group", { name: "Filters" });
  expect(await controls.getByText("ATL", { exact: true }).count()).toBe(0);
  expect(decodeURIComponent(contrail.frame.url())).not.toContain("ATL");
});

it("suggests only values of the person's own rows", async () => {
  const contrail = await Contrail.as("hawaiian", profile.context);
  await contrail.seesFlights("342");
  await contrail.control.click();
  await contrail.dashboard.getByRole("option", { name: "JFK" }).waitFor();
  expect(await contrail.dashboard.getByRole("option").allInnerTexts()).toEqual(["JFK"]);
});

it("sets what the host sets, tells it what people set, and says what it will not do", async () => {
  const contrail = await Contrail.as("delta", profile.context);
  await contrail.seesFlights("48,110");
  const heard = await contrail.page.evaluateHandle(() => {
    const heard: [string, unknown][] = [];
    for (const type of ["vitrine-filters", "vitrine-error"]) {
      document.addEventListener(type, (event) => heard.push([type, (event as CustomEvent).detail]));
    }
    return heard;
  });
  const filter = (values: unknown) =>
    contrail.page.evaluate((values) => {
      const dashboard = document.querySelector("vitrine-dashboard") as HTMLElement & { filters(values: unknown): void };
      dashboard.filters(values);
    }, values);
  await filter({ origin: ["JFK"] });
  await contrail.seesFlights("20,701");
  await filter({ nothing_of_that_name: ["JFK"] });
  await filter({ origin: "JFK" });
  await contrail.control.click();
  await contrail.dashboard.getByRole("button", { name: "Show all" }).click();
  await contrail.seesFlights("48,110");
  await expect
    .poll(() => heard.jsonValue())
    .toMatchObject([
      ["vitrine-error", { code: "unknown_control" }],
      ["vitrine-error", { code: "malformed_message" }],
      ["vitrine-filters", { values: { origin: [] } }],
    ]);
});

it("gives a person with the permission their rows as CSV, and offers it to nobody else", async () => {
  const contrail = await Contrail.as("delta", profile.context);
  await contrail.settled();
  const downloading = contrail.page.waitForEvent("download");
  await contrail.act("destinations", "Download as CSV");
  const download = await downloading;
  const text = (await (await download.createReadStream()).toArray()).join("");
  expect(download.suggestedFilename()).toMatch(/^overview-[\w-]+\.csv$/);
  expect(text.split(/\r?\n/).filter(Boolean).length).toBeGreaterThan(1);
  await contrail.signIn("hawaiian");
  await contrail.seesFlights("342");
  await contrail.settled();
  const offered = await (await contrail.menu("destinations")).allInnerTexts();
  expect(offered).toEqual(["Show as table"]);
  expect(contrail.errors).toEqual([]);
});

it("shows a chart as a table on request", async () => {
  const contrail = await Contrail.as("delta", profile.context);
  await contrail.dashboard.locator("svg text").first().waitFor();
  const chart = contrail.element("by-month");
  await contrail.act("by-month", "Show as table");
  await chart.getByRole("grid").waitFor();
  await contrail.act("by-month", "Show as chart");
  await chart.locator("svg text").first().waitFor();
  expect(contrail.errors).toEqual([]);
});
