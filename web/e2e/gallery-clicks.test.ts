import { describe, expect, it } from "vitest";
import { grouped, monthOf, type Sale, salesOf } from "./gallery/rows.ts";
import { dayText, monthText, whole } from "./gallery/texts.ts";
import { ANNA, BERT, eventually, type Visit, Visits } from "./gallery/visits.ts";

const visits = new Visits({ width: 1280, height: 1400 });
const sales = salesOf("acme");
/** The first colour of Acme's charts. */
const SERIES_1 = "#00695c";

/** Waits until so many sales fit, and as many are told of. */
async function counts(visit: Visit, fits: (sale: Sale) => boolean): Promise<void> {
  await visit
    .element("count")
    .getByText(whole(sales.filter(fits).length), { exact: true })
    .waitFor();
  await visit.settled();
}

function summary(visit: Visit, control: string) {
  return visit.control(control).locator(".summary");
}

/** A mark of the first colour, from left to right. */
function mark(visit: Visit, element: string, place: number) {
  return visit.element(element).locator(`svg path[fill="${SERIES_1}"]`).nth(place);
}

describe("a click on a mark sets a control, and a second one takes it back", () => {
  it("of a bar, of a slice, or of a line of a table, which is chosen with keys as well", async () => {
    const anna = await visits.open(ANNA, "clicks");
    await mark(anna, "bars", 1).click();
    await counts(anna, ({ region }) => region === "South");
    expect(await summary(anna, "region").textContent()).toBe("South");
    expect(await anna.heard("select")).toMatchObject([{ element: "bars", values: { region: "South" } }]);
    expect(await anna.heard("filters")).toMatchObject([{ values: { region: ["South"] } }]);
    await eventually(() => anna.element("bars").locator(`svg path[fill="${SERIES_1}"]`).count()).toBe(1);
    await mark(anna, "bars", 0).click();
    await counts(anna, () => true);
    expect(await summary(anna, "region").textContent()).toBe("All");

    const slice = anna.element("ring").locator(`svg path[fill="${SERIES_1}"]`).first();
    const box = await slice.boundingBox();
    if (!box) throw new Error("there is no slice");
    // The first slice begins at the top, and goes to the right.
    const press = () => anna.page.mouse.click(box.x + box.width * 0.75, box.y + box.height * 0.45);
    await press();
    await counts(anna, ({ product }) => product === "Anvil");
    expect(await summary(anna, "product").textContent()).toBe("Anvil");
    await press();
    await counts(anna, () => true);

    const row = anna.element("lines").getByRole("row").filter({ hasText: "South" }).filter({ hasText: "Glue" });
    await row.click();
    await counts(anna, ({ region, product }) => region === "South" && product === "Glue");
    expect(await summary(anna, "region").textContent()).toBe("South");
    expect(await summary(anna, "product").textContent()).toBe("Glue");
    expect(await row.getAttribute("aria-selected")).toBe("true");
    await row.focus();
    await anna.page.keyboard.press("Enter");
    await counts(anna, () => true);
    expect(await summary(anna, "product").textContent()).toBe("All");
  });

  it("of a point of a line", async () => {
    const anna = await visits.open(ANNA, "clicks");
    const months = grouped(sales, monthOf).map(([month]) => month);
    const [third, itsDay] = [months.length - 3, months.at(-3)];
    await mark(anna, "months", third).click();
    await counts(anna, (sale) => monthOf(sale) === itsDay);
    expect(await anna.heard("filters")).toMatchObject([{ values: { period: [itsDay?.slice(0, 7)] } }]);
    expect(await summary(anna, "period").textContent()).toBe(monthText(itsDay ?? ""));
    const point = anna.element("months").locator('svg path[d^="M1 0A1"]');
    await eventually(() => point.count()).toBe(1);
    await point.click();
    await counts(anna, () => true);
    expect(await summary(anna, "period").textContent()).toBe("Any time");
  });
});

