import type { JWTPayload } from "jose";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from "vitest";
import { openProfile, type Profile } from "./browser.ts";
import { sigmaAddressOf } from "./hosts.ts";
import { look, type Seen } from "./look.ts";
import { Desk, type Filled, Office } from "./office.ts";

// Each step of the stories about people, content and data by the pages of administrators alone, in an organization that has
// nothing but one of them; after each, what a host's page shows.

const ROOT = "root@portal.example";
const SALES =
  "sale,company,seller\nA-1,acme,eva@portal.example\nA-2,acme,\nG-1,globex,eva@portal.example\nG-2,globex,\n";
const [ACME, GLOBEX] = [
  ["A-1", "A-2"],
  ["G-1", "G-2"],
];
const DISABLED = "You don't have permission to access this page. Automatic updating of users is disabled.";
const ABSENT = "The page you're looking for does not exist.";
const FORBIDDEN = "You may not do this. Ask whoever gave you access.";
const INVALID = "Invalid embed request.";

interface Key {
  id: string;
  secret: Uint8Array;
}

let office: Office;
let folder: string;
let profile: Profile;
let root: Desk;
let portal: Key;
beforeAll(async () => {
  office = await Office.empty(ROOT, { "sales.csv": SALES }, (path) => {
    folder = path;
  });
  profile = await openProfile();
  root = await office.desk(profile.context, ROOT);
  await root.turnTo("Settings");
  const switches = { "Allow automatic embed user creation": true, "Capture attributes of hosts' claims": true };
  await root.submit(switches, "Save");
  await root.make("Attributes", { Name: "company" });
  // That has ended every session.
  root = await office.desk(profile.context, ROOT);
  await root.make("Account types", { Name: "View" });
  await root.make("Account types", { Name: "Analyst", explore: true, export_csv: true });
  await root.make("Teams", { Name: "Customers" });
  await root.make("Issuers", { Name: "portal", "Trusted domains": "portal.example" });
  await root.make("Connections", { Name: "files", "Folder of files": folder });
  const own = { name: "own_company", permit: "all", rule: "company = user_attribute('company')" };
  await root.make("Models", { Name: "sales", Definition: model([own]) });
  await root.make("Workspaces", { Name: "shop", Title: "Shop" });
  await root.make("Workbooks", { Name: "orders", Definition: workbook("sales", { workspace: "shop" }) });
  await root.make("Grants", { To: { team: "Customers" }, On: { workspace: "shop" }, Level: "view" });
  await root.make("Grants", { To: { team: "Customers" }, On: { model: "sales" } });
  portal = await makeKey("portal");
  await profile.close();
}, 240_000);
afterAll(() => office?.stop());
beforeEach(async () => {
  profile = await openProfile();
  root = await office.desk(profile.context, ROOT);
});
afterEach(async () => {
  await profile.close();
  expect(root.errors).toEqual([]);
});

/** Tables as a file of a model has them. */
function model(row_policies: object[]): object {
  const columns = { sale: "text", company: "text", seller: "text" };
  const fields = { dimensions: { sale: { column: "orders.sale" } }, measures: { orders: { count: "rows" } } };
  return {
    connection: "files",
    tables: { orders: { source: "sales.csv", columns, row_policies } },
    explores: { orders: { table: "orders", ...fields } },
  };
}

function workbook(model: string, place?: object, title = "Orders"): object {
  const query = { explore: `${model}.orders`, fields: ["sale"] };
  const elements = [{ name: "list", title, show: { data: { query, chart: { type: "table" } } } }];
  return { title, ...(place && { in: place }), pages: [{ name: "main", title: "Main", elements }] };
}

async function makeKey(id: string): Promise<Key> {
  await root.make("Embed keys", {
    "Client id": id,
    Issuer: "portal",
    Dialect: "sigma",
    "Opens embeds for internal people": true,
    "Origins of host pages": inject("addresses").pages,
    Content: [{ workspace: "shop" }],
    "Account types": ["Analyst"],
    explore: true,
    export_csv: true,
    Teams: "any",
    "Attributes and their values": { company: "any" },
  });
  return { id, secret: new TextEncoder().encode(await root.field("Secret").inputValue()) };
}

