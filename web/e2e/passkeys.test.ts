import { afterAll, beforeAll, expect, it } from "vitest";
import { violations } from "./accessibility.ts";
import { openProfile } from "./browser.ts";
import { type Desk, Office } from "./office.ts";
import { serveNamed } from "./rig.ts";

const ROOT = "root@portal.example";
const PASSWORD = "correct horse battery staple";

let office: Office;
beforeAll(async () => {
  office = await Office.start(undefined, serveNamed);
});
afterAll(() => office?.stop());

/** Plugs an authenticator into a tab, which makes sure who uses it. */
async function plugged(desk: Desk): Promise<(verifies: boolean) => Promise<unknown>> {
  const devtools = await desk.page.context().newCDPSession(desk.page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return (isUserVerified) => devtools.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified });
}

it("makes a passkey on the account page, lets its owner in by it alone, and removes it", async () => {
  const profile = await openProfile({ width: 320, colorScheme: "dark" });
  const root = await office.desk(profile.context, ROOT);
  const verifies = await plugged(root);
  await root.page.goto(`${office.address}/account`);
  await root.field("New password").fill(PASSWORD);
  await root.button("Save password").click();
  await root.page.getByRole("heading", { name: "Change the password" }).waitFor();

  await root.button("Add a passkey").click();
  await root.field("Name of the passkey").fill("Olive laptop");
  await root.page.locator("section", { hasText: "Make the passkey" }).getByLabel("Password").fill("wrong");
  await root.button("Make the passkey").click();
  await root.page.getByRole("alert").getByText("expected the one that you log in with").waitFor();
  await root.page.locator("section", { hasText: "Make the passkey" }).getByLabel("Password").fill(PASSWORD);
  expect(await violations({ frame: root.page.mainFrame() })).toEqual([]);
  await root.button("Make the passkey").click();
  await root.page.getByText("Olive laptop").first().waitFor();
  expect(await violations({ frame: root.page.mainFrame() })).toEqual([]);
  expect(await root.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);

  await root.button("Log out").click();
  await root.title("You have logged out").waitFor();
  await root.page.goto(`${office.address}/login`);
  await root.button("Log in with a passkey").waitFor();
  expect(await violations({ frame: root.page.mainFrame() })).toEqual([]);
  // Whoever does not unlock it does not get in, and may try another way.
  await verifies(false);
  await root.button("Log in with a passkey").click();
  await expect.poll(() => root.button("Log in with a passkey").isEnabled()).toBe(true);
  expect(await root.page.getByRole("heading", { level: 1 }).textContent()).toBe("Log in");
  await verifies(true);
  await root.button("Log in with a passkey").click();
  await root.title("Administration").waitFor();

  await root.page.goto(`${office.address}/account`);
  await root.page.getByText("last used").waitFor();
  await root.page.getByRole("button", { name: "Remove Olive laptop" }).click();
  await root.page.locator("section", { hasText: "Remove the passkey" }).getByLabel("Password").fill(PASSWORD);
  await root.button("Remove the passkey").click();
  await root.button("Add a passkey").waitFor();
  await expect.poll(() => root.page.getByText("Olive laptop").count()).toBe(0);
  await root.button("Log out").click();
  await root.title("You have logged out").waitFor();
  await root.page.goto(`${office.address}/login`);
  await root.button("Log in with a passkey").click();
  await root.page.getByRole("alert").getByText("This passkey lets nobody in here").waitFor();
  expect(root.errors).toEqual([]);
  await profile.close();
});

it("lets an administrator take away what somebody has lost", async () => {
  const [profile, hers] = [await openProfile(), await openProfile()];
  const tina = await office.desk(hers.context, "tina@acme.example");
  await plugged(tina);
  await tina.page.goto(`${office.address}/account`);
  await tina.field("New password").fill(PASSWORD);
  await tina.button("Save password").click();
  await tina.page.getByRole("heading", { name: "Change the password" }).waitFor();
  await tina.button("Add a passkey").click();
  await tina.field("Name of the passkey").fill("Lost telephone");
  await tina.page.locator("section", { hasText: "Make the passkey" }).getByLabel("Password").fill(PASSWORD);
  await tina.button("Make the passkey").click();
  await tina.page.getByText("Lost telephone").first().waitFor();

  const root = await office.desk(profile.context, ROOT);
  await root.turnTo("People");
  await root.page.getByRole("link", { name: "tina@acme.example" }).click();
  await root.button("Reset second factor").click();
  const dialog = root.page.getByRole("dialog");
  expect(await violations({ frame: root.page.mainFrame() })).toEqual([]);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.waitFor({ state: "detached" });
  await root.button("Reset second factor").click();
  await dialog.getByRole("button", { name: "Reset", exact: true }).click();
  await root.page.getByText("They log in with their password alone now.").waitFor();
  await root.button("Reset second factor").click();
  await dialog.getByRole("button", { name: "Reset", exact: true }).click();
  await dialog.getByRole("alert").getByText("neither a second factor nor passkeys").waitFor();
  expect(root.errors).toEqual([]);

  await tina.page.goto(`${office.address}/login`);
  await tina.button("Log in with a passkey").click();
  await tina.page.getByRole("alert").getByText("This passkey lets nobody in here").waitFor();
  for (const one of [profile, hers]) await one.close();
});
