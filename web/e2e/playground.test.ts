import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { overflow, violations } from "./accessibility.ts";
import { openProfile, type Profile } from "./browser.ts";
import { withLookerKey } from "./looker/keys.ts";
import { signedAddress } from "./looker/signed.ts";
import { Office } from "./office.ts";

const examples = fileURLToPath(new URL("../../examples/signing", import.meta.url));
const pictures = fileURLToPath(new URL("../../build/screenshots", import.meta.url));

let office: Office;
let profile: Profile;
beforeAll(async () => {
  office = await Office.start(withLookerKey);
  mkdirSync(pictures, { recursive: true });
});
afterAll(() => office?.stop());
beforeEach(async () => {
  profile = await openProfile();
});
afterEach(() => profile.close());

it("shows who would come with an address, and why nobody would, and lets nobody in", async () => {
  const root = await office.desk(profile.context, "root@portal.example");
  await root.turnTo("Token playground");
  const { page } = root;
  const paste = async (text: string) => {
    await page.getByLabel("A token, or the address that carries it").fill(text);
    await root.button("Try").click();
  };
  const told = page.getByRole("status");

  const address = signedAddress(office, "acme");
  await paste(address);
  await told.getByRole("heading", { name: "Somebody would come in with it" }).waitFor();
  await told.getByText("embed member, bea of acme").waitFor();
  await told.getByRole("row", { name: "company acme yes, the viewer can read it" }).waitFor();
  expect(await violations({ frame: page.mainFrame() })).toEqual([]);

  const host = `https://${new URL(office.address).host}`;
  await paste(signedAddress(office, "acme", { host }));
  await told.getByRole("heading", { name: "Nobody would come in with it" }).waitFor();
  await told.getByText("'signature' param failed to authenticate").waitFor();
  await told.getByText(`Most likely the first line that was signed is \`${host}\``).waitFor();
  await told.getByRole("row", { name: `host ${new URL(office.address).host}` }).waitFor();
  await page.screenshot({ path: join(pictures, "playground.png"), fullPage: true });

  await paste("eyJhbGciOiJub25lIn0.e30.");
  await told.getByText("the header's `alg` is not `HS256`").waitFor();

  // It was looked at, and nobody has come with it.
  const login = await fetch(address, { redirect: "manual" });
  expect(login.status).toBe(302);
  await paste(address);
  await told.getByText("somebody has come with it before").waitFor();
  expect(root.errors).toEqual([]);
});

it("shows code that makes one, as it stands in the examples, and copies it", async () => {
  await profile.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const root = await office.desk(profile.context, "root@portal.example");
  await root.turnTo("Token playground");
  const { page } = root;
  const code = page.getByRole("region", { name: "Code", exact: true });
  expect(await code.textContent()).toBe(readFileSync(join(examples, "vitrine/sign.mjs"), "utf8"));

  await root.field("What is signed").selectOption("Looker: a signed address");
  await root.field("Language").selectOption("Python");
  await page.getByText("It reads ATTRIBUTES, CONTENT, HASH, MODELS, SECRET").waitFor();
  await root.button("Copy").click();
  await root.button("Copied").waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(readFileSync(join(examples, "looker/sign.py"), "utf8"));
  expect(await violations({ frame: page.mainFrame() })).toEqual([]);
  await page.screenshot({ path: join(pictures, "playground-code.png"), fullPage: true });
  await page.setViewportSize({ width: 320, height: 700 });
  expect(await overflow({ frame: page.mainFrame() })).toBeLessThanOrEqual(0);

  await root.field("Language").selectOption("C#");
  await root.button("Copy").waitFor();
  expect(await code.textContent()).toContain("static class Sign");
  expect(root.errors).toEqual([]);
});