const OF_ACME = { teams: ["Customers"], user_attributes: { company: "acme" } };

function address(sub: string, claims: JWTPayload, path: string, key: Key): Promise<string> {
  return sigmaAddressOf(`${office.address}/portal/workbook/${path}`, sub, claims, key);
}

/** What somebody sees in the frame of a host that signs for them. */
async function seen(sub: string, claims: JWTPayload, path = "orders", key = portal): Promise<Seen> {
  return look(profile.context, await address(sub, claims, path, key));
}

/** An internal person with a link to log in. */
async function makeInternal(email: string, filled: Filled): Promise<string> {
  await root.make("People", { "E-mail address": email, "Account type": "View", Teams: ["Customers"], ...filled });
  return root.field("Link to log in").inputValue();
}

/** What the list of people says of somebody: kind and account type. */
async function listed(email: string): Promise<string[]> {
  await root.page.goto(`${office.address}/admin/people`);
  await root.page
    .getByRole("status")
    .filter({ hasText: / (person|people)\.$/ })
    .waitFor();
  return (await root.line(email).getByRole("cell").allInnerTexts()).slice(1, 3);
}

/** The teams on the page of a person. */
async function teamsOf(email: string): Promise<string[]> {
  await listed(email);
  await root.page.getByRole("link", { name: email, exact: true }).click();
  await root.title(email).waitFor();
  return root.page.locator("form .chip").allInnerTexts();
}

it("story S1: the first open makes a person, later ones are theirs, and internal people open the same embed", async () => {
  expect((await seen("bea@portal.example", { teams: [] })).refused).toContain("at least one team");
  expect((await seen("bea@portal.example", { ...OF_ACME, teams: ["Strangers"] })).refused).toContain("`Strangers`");
  expect(await listed("bea@portal.example")).toEqual([]);
  for (let visit = 0; visit < 2; visit++) {
    expect((await seen("bea@portal.example", OF_ACME)).rows).toEqual(ACME);
    expect(await listed("bea@portal.example")).toEqual(["embed", "View"]);
  }
  await makeInternal("ina@portal.example", { company: "globex" });
  expect((await seen("ina@portal.example", { teams: ["Customers"] })).rows).toEqual(GLOBEX);
  expect(await listed("ina@portal.example")).toEqual(["internal", "View"]);
});

it("story S3: without automatic creation those get in who were made by hand, if they log in once they have", async () => {
  const embed = { Kind: "embed", Subject: "hand@portal.example", Issuer: "portal", "Account type": "View" };
  await root.make("People", { ...embed, Teams: ["Customers"], company: "globex" });
  const link = await makeInternal("ivo@portal.example", { company: "acme" });
  await root.turnTo("Settings");
  await root.submit({ "Allow automatic embed user creation": false }, "Save");
  try {
    expect((await seen("new@portal.example", OF_ACME)).refused).toBe(DISABLED);
    expect((await seen("hand@portal.example", OF_ACME)).rows).toEqual(GLOBEX);
    expect((await seen("ivo@portal.example", OF_ACME)).refused).toBe(DISABLED);
    const elsewhere = await openProfile();
    const ivo = await Desk.open(elsewhere.context, link);
    await ivo.field("New password").fill("eleven green lorries sing");
    await ivo.button("Choose, and log in").click();
    await ivo.page.getByText("ivo@portal.example", { exact: true }).waitFor();
    await elsewhere.close();
    expect((await seen("ivo@portal.example", { teams: ["Strangers"] })).rows).toEqual(ACME);
  } finally {
    await root.turnTo("Settings");
    await root.submit({ "Allow automatic embed user creation": true }, "Save");
  }
});

