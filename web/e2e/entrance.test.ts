import { createHmac } from "node:crypto";
import jsQR from "jsqr";
import type { Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { violations } from "./accessibility.ts";
import { openProfile, type Profile } from "./browser.ts";
import { Desk, Office } from "./office.ts";

const ROOT = "root@portal.example";
const NIA = "nia@portal.example";
const [PASSWORD, OTHER] = ["correct horse battery staple", "seven purple elephants dancing"];

let office: Office;
let profile: Profile;
beforeAll(async () => {
  office = await Office.start();
});
afterAll(() => office?.stop());
beforeEach(async () => {
  profile = await openProfile();
});
afterEach(() => profile.close());

it("invites somebody by mail, who chooses a password, logs in with it, and sets up a second factor", async () => {
  const root = await office.desk(profile.context, ROOT);
  await root.page.getByText("You have no password yet").waitFor();
  await root.turnTo("People");
  await root.page.getByRole("link", { name: "New person" }).click();
  await root.field("E-mail address").fill(NIA);
  await root.field("Account type").fill("Analyze");
  await root.button("Make person").click();
  const shown = await root.field("Link to log in").inputValue();
  const link = office.mailedLink(NIA);
  expect(link).toBe(shown);
  expect(link).toMatch(/\/invitation#vl_/);

  const elsewhere = await openProfile({ width: 320, colorScheme: "dark" });
  const nia = await Desk.open(elsewhere.context, `${link}`);
  await nia.title("Choose a password").waitFor();
  expect(nia.page.url()).toBe(`${office.address}/invitation`);
  expect(await violations({ frame: nia.page.mainFrame() })).toEqual([]);
  await nia.field("New password").fill("passwordpassword");
  await nia.button("Choose, and log in").click();
  await nia.page.getByRole("alert").getByText("too easily guessed").waitFor();
  await nia.field("New password").fill(PASSWORD);
  await nia.button("Choose, and log in").click();
  await nia.title("Your account").waitFor();
  expect(nia.page.url()).toBe(`${office.address}/account`);
  expect(await violations({ frame: nia.page.mainFrame() })).toEqual([]);
  const wider = () => nia.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(await wider()).toBe(0);

  // A second factor: its secret once, its recovery codes once, and from then on a code after the password.
  await nia.button("Set up").click();
  await nia.field("Password").fill(PASSWORD);
  const given = nia.page.waitForResponse(`${office.address}/api/v1/account/second-factor`);
  await nia.button("Go on").click();
  const { address } = await (await given).json();
  const code = nia.page.getByRole("img", { name: "QR code of the secret" });
  for (const colorScheme of ["dark", "light"] as const) {
    await nia.page.emulateMedia({ colorScheme });
    expect([colorScheme, await scanned(code)]).toEqual([colorScheme, address]);
    expect(await violations({ frame: nia.page.mainFrame() })).toEqual([]);
  }
  expect(await wider()).toBe(0);
  const secret = (await nia.page.locator("code").first().innerText()).replaceAll(" ", "");
  await nia.field("Code that the app shows now").fill(codeOf(secret, 0));
  await nia.button("Confirm").click();
  const codes = nia.page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
  await codes.first().waitFor();
  const recovery = await codes.allInnerTexts();
  expect(recovery.length).toBe(10);
  await nia.button("I have kept them").click();
  await nia.page.getByText("10 recovery codes are left").waitFor();
  await nia.button("Log out").click();
  await nia.title("You have logged out").waitFor();

  await nia.page.goto(`${office.address}/login`);
  await nia.title("Log in").waitFor();
  await nia.field("E-mail address").fill(NIA);
  await nia.field("Password").fill(OTHER);
  await nia.button("Log in").click();
  await nia.page.getByRole("alert").getByText("do not let anybody in").waitFor();
  await nia.field("Password").fill(PASSWORD);
  await nia.button("Log in").click();
  await nia.field("Code").fill(`${recovery[0]}`);
  await nia.button("Log in").click();
  await nia.title("Your account").waitFor();
  await nia.page.getByText("9 recovery codes are left").waitFor();
  await nia.page.goto(`${office.address}/admin`);
  await nia.title("Nothing to administer").waitFor();
  expect(nia.asked.filter((address) => /v[hil]_/.test(address))).toEqual([]);
  expect([...root.errors, ...nia.errors]).toEqual([]);
  await elsewhere.close();
});

it("lets whoever has forgotten a password choose another one, and ends what else is open", async () => {
  const root = await office.desk(profile.context, ROOT);
  await root.page.getByRole("link", { name: "choose one" }).click();
  await root.title("Your account").waitFor();
  await root.field("New password").fill(PASSWORD);
  await root.button("Save password").click();
  await root.page.getByRole("heading", { name: "Change the password" }).waitFor();

  const elsewhere = await openProfile();
  const other = await Desk.open(elsewhere.context, `${office.address}/login`);
  await other.button("Forgotten the password?").click();
  await other.field("E-mail address").fill(ROOT);
  await other.button("Send a link").click();
  await other.page.getByText("a mail with a link is on its way").waitFor();
  await expect.poll(() => office.mailedLink(ROOT)).toMatch(/\/reset#vl_/);
  await other.page.goto(`${office.mailedLink(ROOT)}`);
  await other.title("Choose a password").waitFor();
  await other.field("New password").fill(OTHER);
  await other.button("Change, and log in").click();
  await other.title("Administration").waitFor();
  expect(other.page.url()).toBe(`${office.address}/admin`);
  await root.page.reload();
  await root.title("Log in").waitFor();
  await root.field("E-mail address").fill(ROOT);
  await root.field("Password").fill(OTHER);
  await root.button("Log in").click();
  await root.title("Your account").waitFor();
  await root.page.getByRole("button", { name: /^End the session since/ }).click();
  await other.pages.getByRole("link", { name: "People", exact: true }).click();
  await other.title("Your session has ended").waitFor();
  expect([...root.errors, ...other.errors]).toEqual([]);
  await elsewhere.close();
});

/** What a camera reads that is held before a code, and sees what is around it. */
async function scanned(code: Locator): Promise<string | undefined> {
  const png = await code.locator("xpath=ancestor::section").screenshot();
  const { width, height, data } = await code.page().evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
    context?.drawImage(image, 0, 0);
    const { data = [] } = context?.getImageData(0, 0, image.width, image.height) ?? {};
    return { width: image.width, height: image.height, data: [...data] };
  }, png.toString("base64"));
  return jsQR(Uint8ClampedArray.from(data), width, height, { inversionAttempts: "dontInvert" })?.data;
}

/** What an app shows (RFC 6238), so many periods from now. */
function codeOf(secret: string, periods: number): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + periods));
  const tag = createHmac("sha1", key).update(message).digest();
  const number = tag.readUInt32BE((tag.at(-1) ?? 0) & 15) & 0x7fffffff;
  return `${number % 1_000_000}`.padStart(6, "0");
}

it("shows no password while it is typed, and takes one that is pasted", async () => {
  const { context } = profile;
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const root = await office.desk(context, ROOT);
  await root.page.goto(`${office.address}/account`);
  const next = root.field("New password");
  await next.click();
  await root.page.evaluate((text) => navigator.clipboard.writeText(text), OTHER);
  await root.page.keyboard.press("Control+V");
  expect(await next.inputValue()).toBe(OTHER);
  const attributes = async (field: Locator) => [
    await field.getAttribute("type"),
    await field.getAttribute("autocomplete"),
  ];
  expect(await attributes(next)).toEqual(["password", "new-password"]);
  await root.button("Save password").click();
  await root.page.getByRole("heading", { name: "Change the password" }).waitFor();
  await root.button("Log out").click();
  await root.title("You have logged out").waitFor();
  await root.page.goto(`${office.address}/login`);
  const password = root.field("Password");
  expect(await attributes(password)).toEqual(["password", "current-password"]);
  await root.field("E-mail address").fill(ROOT);
  await password.click();
  await root.page.keyboard.press("Control+V");
  await root.button("Log in").click();
  await root.title("Administration").waitFor();
});
