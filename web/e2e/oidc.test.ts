import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import Provider from "oidc-provider";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { violations } from "./accessibility.ts";
import { openProfile, type Profile } from "./browser.ts";
import { Office } from "./office.ts";

const SECRET = "oidc-test-secret-that-the-provider-has-given-0123456789";

let office: Office;
let server: Server;
let issuer: string;
let answer: RequestListener = (_, response) => response.writeHead(503).end();
let profile: Profile;

beforeAll(async () => {
  server = createServer((request, response) => answer(request, response));
  server.listen(0, "localhost");
  await once(server, "listening");
  issuer = `http://localhost:${(server.address() as AddressInfo).port}`;
  process.env.OIDC_TEST_SECRET = SECRET;
  office = await Office.start((definitions) => {
    const provider = {
      name: "idp",
      issuer: "portal",
      oidc: {
        discovery: issuer,
        client_id: "vitrine",
        secrets: [{ secret_env: "OIDC_TEST_SECRET" }],
        private_network: true,
      },
      claims: { first_name: "given_name", teams: "role", attributes: { company: "company" } },
      teams: { sync: "replacing", map: { buyer: ["Buyers"] } },
      provisioning: { members: true },
      ceiling: { teams: ["Buyers"], attributes: { company: "any" } },
    };
    writeFileSync(join(definitions, "identity_providers.yaml"), JSON.stringify({ identity_providers: [provider] }));
  });
  answer = provider().callback();
});
afterAll(async () => {
  await office?.stop();
  server?.closeAllConnections();
  server?.close();
});
beforeEach(async () => {
  profile = await openProfile();
});
afterEach(() => profile.close());

/** A real provider that knows everybody, as a buyer of the company that their name begins with. */
function provider(): Provider {
  return new Provider(issuer, {
    clients: [
      {
        client_id: "vitrine",
        client_secret: SECRET,
        redirect_uris: [`${office.address}/auth/oidc/idp/callback`],
        backchannel_logout_uri: `${office.address}/auth/oidc/idp/logout`,
        backchannel_logout_session_required: true,
      },
      {
        client_id: "vitrine-without-secret",
        token_endpoint_auth_method: "none",
        redirect_uris: [`${office.address}/auth/oidc/airline-id/callback`],
      },
    ],
    claims: { email: ["email", "email_verified"], profile: ["given_name", "role", "company"] },
    conformIdTokenClaims: false,
    cookies: { keys: [SECRET] },
    features: { backchannelLogout: { enabled: true } },
    findAccount: (_, id) => ({
      accountId: id,
      claims: () => ({
        sub: id,
        email: `${id}@customer.example`,
        email_verified: true,
        given_name: "Bea",
        role: "buyer",
        company: id.split("-")[0],
      }),
    }),
  });
}

async function logInAs(page: Page, who: string): Promise<void> {
  await page.goto(`${office.address}/auth/oidc/idp?return_to=/workbooks/orders`);
  await showAs(page, who);
}

/** Logs in on the provider's own pages. */
async function showAs(page: Page, who: string): Promise<void> {
  await page.locator("[name=login]").fill(who);
  await page.locator("[name=password]").fill("anything");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}

it("makes a member of whoever the provider logs in, who sees exactly their rows", async () => {
  for (const [company, other] of [
    ["acme", "globex"],
    ["globex", "acme"],
  ]) {
    const one = await openProfile();
    const told: Promise<string>[] = [];
    const page = await one.context.newPage();
    page.on("response", (response) => {
      if (response.url().startsWith(office.address)) told.push(response.text().catch(() => ""));
    });
    await logInAs(page, `${company}-1`);
    await page.locator('[data-element="list"]').getByText(`CNRY_${company}`).first().waitFor();
    expect(new URL(page.url()).pathname).toBe("/workbooks/orders/main");
    expect((await Promise.all(told)).join("\n")).not.toContain(`CNRY_${other}`);
    await one.close();
  }
});

it("ends the session when the provider logs the person out", async () => {
  const page = await profile.context.newPage();
  await logInAs(page, "acme-2");
  await page.locator('[data-element="list"]').getByText("CNRY_acme").first().waitFor();
  const away = await profile.context.newPage();
  await away.goto(`${issuer}/session/end`);
  await away.getByRole("button", { name: /sign me out/i }).click();
  await expect
    .poll(async () => (await profile.context.request.get(`${office.address}/api/v1/session`)).status())
    .toBe(401);
  await page.reload();
  await page.getByText("You are not logged in.").waitFor();
});