it("story S5: the account type decides what may be downloaded, by claim for embed people, by page for internal ones", async () => {
  await root.make("Account types", { Name: "Exporter", export_csv: true });
  await root.change("Embed keys", "portal", { "Account types": ["Exporter"] });
  for (const [account_type, actions] of [
    ["View", []],
    ["Exporter", ["Download as CSV"]],
    ["View", []],
  ] as const) {
    expect((await seen("dora@portal.example", { ...OF_ACME, account_type })).actions).toEqual(actions);
    expect(await listed("dora@portal.example")).toEqual(["embed", account_type]);
  }
  await makeInternal("dan@portal.example", { "Account type": "Exporter", company: "acme" });
  const claims = { ...OF_ACME, account_type: "View" };
  expect((await seen("dan@portal.example", claims)).actions).toEqual(["Download as CSV"]);
  await root.change("People", "dan@portal.example", { "Account type": "View" });
  expect((await seen("dan@portal.example", { ...claims, account_type: "Exporter" })).actions).toEqual([]);
});

it("story S6: the claim puts embed people into teams in place of those before, and leaves internal people alone", async () => {
  await root.make("Teams", { Name: "North" });
  await makeInternal("nils@portal.example", { company: "acme" });
  expect((await seen("nora@portal.example", OF_ACME)).rows).toEqual(ACME);
  expect(await teamsOf("nora@portal.example")).toEqual(["Customers"]);
  const claims = { ...OF_ACME, teams: ["North"] };
  expect((await seen("nora@portal.example", claims)).refused).toBe(ABSENT);
  expect(await teamsOf("nora@portal.example")).toEqual(["North"]);
  expect((await seen("nils@portal.example", claims)).rows).toEqual(ACME);
  expect(await teamsOf("nils@portal.example")).toEqual(["Customers"]);

  // The team says who is in it, and internal people are put into it and taken out there, too.
  await root.turnTo("Teams");
  await root.page.getByRole("link", { name: "Customers", exact: true }).click();
  await root.button("Take out nils@portal.example").click();
  await root.line("nils@portal.example").waitFor({ state: "detached" });
  expect(await root.line("nora@portal.example").count()).toBe(0);
  expect((await seen("nils@portal.example", claims)).refused).toBe(ABSENT);
  await root.field("Internal person, by e-mail address").fill("nils@portal.example");
  await root.button("Put into team").click();
  await root.line("nils@portal.example").waitFor();
  expect((await seen("nils@portal.example", claims)).rows).toEqual(ACME);
});

it("story S7: a folder is shared from its page with a team, and a version under a tag with another", async () => {
  for (const Name of ["Partners", "Testers"]) {
    await root.make("Teams", { Name });
    await root.make("Grants", { To: { team: Name }, On: { model: "sales" } });
  }
  await root.make("Workspaces", { Name: "lounge", Title: "Lounge" });
  await root.make("Folders", { Name: "lounge/daily", Title: "Daily" });
  await root.make("Workbooks", { Name: "daily", Definition: workbook("sales", { folder: "lounge/daily" }) });
  await root.make("Tags", { Name: "daily@beta", Definition: workbook("sales", undefined, "Beta") });
  await root.change("Embed keys", "portal", { Content: [{ folder: "lounge/daily" }] });
  const [partner, tester] = [
    { ...OF_ACME, teams: ["Partners"] },
    { ...OF_ACME, teams: ["Testers"] },
  ];
  expect((await seen("pia@portal.example", partner, "daily")).refused).toBe(ABSENT);
  await root.share("Folders", "lounge/daily", "Partners");
  expect((await seen("pia@portal.example", partner, "daily")).rows).toEqual(ACME);
  expect((await seen("pia@portal.example", partner, "daily/tag/beta")).refused).toBe(ABSENT);
  await root.share("Tags", "daily@beta", "Testers");
  expect((await seen("tom@portal.example", tester, "daily/tag/beta")).rows).toEqual(ACME);
  expect((await seen("tom@portal.example", tester, "daily")).refused).toBe(ABSENT);
});