it("goes into a mark and comes back along its way", async () => {
  const anna = await visits.open(ANNA, "clicks");
  const deep = anna.element("deep");
  const [month = "", inMonth = []] = grouped(sales, monthOf)[2] ?? [];
  await mark(anna, "deep", 2).click();
  await anna.dashboard.getByRole("menuitem", { name: `Drill into ${monthText(month)}` }).click();
  await deep.getByRole("navigation").waitFor();
  await anna.settled();
  const weeks = grouped(inMonth, ({ day }) => mondayOf(day));
  await eventually(() => deep.locator(`svg path[fill="${SERIES_1}"]`).count()).toBe(weeks.length);

  const [week = "", inWeek = []] = weeks[1] ?? [];
  await mark(anna, "deep", 1).click();
  await anna.dashboard.getByRole("menuitem", { name: `Drill into ${dayText(week)}` }).click();
  await eventually(() => deep.getByRole("navigation").innerText()).toContain(dayText(week));
  await anna.settled();
  await anna.act("deep", "Show as table");
  const units = (some: Sale[]) => whole(some.reduce((all, sale) => all + sale.units, 0));
  const days = grouped(inWeek, ({ day }) => day).map(([day, some]) => [dayText(day), units(some)]);
  await eventually(() => anna.lines("deep")).toEqual(days);
  await anna.act("deep", "Show as chart");

  // The last of the way is a day, into which nothing goes.
  await mark(anna, "deep", 0).click();
  expect(await anna.dashboard.getByRole("menuitem").count()).toBe(0);
  await deep
    .getByRole("navigation")
    .getByRole("button", { name: monthText(month) })
    .click();
  await eventually(() => deep.locator(`svg path[fill="${SERIES_1}"]`).count()).toBe(weeks.length);
  await deep.getByRole("button", { name: "Back to all" }).click();
  await eventually(() => deep.locator(`svg path[fill="${SERIES_1}"]`).count()).toBe(grouped(sales, monthOf).length);
  expect(await deep.getByRole("navigation").count()).toBe(0);
});

