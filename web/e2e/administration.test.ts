import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { exportSPKI, generateKeyPair, SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { violations } from "./accessibility.ts";
import { openProfile, type Profile } from "./browser.ts";
import { signed } from "./hosts.ts";
import { Desk, Office } from "./office.ts";

const ROOT = "root@portal.example";
/** A login code, a handle, or what a cookie holds. */
const CREDENTIAL = /v[hil]_[\w-]{8,}/;
/** The canaries of the small world, and whose they are. */
const GLOBEX = /globex/i;

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

it("lets a link in once, leaves no code in the address, and forgets who logs out", async () => {
  const link = await office.link(ROOT);
  const desk = await Desk.open(profile.context, link);
  await desk.title("Administration").waitFor();
  await desk.page.getByText(ROOT, { exact: true }).waitFor();
  expect(desk.page.url()).toBe(`${office.address}/admin`);
  expect(desk.asked.filter((address) => CREDENTIAL.test(address))).toEqual([]);
  expect(await desk.page.evaluate(() => [localStorage.length, document.cookie])).toEqual([0, ""]);

  // The browser keeps the session in a cookie, which is for this origin alone, and which no script reads.
  const { port } = new URL(office.address);
  const cookies = await profile.context.cookies();
  const wanted = {
    name: `__Host-vitrine-${port}`,
    path: "/",
    secure: true,
    httpOnly: true,
    sameSite: "Lax",
    expires: -1,
  };
  expect(cookies).toEqual([expect.objectContaining(wanted)]);
  expect(await desk.page.evaluate(() => [sessionStorage.length, document.cookie])).toEqual([0, ""]);
  await desk.page.reload();
  await desk.page.getByText(ROOT, { exact: true }).waitFor();
  const other = await Desk.open(profile.context, `${office.address}/admin/teams`);
  await other.title("Teams").waitFor();

  // The link has been used; pasted into a page that is open, its code goes too.
  await other.page.goto(link);
  await other.title("This link does not count any more").waitFor();
  expect(other.page.url()).toBe(`${office.address}/admin`);
  await other.button("Go on as before").click();
  await other.title("Administration").waitFor();

  const headers = { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; ") };
  await desk.button("Log out").click();
  await desk.title("You have logged out").waitFor();
  expect(await profile.context.cookies()).toEqual([]);
  expect((await fetch(`${office.address}/api/v1/session`, { headers })).status).toBe(401);
  await other.pages.getByRole("link", { name: "People", exact: true }).click();
  await other.title("Your session has ended").waitFor();
  await other.page.reload();
  await other.title("Log in").waitFor();
  await other.page.getByText("vitrine login-code EMAIL").waitFor();
  expect(office.log).not.toMatch(CREDENTIAL);
  expect([...desk.errors, ...other.errors]).toEqual([]);
});

it("shows a page of one person nothing of another who logs in in the same browser", async () => {
  const root = await office.desk(profile.context, ROOT);
  await root.turnTo("Teams");
  const ana = await office.desk(profile.context, "desk@portal.example");
  await root.pages.getByRole("link", { name: "People", exact: true }).click();
  await root.title("Your session has ended").waitFor();
  expect(await root.page.locator("body").innerText()).not.toContain("desk@portal.example");
  await ana.turnTo("People");
  await root.button("Look again").click();
  await root.page.getByText("desk@portal.example", { exact: true }).first().waitFor();
  await root.button("Log out").click();
  await root.title("You have logged out").waitFor();
  expect([...root.errors, ...ana.errors]).toEqual([]);
});

it("goes back to the way in when the session ends elsewhere", async () => {
  const elsewhere = await openProfile();
  const [ana, root] = [
    await office.desk(elsewhere.context, "desk@portal.example"),
    await office.desk(profile.context, ROOT),
  ];
  await root.turnTo("Sessions");
  await root.line("desk@portal.example").getByRole("button", { name: "End" }).click();
  await root.page.getByRole("dialog").getByRole("button", { name: "End", exact: true }).click();
  await root.line("desk@portal.example").waitFor({ state: "detached" });
  await ana.pages.getByRole("link", { name: "People", exact: true }).click();
  await ana.title("Your session has ended").waitFor();
  await elsewhere.close();
  expect([...ana.errors, ...root.errors]).toEqual([]);
});

it("story S2: an administrator switches automatic creation off, and whoever may not has no such page", async () => {
  const desk = await office.desk(profile.context, "desk@portal.example");
  expect(await desk.pages.getByRole("link").allInnerTexts()).toEqual(["People", "Teams", "Sessions"]);
  await desk.page.goto(`${office.address}/admin/settings`);
  await desk.title("There is nothing here").waitFor();

  expect((await office.openBuyer("acme")).status).toBe(201);
  const root = await office.desk(profile.context, ROOT);
  await root.turnTo("Settings");
  await root.page.getByText("Administration › Embeds").waitFor();
  const toggle = root.page.getByRole("switch", { name: "Allow automatic embed user creation" });
  expect(await toggle.isChecked()).toBe(true);
  await toggle.focus();
  await root.page.keyboard.press("Space");
  await root.button("Save").click();
  await root.saved();
  const refused = await office.openBuyer("acme");
  expect([refused.status, refused.detail]).toEqual([
    403,
    "You don't have permission to access this page. Automatic updating of users is disabled.",
  ]);

  await root.page.reload();
  expect(await toggle.isChecked()).toBe(false);
  await toggle.check();
  await root.button("Save").click();
  await root.saved();
  expect((await office.openBuyer("acme")).status).toBe(201);
  expect([...desk.errors, ...root.errors]).toEqual([]);
});

it("makes a person, who gets in by the link, is found, changed and deactivated", async () => {
  const root = await office.desk(profile.context, ROOT);
  await root.turnTo("People");
  await root.page.getByRole("link", { name: "New person" }).click();
  await root.title("New person").waitFor();
  await root.field("E-mail address").fill("nia@portal.example");
  await root.page.getByLabel("First name").fill("Nia");
  await root.page.getByLabel("Last name").fill("Okafor");
  await root.field("Account type").fill("Emperor");
  await root.button("Make person").click();
  const wrong = root.page.getByRole("alert");
  await wrong.getByText("Look at what is marked above.").waitFor();
  expect(await root.field("Account type").getAttribute("aria-invalid")).toBe("true");
  await root.field("Account type").fill("Desk");
  await root.page.getByLabel("Teams").fill("Support");
  await root.page.keyboard.press("Enter");
  await root.button("Remove Support from Teams").waitFor();
  await root.button("Make person").click();
  await root.title("Nia Okafor").waitFor();
  const link = await root.field("Link to log in").inputValue();
  const elsewhere = await openProfile();
  const nia = await Desk.open(elsewhere.context, link);
  await nia.field("New password").fill("eleven green lorries sing");
  await nia.button("Choose, and log in").click();
  await nia.page.getByText("nia@portal.example", { exact: true }).waitFor();

  await root.page.reload();
  await root.title("Nia Okafor").waitFor();
  expect(await root.field("Link to log in").count()).toBe(0);
  await root.field("company").fill("acme");
  await root.button("Save").click();
  await root.saved();
  const effective = root.page.getByRole("region", { name: "What counts, and where it comes from" });
  await effective.getByRole("row", { name: "company acme their own" }).waitFor();

  await root.turnTo("People");
  await root.field("Begins with").fill("oka");
  await root.page.getByRole("status").getByText("1 person.").waitFor();
  await root.page.getByRole("link", { name: "Nia Okafor" }).click();
  await root.button("Deactivate").click();
  await root.saved();
  await nia.page.reload();
  await nia.title("Log in").waitFor();
  await elsewhere.close();
  await root.button("Reactivate").click();
  await root.button("Deactivate").waitFor();
  await root.button("Delete").click();
  await root.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await root.title("People").waitFor();
  await root.page.getByRole("status").filter({ hasText: "people." }).waitFor();
  expect(await root.line("Nia Okafor").count()).toBe(0);
  expect([...root.errors, ...nia.errors]).toEqual([]);
});

it("takes a grant away and makes it again, and the embed closes and opens", async () => {
  const root = await office.desk(profile.context, ROOT);
  const host = await office.embed(profile.context, "acme");
  const embed = host.frame("vitrine-dashboard iframe");
  await embed.locator('[data-element="list"]').waitFor();
  await root.turnTo("Grants");
  await root.page.getByRole("link", { name: "team Buyers on folder shop/daily" }).click();
  await root.title("team Buyers on folder shop/daily").waitFor();
  await root.button("Delete").click();
  await root.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await root.title("Grants").waitFor();
  await host.page.reload();
  await embed.getByText("There is nothing here for you.").first().waitFor();

  await root.page.getByRole("link", { name: "New grant" }).click();
  await root.page.getByLabel("To", { exact: true }).fill("Buyers");
  await root.page.getByLabel("On: what kind").selectOption("Folder");
  await root.page.getByLabel("On", { exact: true }).fill("shop/daily");
  await root.page.getByLabel("Level").selectOption("explore");
  await root.button("Make grant").click();
  await root.saved();
  await host.page.reload();
  await embed.locator('[data-element="list"]').getByText("CNRY_acme").first().waitFor();
  expect(root.errors).toEqual([]);
});

it("shows the secret of a new key once", async () => {
  const root = await office.desk(profile.context, ROOT);
  await root.turnTo("Embed keys");
  await root.page.getByRole("link", { name: "New embed key" }).click();
  await root.field("Client id").fill("kiosk-2");
  await root.field("Issuer").fill("portal");
  await root.page.getByLabel("Origins of host pages").fill("https://kiosk.example");
  await root.button("Make embed key").click();
  await root.title("kiosk-2").waitFor();
  const secret = await root.field("Secret").inputValue();
  const open = () =>
    fetch(`${office.address}/api/v1/embed/sessions`, {
      method: "POST",
      headers: {
        authorization: `Basic ${Buffer.from(`kiosk-2:${secret}`).toString("base64")}`,
        "content-type": "application/json",
      },
      body: "{}",
    });
  expect((await open()).status).toBe(400);
  await root.page.reload();
  await root.title("kiosk-2").waitFor();
  expect(await root.page.content()).not.toContain(secret);
  expect(await root.field("Secret").count()).toBe(0);
  await root.page.getByRole("switch", { name: "Disabled" }).check();
  await root.button("Save").click();
  await root.saved();
  expect((await open()).status).toBe(401);

  await root.turnTo("API credentials");
  await root.page.getByRole("link", { name: "New API credential" }).click();
  await root.page.getByRole("textbox", { name: "Name" }).fill("back end");
  await root.field("Owner").fill(ROOT);
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);
  await root.field("Ends").fill(tomorrow);
  await root.tick("manage_teams").check();
  expect(await root.tick("administer").isChecked()).toBe(true);
  await root.button("Make API credential").click();
  const credential = await root.field("Secret").inputValue();
  const teams = () => fetch(`${office.address}/api/v1/teams`, { headers: { authorization: `Bearer ${credential}` } });
  expect((await teams()).status).toBe(200);
  await root.turnTo("API credentials");
  await root.line("back end").getByRole("button", { name: "End" }).click();
  await root.page.getByRole("dialog").getByRole("button", { name: "End", exact: true }).click();
  await root.line("back end").waitFor({ state: "detached" });
  expect((await teams()).status).toBe(401);
  expect(root.errors).toEqual([]);
});

it("makes keys of Tableau's dialect that trust somebody else's keys", async () => {
  const root = await office.desk(profile.context, ROOT);
  const key = { Issuer: "portal", Dialect: "tableau", "Account types": ["Act"], Tenants: ["acme"], Teams: "any" };
  const { publicKey, privateKey } = await generateKeyPair("RS256", { extractable: true });
  await root.make("Embed keys", {
    "Client id": "unified",
    ...key,
    "Who signs": "unified_access",
    "Issuer of tokens": "https://auth.portal.example/tableau",
    "Public key": await exportSPKI(publicKey),
    Scopes: "tableau:views:embed",
    "Ids of Tableau's sites": "site-1",
  });
  expect(await root.field("Secret").count()).toBe(0);
  const iat = Math.floor(Date.now() / 1000);
  const token = (kid: CryptoKey) =>
    new SignJWT({ email: "hand@acme.example", scp: ["tableau:views:embed"], "https://tableau.com/siteId": "site-1" })
      .setProtectedHeader({ alg: "RS256", typ: "JWT", kid: "one" })
      .setIssuer("https://auth.portal.example/tableau")
      .setIssuedAt(iat)
      .setExpirationTime(iat + 300)
      .setJti("one")
      .sign(kid);
  await root.turnTo("Token playground");
  await root.field("Whose it is").selectOption("Tableau");
  const told = root.page.getByRole("status");
  for (const [signer, heading] of [
    [privateKey, "Somebody would come in with it"],
    [(await generateKeyPair("RS256")).privateKey, "Nobody would come in with it"],
  ] as const) {
    await root.page.getByLabel("A token, or the address that carries it").fill(await token(signer));
    await root.button("Try").click();
    await told.getByRole("heading", { name: heading }).waitFor();
  }

  await root.turnTo("Embed keys");
  await root.page.getByRole("link", { name: "New embed key" }).click();
  const server = { "Client id": "idp", ...key, "Who signs": "authorization_server" };
  await root.enter({ ...server, "Issuer of tokens": "http://idp.portal.example" });
  await root.button("Make embed key").click();
  await root.page.getByRole("alert").getByText("Look at what is marked above.").waitFor();
  expect(await root.field("Issuer of tokens").getAttribute("aria-invalid")).toBe("true");
  await root.submit({ "Issuer of tokens": "https://idp.portal.example" }, "Make embed key");
  await root.page.reload();
  await root.title("idp").waitFor();
  expect(await root.field("Issuer of tokens").inputValue()).toBe("https://idp.portal.example");
  await root.submit({ "Address of its keys": "https://idp.portal.example/keys" }, "Save");
  expect(root.errors).toEqual([]);
});

it("makes an identity provider, whose secret is shown once and logs people in", async () => {
  const root = await office.desk(profile.context, ROOT);
  await root.turnTo("Identity providers");
  await root.page.getByRole("link", { name: "New identity provider" }).click();
  await root.field("Name").fill("portal-sso");
  await root.field("Issuer").fill("portal");
  await root.field("Sign-in address").fill("http://portal.example/sign-in");
  await root.page.getByRole("switch", { name: "Makes members" }).check();
  await root.button("Make identity provider").click();
  await root.page.getByRole("alert").getByText("Look at what is marked above.").waitFor();
  expect(await root.field("Sign-in address").getAttribute("aria-invalid")).toBe("true");
  await root.field("Sign-in address").fill("https://portal.example/sign-in");
  await root.button("Make identity provider").click();
  await root.title("portal-sso").waitFor();
  const secret = await root.field("Secret").inputValue();
  await root.page.reload();
  await root.title("portal-sso").waitFor();
  expect(await root.page.content()).not.toContain(secret);
  expect(await root.field("Secret").count()).toBe(0);
  expect(root.errors).toEqual([]);

  const elsewhere = await openProfile();
  const page = await elsewhere.context.newPage();
  const claims = { email: "zoe@customer.example", iat: Math.floor(Date.now() / 1000), jti: "one" };
  const jwt = await signed(claims, new TextEncoder().encode(secret));
  await page.goto(`${office.address}/auth/sso?${new URLSearchParams({ jwt, return_to: "/account" })}`);
  await page.getByText("zoe@customer.example").waitFor();
  await elsewhere.close();
  await root.turnTo("Identity providers");
  await root.line("portal-sso").getByText("Signed tokens").waitFor();
});

it("makes an account type by its tree of permissions", async () => {
  const root = await office.desk(profile.context, ROOT);
  await root.turnTo("Account types");
  await root.page.getByRole("link", { name: "New account type" }).click();
  await root.page.getByRole("textbox", { name: "Name" }).fill("Author");
  await root.tick("manage_teams").check();
  expect(await root.tick("administer").isChecked()).toBe(true);
  await root.button("Make account type").click();
  await root.title("Author").waitFor();
  await root.tick("administer").uncheck();
  expect(await root.tick("manage_teams").isChecked()).toBe(false);
  await root.button("Save").click();
  await root.saved();
  await root.turnTo("Account types");
  await root.line("Author").waitFor();
  expect(await root.line("Author").getByRole("cell").allInnerTexts()).toEqual(["view", "1"]);
  expect(root.errors).toEqual([]);
});

it("shows a tenant's administrator nothing of another tenant", async () => {
  for (const company of ["acme", "globex"]) expect((await office.openBuyer(company)).status).toBe(201);
  const root = await office.desk(profile.context, ROOT);
  await root.turnTo("People");
  const other = root.page.getByRole("link", { name: "bea@globex.example" });
  const address = await other.getAttribute("href");
  const tina = await office.desk(profile.context, "tina@acme.example");
  for (const title of await tina.pages.getByRole("link").allInnerTexts()) {
    await tina.turnTo(title);
    await tina.page.getByRole("status").filter({ hasNotText: "Loading" }).first().waitFor();
    expect(await tina.page.locator("body").innerText()).not.toMatch(GLOBEX);
  }
  await tina.turnTo("People");
  await tina.line("bea@acme.example").waitFor();
  await tina.page.goto(`${office.address}${address}`);
  await tina.page.getByText("There is nothing here within your reach.").waitFor();
  await tina.turnTo("Teams");
  await tina.page.getByRole("link", { name: "New team" }).click();
  expect(await tina.page.getByLabel("Name").inputValue()).toBe("acme/");
  const told = (await Promise.all(tina.told)).join("\n");
  expect(told).toContain("bea@acme.example");
  expect(told).not.toMatch(GLOBEX);
  expect(tina.errors).toEqual([]);
});

for (const [width, colorScheme] of [
  [320, "dark"],
  [1280, "light"],
] as const) {
  it(`holds the rules of accessibility at ${width} pixels in ${colorScheme}, and is no wider`, async () => {
    const own = await openProfile({ width, colorScheme });
    try {
      const root = await office.desk(own.context, ROOT);
      const addresses = ["", "people/new", "embed-keys/new", "account-types/new", "grants/new", "api-credentials/new"];
      addresses.push("identity-providers/new");
      const links = await root.page.locator("#pages a").all();
      for (const link of links) addresses.push(((await link.getAttribute("href")) ?? "").replace("/admin/", ""));
      const opened: string[] = [];
      for (const address of [...addresses, "people", "teams", "embed-keys", "folders", "workbooks"]) {
        await root.page.goto(`${office.address}/admin/${address}`);
        if (opened.length >= addresses.length) await root.page.locator("tbody a").first().click();
        await root.page.locator("h1").waitFor();
        await root.page.locator("main:not(:has-text('Loading…'))").waitFor();
        const name = `admin-${address.replaceAll("/", "-") || "home"}${opened.includes(address) ? "-one" : ""}`;
        opened.push(address);
        await root.page.screenshot({ path: `${pictures}/${name}-${width}-${colorScheme}.png`, fullPage: true });
        expect([address, await violations({ frame: root.page.mainFrame() })]).toEqual([address, []]);
        const wider = await root.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect([address, wider]).toEqual([address, 0]);
      }
      expect(root.errors).toEqual([]);
    } finally {
      await own.close();
    }
  });
}