it("story S8: a team of internal people explores the workbook that embed people view", async () => {
  await root.make("Teams", { Name: "Explorers" });
  await root.share("Models", "sales", "Explorers");
  await root.share("Workbooks", "orders", "Explorers", "explore");
  await makeInternal("eli@portal.example", { "Account type": "Analyst", Teams: ["Explorers"], company: "acme" });
  const [internal, embed] = [
    await seen("eli@portal.example", OF_ACME),
    await seen("eda@portal.example", { ...OF_ACME, account_type: "Analyst" }),
  ];
  expect([internal.rows, internal.asks]).toEqual([ACME, true]);
  expect([embed.rows, embed.asks]).toEqual([ACME, false]);
});

it("story S9: without a grant on the data a workbook that is shared shows no row", async () => {
  await root.make("Teams", { Name: "Newcomers" });
  await root.share("Workbooks", "orders", "Newcomers");
  const claims = { ...OF_ACME, teams: ["Newcomers"] };
  const before = await seen("ned@portal.example", claims);
  expect([before.refused, before.rows]).toEqual([FORBIDDEN, []]);
  await root.share("Connections", "files", "Newcomers");
  expect((await seen("ned@portal.example", claims)).rows).toEqual(ACME);
});

it("story S10: policies by attribute, e-mail and team, each written on the model's page, decide the rows", async () => {
  await root.make("Teams", { Name: "Auditors" });
  await root.make("Models", { Name: "guarded", Definition: model([]) });
  await root.make("Workbooks", { Name: "guarded", Definition: workbook("guarded", { workspace: "shop" }) });
  await root.share("Workspaces", "shop", "Auditors");
  for (const team of ["Customers", "Auditors"]) await root.share("Models", "guarded", team);
  const sales = async (who: string, claims: JWTPayload) =>
    (await seen(`${who}@portal.example`, claims, "guarded")).rows;
  const auditor = { teams: ["Auditors"] };
  expect(await sales("amy", auditor)).toEqual([]);

  const policies: object[] = [];
  const add = async (policy: object) => {
    policies.push(policy);
    await root.change("Models", "guarded", { Definition: model(policies) });
  };
  await add({ name: "company", permit: { teams: ["Customers"] }, rule: "company = user_attribute('company')" });
  expect([await sales("eva", OF_ACME), await sales("eva", { teams: ["Customers"] })]).toEqual([ACME, []]);
  await root.change("People", "eva@portal.example", { company: "globex" });
  expect(await sales("eva", { teams: ["Customers"] })).toEqual(GLOBEX);
  await add({ name: "seller", permit: { teams: ["Customers"] }, rule: "seller = user_email()" });
  expect(await sales("eva", OF_ACME)).toEqual([...ACME, "G-1"]);
  await root.change("Teams", "Auditors", { company: "globex" });
  expect(await sales("tim", { teams: ["Customers", "Auditors"] })).toEqual(GLOBEX);
  await add({ name: "audit", permit: { teams: ["Auditors"] }, rule: "company in ('acme', 'globex')" });
  expect(await sales("amy", auditor)).toEqual([...ACME, ...GLOBEX]);
});

it("story S11: the secret that is shown once signs embeds until the key is disabled", async () => {
  const key = await makeKey("second");
  await root.page.reload();
  await root.title("second").waitFor();
  expect(await root.page.content()).not.toContain(new TextDecoder().decode(key.secret));
  expect((await seen("sam@portal.example", OF_ACME, "orders", key)).rows).toEqual(ACME);
  const forged = { ...key, secret: portal.secret };
  expect((await seen("sam@portal.example", OF_ACME, "orders", forged)).refused).toBe(INVALID);
  await root.submit({ Disabled: true }, "Save");
  // Nobody may frame what no key has signed.
  const closed = await fetch(await address("sam@portal.example", OF_ACME, "orders", key));
  expect(closed.headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
});