describe("rows underneath", () => {
  it("are exactly those of a mark", async () => {
    const anna = await visits.open(ANNA, "clicks");
    await mark(anna, "under", 1).click();
    const items = anna.dashboard.getByRole("menuitem");
    expect(await items.allInnerTexts()).toEqual(["Filter by Glue", "Show rows"]);
    await items.last().click();
    const dialog = anna.dashboard.getByRole("dialog", { name: "Rows of Sales by product" });
    await dialog.locator("tbody tr").first().waitFor();
    const glue = sales.filter(({ product }) => product === "Glue");
    const lines = await dialog
      .locator("tbody tr")
      .evaluateAll((rows) =>
        rows.map((row) => [...row.querySelectorAll("td")].map((cell) => cell.textContent?.trim())),
      );
    expect(lines.toSorted()).toEqual(glue.map(({ stamp, product, region }) => [stamp, product, region]));
    await anna.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });

  it("are all those of an element from its menu, which has the focus again when they are closed", async () => {
    const anna = await visits.open(ANNA, "clicks");
    await anna.tell("filters", { region: ["West"] });
    await counts(anna, ({ region }) => region === "West");
    await anna.act("under", "Show rows");
    const dialog = anna.dashboard.getByRole("dialog");
    await dialog.locator("tbody tr").first().waitFor();
    const west = sales.filter(({ region }) => region === "West");
    expect(await dialog.getByRole("table").getAttribute("aria-rowcount")).toBe(String(west.length + 1));
    expect(await dialog.locator("tbody td:last-child").allInnerTexts()).toEqual(west.map(() => "West"));
    await anna.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    const button = anna.element("under").locator("[aria-haspopup=menu]");
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it("are shown with keys alone, which are then where they were", async () => {
    const anna = await visits.open(ANNA, "constructor");
    const row = anna.element("table").getByRole("row").filter({ hasText: "CANARY" });
    const isFocused = () => row.evaluate((element) => element === document.activeElement);
    await row.focus();
    await anna.page.keyboard.press("Enter");
    await anna.dashboard.getByRole("menuitem", { name: "Show rows" }).waitFor();
    await anna.page.keyboard.press("Escape");
    await eventually(isFocused).toBe(true);
    // Chosen once more it is chosen no longer, so it takes a third time.
    await anna.page.keyboard.press("Enter");
    await anna.page.keyboard.press("Enter");
    await anna.dashboard.getByRole("menuitem", { name: "Show rows" }).waitFor();
    await anna.dashboard.getByRole("menuitem", { name: "Show rows" }).press("Enter");
    await anna.dashboard.getByRole("dialog").locator("tbody tr").first().waitFor();
    await anna.page.keyboard.press("Escape");
    await anna.dashboard.getByRole("dialog").waitFor({ state: "detached" });
    await eventually(isFocused).toBe(true);
  });

  it("are saved as a file by people who may take rows away", async () => {
    const anna = await visits.open(ANNA, "clicks");
    await anna.act("under", "Show rows");
    const dialog = anna.dashboard.getByRole("dialog");
    await dialog.locator("[aria-haspopup=menu]").click();
    const downloading = anna.page.waitForEvent("download");
    await dialog.getByRole("menuitem", { name: "Download as CSV" }).click();
    const file = await downloading;
    expect(file.suggestedFilename()).toBe("clicks-under-rows.csv");
    const text = (await (await file.createReadStream()).toArray()).join("");
    expect(text.split(/\r?\n/).filter(Boolean)).toHaveLength(sales.length + 1);
  });
});

it("offers nobody what they may not do", async () => {
  const bert = await visits.open(BERT, "clicks");
  const asked: string[] = [];
  bert.page.on("request", (request) => asked.push(request.url()));
  for (const element of ["deep", "under", "bars"]) {
    expect(await (await bert.menu(element)).allInnerTexts()).toEqual(["Show as table"]);
    await bert.page.keyboard.press("Escape");
  }
  expect(await bert.element("lines").locator("[aria-haspopup=menu]").count()).toBe(0);
  await mark(bert, "deep", 1).click();
  expect(await bert.dashboard.getByRole("menu").count()).toBe(0);
  // A click still filters.
  await mark(bert, "under", 1).click();
  await counts(bert, ({ product }) => product === "Glue");
  expect(await bert.dashboard.getByRole("menu").count()).toBe(0);
  expect(asked.filter((address) => /underlying|export/.test(address))).toEqual([]);
});

it("never sets a locked control, nor says that it is there", async () => {
  const anna = await visits.tab(ANNA);
  const asked: string[] = [];
  anna.page.on("request", (request) => asked.push(request.postData() ?? ""));
  await anna.page.goto(visits.gallery.visit({ ...ANNA, locked_parameters: { region: ["North"] } }, { page: "clicks" }));
  await anna.settled();
  await counts(anna, ({ region }) => region === "North");
  expect(await anna.control("region").count()).toBe(0);
  expect(await anna.control("product").count()).toBe(1);
  await mark(anna, "bars", 0).click();
  await anna.element("lines").getByRole("row").filter({ hasText: "Rope" }).click();
  await counts(anna, ({ region, product }) => region === "North" && product === "Rope");
  expect(await anna.heard("filters")).toMatchObject([{ values: { product: ["Rope"] } }]);
  await anna.tell("filters", { region: ["South"] });
  await eventually(() => anna.heard("error")).toMatchObject([{ code: "locked_control" }]);
  await counts(anna, ({ region, product }) => region === "North" && product === "Rope");
  for (const body of asked.filter((text) => text.includes('"controls"'))) {
    expect(Object.keys(JSON.parse(body).controls)).not.toContain("region");
  }
});

/** The Monday of the week of a day. */
function mondayOf(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}
