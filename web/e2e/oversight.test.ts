import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { openProfile, type Profile } from "./browser.ts";
import { Office } from "./office.ts";

const ROOT = "root@portal.example";

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

it("shows who reaches a folder and why, shares it, and shows what a person reaches", async () => {
  const root = await office.desk(profile.context, ROOT);
  await root.turnTo("Folders");
  await root.page.getByRole("link", { name: "shop/daily" }).click();
  const reach = root.page.getByRole("region", { name: "Who reaches it, and why" });
  await reach.getByRole("row", { name: "team Buyers folder shop/daily grant: explore" }).waitFor();
  // Whoever leads it manages it, until nobody does.
  for (const [leader, told] of [
    ["ivan@portal.example", "4 ways."],
    ["", "3 ways."],
  ] as const) {
    await root.page.getByLabel("Leader", { exact: true }).fill(leader);
    await root.button("Save").click();
    await root.saved();
    await reach.getByText(told).waitFor();
    expect(await reach.getByRole("row", { name: "member ivan@portal.example folder shop/daily owns it" }).count()).toBe(
      leader ? 1 : 0,
    );
  }
  await reach.getByRole("link", { name: "Share" }).click();
  await root.title("New grant").waitFor();
  expect(await root.page.getByLabel("On", { exact: true }).inputValue()).toBe("shop/daily");
  await root.page.getByLabel("To", { exact: true }).fill("Onlookers");
  await root.button("Make grant").click();
  await root.saved();

  await root.turnTo("Access");
  await root.page.getByLabel("What: what kind").selectOption("Workbook");
  await root.page.getByLabel("What", { exact: true }).fill("orders");
  await root.button("Show").click();
  // What is granted on the folder reaches the workbook in it.
  await reach.getByRole("row", { name: "team Onlookers folder shop/daily grant: view" }).waitFor();
  await reach.getByRole("row", { name: "team Onlookers workbook orders grant: view" }).waitFor();

  await root.field("Ask").selectOption("what a person reaches");
  await root.field("Person").fill("ines@portal.example");
  const reached = root.page.getByRole("region", { name: "What they reach, and why" });
  await expect
    .poll(async () => {
      await root.button("Show").click();
      return reached.count();
    })
    .toBe(1);
  const orders = reached
    .getByRole("row")
    .filter({ has: root.page.getByRole("rowheader", { name: "workbook orders" }) });
  await orders.getByText("team Buyers on folder shop/daily: grant: explore").waitFor();
  expect(await orders.getByRole("cell").first().innerText()).toBe("explore");
  // The address alone shows the same.
  await root.page.reload();
  await orders.waitFor();
  expect(root.errors).toEqual([]);
});

it("shows what was done, filtered, and turns to earlier events", async () => {
  const root = await office.desk(profile.context, ROOT);
  for (let opened = 0; opened < 60; opened++) expect((await office.openBuyer("acme")).status).toBe(201);
  expect((await office.openBuyer("globex")).status).toBe(201);
  await root.turnTo("Activity");
  await root.field("What happened").fill("session_opened");
  await root.field("Who").fill("bea@acme.example");
  await root.button("Show").click();
  const told = root.page.getByRole("status");
  await told.getByText("50 events, and there are earlier ones.").waitFor();
  await expect.poll(() => root.page.getByRole("row").filter({ hasNotText: "bea@acme.example" }).count()).toBe(1);
  await root.page.getByRole("row", { name: "session opened bea@acme.example, acme" }).first().waitFor();
  await root.button("Show earlier ones").click();
  await told.getByText(/^60 events\.$/).waitFor();
  // Back and forth, with what was asked for.
  expect(new URL(root.page.url()).searchParams.get("subject")).toBe("bea@acme.example");
  await root.field("Who").fill("");
  await root.field("From").fill("2099-01-01T00:00");
  await root.button("Show").click();
  await told.getByText("No events.").waitFor();
  await root.page.goBack();
  expect(root.errors).toEqual([]);
});

it("makes a workbook, which is checked with everything else, moves it and deletes it", async () => {
  const root = await office.desk(profile.context, ROOT);
  await root.turnTo("Workbooks");
  await root.page.getByRole("link", { name: "New workbook" }).click();
  await root.field("Name").fill("notes");
  const words = (folder: string) => ({
    title: "Notes",
    in: { folder },
    pages: [{ name: "main", title: "Main", elements: [{ name: "words", show: { text: "Read me." } }] }],
  });
  await root.field("Definition").fill("{");
  await root.page.getByText("This is not JSON.").waitFor();
  await root.field("Definition").fill(JSON.stringify(words("shop/nowhere")));
  await root.button("Make workbook").click();
  await root.page.getByRole("alert").first().waitFor();
  expect(await root.page.locator("main").innerText()).toContain("shop/nowhere");
  await root.field("Definition").fill(JSON.stringify(words("shop/daily")));
  await root.button("Make workbook").click();
  await root.title("notes").waitFor();
  const reach = root.page.getByRole("region", { name: "Who reaches it, and why" });
  await reach.getByRole("row", { name: "team Buyers folder shop/daily grant: explore" }).waitFor();

  await root.page.getByLabel("Where it is: what kind").selectOption("Workspace");
  await root.page.getByLabel("Where it is", { exact: true }).fill("vault");
  expect(await root.field("Definition").inputValue()).toContain('"workspace": "vault"');
  await root.button("Save").click();
  await root.saved();
  await reach.getByText("Nobody reaches notes.").waitFor();
  await root.turnTo("Workbooks");
  await root.line("notes").waitFor();
  expect(await root.line("notes").getByRole("cell").allInnerTexts()).toEqual(["Notes", "workspace vault"]);
  await root.page.getByRole("link", { name: "notes", exact: true }).click();
  await root.button("Delete").click();
  await root.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await root.title("Workbooks").waitFor();
  expect(await root.line("notes").count()).toBe(0);
  expect(root.errors).toEqual([]);
});

it("refuses a model that does not hold, and changes one that does", async () => {
  const root = await office.desk(profile.context, ROOT);
  await root.turnTo("Connections");
  await root.line("files").waitFor();
  await root.turnTo("Models");
  await root.page.getByRole("link", { name: "shop", exact: true }).click();
  await root.title("shop").waitFor();
  const written = await root.field("Definition").inputValue();
  await root.field("Definition").fill(written.replace("status <> 'deleted'", "state <> 'deleted'"));
  await root.button("Save").click();
  await root.page.getByText(/unknown column `state`/).waitFor();
  const before = await office.openBuyer("acme");
  expect(before.status).toBe(201);
  await root.field("Definition").fill(written.replace('"title": "Orders"', '"title": "All orders"'));
  await root.button("Save").click();
  await root.saved();
  await root.page.reload();
  await root.title("shop").waitFor();
  expect(await root.field("Definition").inputValue()).toContain('"title": "All orders"');
  expect(root.errors).toEqual([]);
});
