import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { violations } from "./accessibility.ts";
import { openProfile, type Profile } from "./browser.ts";
import { type Desk, Office } from "./office.ts";

const ANN = "ann@portal.example";

let office: Office;
let profile: Profile;
beforeAll(async () => {
  office = await Office.start((definitions) => {
    const edit = (file: string, before: string, after: string) => {
      const path = join(definitions, file);
      const text = readFileSync(path, "utf8");
      expect(text).toContain(before);
      writeFileSync(path, text.replace(before, after));
    };
    const held = "view, explore, save_content, publish_content, tag_content";
    edit("account_types.yaml", "  - {name: Desk", `  - {name: Build, permissions: [${held}]}\n  - {name: Desk`);
    edit(
      "members.yaml",
      "members:\n",
      `members:\n  - {subject: ${ANN}, kind: internal, account_type: Build, teams: [Buyers], ` +
        "attributes: {company: acme}, has_logged_in: true}\n",
    );
    edit("grants.yaml", "grants:\n", `grants:\n  - {to: {member: ${ANN}}, on: {folder: shop/daily}, level: manage}\n`);
    // A key that is for the workbook by its name would keep it from the trash.
    edit("embed_keys.yaml", "content: [{workbook: orders}]", "content: [{folder: shop/daily}]");
  });
});
afterAll(() => office?.stop());
beforeEach(async () => {
  profile = await openProfile();
});
afterEach(() => profile.close());

/** The draft of the orders, opened by its author. */
async function orders(desk: Desk): Promise<void> {
  await desk.turnTo("Drafts and versions");
  await desk.page.getByRole("link", { name: "orders", exact: true }).click();
  await desk.title("orders").waitFor();
}

const words = (title: string, text: string) => ({
  title: "Orders",
  pages: [
    {
      name: "main",
      title,
      elements: [
        { name: "words", title: "Words", show: { text } },
        {
          name: "all",
          title: "All orders",
          show: {
            data: {
              query: { explore: "shop.orders", fields: ["order_id", "status", "note"] },
              chart: { type: "table" },
            },
          },
        },
      ],
    },
  ],
});

it("drafts, previews with the author's own rows, publishes, compares and restores", async () => {
  const ann = await office.desk(profile.context, ANN);
  // Authors have their pages and no others.
  expect(await ann.pages.getByRole("link").allInnerTexts()).toEqual(["Drafts and versions", "Trash"]);
  await orders(ann);
  await ann.page.getByText("There is none: readers and authors see version 1.").waitFor();
  await ann.button("Begin a draft").click();
  expect(await ann.field("Definition").inputValue()).toContain('"chart"');
  await ann.field("Definition").fill(JSON.stringify(words("Drafted", "Not yet.")));
  await ann.button("Save draft").click();
  await ann.saved();

  await ann.button("Preview").click();
  const preview = ann.page.getByRole("region", { name: "Preview" });
  await preview.getByRole("heading", { name: "Drafted" }).waitFor();
  await preview.getByText("Not yet.").waitFor();
  await preview.getByText("CNRY_acme_order_0").first().waitFor();
  expect(await preview.innerText()).not.toMatch(/globex/i);
  expect(await violations({ frame: ann.page.mainFrame() })).toEqual([]);

  await ann.button("Publish").click();
  await ann.page.getByRole("status").getByText("Version 2 is published.").waitFor();
  await ann.line("2, which readers see").waitFor();
  await ann.button("What changed in version 2").click();
  const changed = ann.page.getByRole("region", { name: "What version 2 changed" });
  await changed.getByRole("row", { name: "pages.main.title Main Drafted" }).waitFor();

  await ann.button("Restore version 1").click();
  await ann.page.getByRole("status").getByText("The draft is as version 1 was.").waitFor();
  await ann.button("Beside the draft version 2").click();
  await ann.page
    .getByRole("region", { name: "Version 2 beside the draft" })
    .getByRole("row", { name: "pages.main.title Main Drafted" })
    .waitFor();
  // What is in the draft is written over only when that is said twice.
  await ann.button("Restore version 2").click();
  await ann.page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  expect(await ann.field("Definition").inputValue()).toContain('"Main"');
  await ann.button("Publish").click();
  await ann.page.getByRole("status").getByText("Version 3 is published.").waitFor();
  expect(ann.errors).toEqual([]);
});

it("says what is wrong with a draft, and keeps two authors apart", async () => {
  const ann = await office.desk(profile.context, ANN);
  await orders(ann);
  await ann.button("Begin a draft").click();
  const bad = JSON.stringify(words("Bad", "x")).replace("shop.orders", "vault.salaries");
  await ann.field("Definition").fill(bad);
  await ann.button("Save draft").click();
  await ann.saved();
  await ann.button("Preview").click();
  const preview = ann.page.getByRole("region", { name: "Preview" });
  await preview.getByText("pages[0].elements[1].show.data.query: Asks for something that there is not").waitFor();
  await ann.button("Publish").click();
  await ann.page.getByRole("alert").getByText("Asks for something that there is not").last().waitFor();

  // A browser is of one session at a time.
  const elsewhere = await openProfile();
  const again = await office.desk(elsewhere.context, ANN);
  await orders(again);
  await again.field("Definition").fill(JSON.stringify(words("Second", "y")));
  await again.button("Save draft").click();
  await again.saved();
  await elsewhere.close();
  await ann.field("Definition").fill(JSON.stringify(words("First", "z")));
  await ann.button("Save draft").click();
  await ann.page.getByText("Somebody else has changed this meanwhile.").waitFor();
  await ann.button("Load again").click();
  await expect.poll(() => ann.field("Definition").inputValue()).toContain('"Second"');
  await ann.button("Discard").click();
  await ann.page.getByRole("dialog").getByRole("button", { name: "Discard" }).click();
  await ann.page.getByRole("status").getByText("The draft is gone.").waitFor();
  expect(ann.errors).toEqual([]);
});

it("throws away, puts back, and empties the trash", async () => {
  const ann = await office.desk(profile.context, ANN);
  const throwAway = async () => {
    await orders(ann);
    await ann.button("Throw away").click();
    await ann.page.getByRole("dialog").getByRole("button", { name: "Throw away" }).click();
    await ann.title("Trash").waitFor();
    await ann.page.getByRole("rowheader", { name: "Orders orders" }).waitFor();
  };
  await throwAway();
  expect(await violations({ frame: ann.page.mainFrame() })).toEqual([]);
  await ann.turnTo("Drafts and versions");
  await ann.page
    .getByRole("status")
    .getByText(/^\d+ workbooks?\.$/)
    .waitFor();
  expect(await ann.line("orders").count()).toBe(0);
  await ann.turnTo("Trash");
  await ann.button("Put back orders").click();
  await ann.page.getByRole("status").getByText("Orders is back.").waitFor();
  await ann.page.getByText("Nothing is in it that you may put back.").waitFor();

  await throwAway();
  await ann.button("Empty the trash").click();
  const dialog = ann.page.getByRole("dialog", { name: "Delete orders for ever?" });
  await dialog.getByRole("button", { name: "Delete for ever" }).click();
  await ann.page.getByRole("status").getByText("Deleted.").waitFor();
  await ann.page.getByText("Nothing is in it that you may put back.").waitFor();
  expect(ann.errors).toEqual([]);
});
