import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { violations } from "./accessibility.ts";
import { openProfile, type Profile } from "./browser.ts";
import { Desk, Office } from "./office.ts";

const ROOT = "root@portal.example";
const INES = "ines@portal.example";

const pictures = fileURLToPath(new URL("../../build/screenshots", import.meta.url));

let office: Office;
let profile: Profile;
beforeAll(async () => {
  office = await Office.start();
  mkdirSync(pictures, { recursive: true });
});
afterAll(() => office?.stop());
beforeEach(async () => {
  profile = await openProfile();
});
afterEach(() => profile.close());

it("shows the activity in figures to whoever may see it", async () => {
  const desk = await office.desk(profile.context, ROOT);
  const buyer = await office.embed(profile.context, "acme");
  await buyer.frame("iframe").getByText("Orders", { exact: true }).first().waitFor();
  await desk.turnTo("Activity");
  await desk.page.getByRole("link", { name: "The activity in figures" }).click();
  await desk.title("Activity").waitFor();
  expect(desk.page.url()).toBe(`${office.address}/workbooks/vitrine_activity/usage`);
  await desk.page.locator('[data-element="who"]').getByText("bea@acme.example").waitFor();
  await desk.page.screenshot({ path: `${pictures}/activity.png`, fullPage: true });
  expect(await violations({ frame: desk.page.mainFrame() })).toEqual([]);

  await desk.button("Refusals and changes").click();
  await desk.page.locator('[data-element="all"]').getByText("logged_in").first().waitFor();
  expect(desk.page.url()).toBe(`${office.address}/workbooks/vitrine_activity/security`);
  await desk.page.reload();
  await desk.page.locator('[data-element="downloads"]').waitFor();
  expect(desk.errors).toEqual([]);
});

it("shows whoever has logged in what they see, and nobody else anything", async () => {
  const stranger = await Desk.open(profile.context, `${office.address}/workbooks/orders`);
  await stranger.page.getByText("You are not logged in.").waitFor();

  await stranger.page.goto(await office.link(INES));
  await stranger.page.getByText(INES, { exact: true }).first().waitFor();
  await stranger.page.goto(`${office.address}/workbooks/orders`);
  await stranger.title("Orders").waitFor();
  await stranger.page.goto(`${office.address}/workbooks/vitrine_activity`);
  await stranger.page.getByRole("alert").or(stranger.page.getByText("cannot be shown")).first().waitFor();
  expect(await stranger.page.getByText("Who asks most").count()).toBe(0);
  expect(stranger.errors).toEqual([]);
});