it("offers the provider where people log in, and says why nobody came in", async () => {
  const page = await profile.context.newPage();
  await page.goto(`${office.address}/login?sign_on=expired`);
  await page.getByText("Logging in there took too long").waitFor();
  expect(await violations({ frame: page.mainFrame() })).toEqual([]);
  await page.getByRole("link", { name: "Log in with idp" }).click();
  await page.locator("[name=login]").waitFor();
  expect(page.url().startsWith(issuer)).toBe(true);
});

it("lets people in by a provider that an administrator has made on its page", async () => {
  const root = await office.desk(profile.context, "root@portal.example");
  await root.turnTo("Issuers");
  await root.page.getByRole("link", { name: "New issuer" }).click();
  await root.page.getByRole("textbox", { name: "Name" }).fill("airline");
  await root.button("Make issuer").click();
  await root.saved();
  await root.turnTo("Identity providers");
  await root.page.getByRole("link", { name: "New identity provider" }).click();
  await root.title("New identity provider").waitFor();
  await root.field("Name").fill("airline-id");
  await root.field("Issuer").fill("portal");
  await root.field("Speaks").selectOption("OpenID Connect");
  await root.field("Issuer of OpenID Connect").fill(issuer);
  await root.field("Client id").fill("vitrine-without-secret");
  await root.page.getByRole("switch", { name: "Makes members" }).check();
  await root.page.getByLabel("Names of claims").fill('{"first_name": "given_name", "tenant": null, "teams": "role"}');
  await root.page.getByLabel("Teams (optional)").fill('{"sync": "replacing", "map": {"buyer": ["Buyers"]}}');
  await root.field("Teams").fill("Buyers");
  await root.page.keyboard.press("Enter");
  await root.page.getByLabel("Attributes and their values").fill('{"company": "any"}');
  expect(await violations({ frame: root.page.mainFrame() })).toEqual([]);

  // What is wrong is said where it is, one after the other.
  const [at, local] = [root.field("Issuer"), root.page.getByRole("switch", { name: "May be in a private network" })];
  await root.button("Make identity provider").click();
  await root.page.getByText("The provider is on this machine: expected `true`.").waitFor();
  expect(await local.getAttribute("aria-invalid")).toBe("true");
  await local.check();
  await root.button("Make identity provider").click();
  await root.page.getByText("expected an issuer of its own").waitFor();
  expect(await at.getAttribute("aria-invalid")).toBe("true");
  await at.fill("airline");
  await root.button("Make identity provider").click();
  await root.title("airline-id").waitFor();
  expect(await root.field("Secret").count()).toBe(0);
  expect(root.errors).toEqual([]);

  const elsewhere = await openProfile();
  const page = await elsewhere.context.newPage();
  await page.goto(`${office.address}/login`);
  await page.getByRole("link", { name: "Log in with airline-id" }).click();
  await showAs(page, "globex-3");
  await page.getByRole("heading", { name: "Your account" }).waitFor();
  await page.goto(`${office.address}/workbooks/orders`);
  await page.locator('[data-element="list"]').getByText("CNRY_globex").first().waitFor();
  await elsewhere.close();
});

it("takes a client secret on the provider's page, which counts from the next log-in on", async () => {
  const root = await office.desk(profile.context, "root@portal.example");
  await root.turnTo("Identity providers");
  await root.line("idp").getByRole("link").first().click();
  await root.title("idp").waitFor();
  const put = async (secret: string) => {
    await root.field("The secret that the provider has given").fill(secret);
    await root.button("Put secret").click();
    await root.page.getByText("It counts now.").waitFor();
  };
  await put("another than the provider has given");
  expect(await violations({ frame: root.page.mainFrame() })).toEqual([]);
  expect(await root.field("The secret that the provider has given").inputValue()).toBe("");
  const elsewhere = await openProfile();
  const page = await elsewhere.context.newPage();
  await logInAs(page, "acme-9");
  await page.getByText("The provider knows you").waitFor();
  expect(new URL(page.url()).pathname).toBe("/login");

  await put(SECRET);
  await root.page.getByRole("switch", { name: "Asks UserInfo as well" }).check();
  await root.button("Save").click();
  await root.saved();
  // The provider knows her still, and asks nothing again.
  await page.goto(`${office.address}/auth/oidc/idp?return_to=/workbooks/orders`);
  await page.locator('[data-element="list"]').getByText("CNRY_acme").first().waitFor();
  expect(root.errors).toEqual([]);
  await elsewhere.close();
});
