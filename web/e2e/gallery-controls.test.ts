import type { Locator } from "playwright-core";
import { describe, expect, it } from "vitest";
import { dayAgo, type Sale, salesOf, sum } from "./gallery/rows.ts";
import { dayText, money } from "./gallery/texts.ts";
import { ANNA, type Visit, Visits } from "./gallery/visits.ts";

const visits = new Visits();
const sales = salesOf("acme");
const GOLD = { ...ANNA, attributes: { region: "South", plan: "gold", nickname: "Zoë" } };

/** Waits until the page is of the sales that fit, and of no others. */
async function seesSales(visit: Visit, fits: (sale: Sale) => boolean): Promise<void> {
  const some = sales.filter(fits);
  expect(some.length).toBeGreaterThan(0);
  await visit
    .element("total")
    .getByText(money(sum(some, "price")), { exact: true })
    .waitFor();
  await visit.settled();
  const lines = await visit.lines("orders");
  expect(lines.map(([stamp]) => stamp)).toEqual(some.map(({ stamp }) => stamp).slice(0, lines.length));
}

/** What a control says that is set. */
function summary(visit: Visit, control: string): Locator {
  return visit.control(control).locator(".summary");
}

async function openControl(visit: Visit, name: string): Promise<void> {
  await visit.control(name).getByRole("button").first().click();
}

describe("a control", () => {
  it("is a list, of which several can be chosen after searching, or one", async () => {
    const anna = await visits.open(ANNA, "overview");
    await openControl(anna, "region");
    const options = anna.control("region").getByRole("option");
    await options.nth(2).waitFor();
    expect(await options.allInnerTexts()).toEqual(["North", "South", "West"]);
    await anna.control("region").getByRole("combobox").fill("so");
    await options.nth(1).waitFor({ state: "detached" });
    await options.first().click();
    await seesSales(anna, ({ region }) => region === "South");
    await anna.control("region").getByRole("combobox").fill("");
    await anna.control("region").getByRole("option", { name: "West" }).click();
    await seesSales(anna, ({ region }) => region !== "North");
    expect(await summary(anna, "region").textContent()).toBe("South, West");
    await anna.control("region").getByRole("combobox").fill("nowhere");
    await anna.control("region").getByText("Nothing found.").waitFor();

    await openControl(anna, "product");
    await anna.control("product").getByRole("option", { name: "Glue" }).click();
    await anna.control("product").getByRole("combobox").waitFor({ state: "detached" });
    await seesSales(anna, ({ region, product }) => region !== "North" && product === "Glue");
    expect(await summary(anna, "product").textContent()).toBe("Glue");
    await anna.dashboard.getByRole("button", { name: "Reset filters" }).click();
    await seesSales(anna, () => true);
  });

  it("is a range of days: one's own, or one that is counted from today", async () => {
    const anna = await visits.open(ANNA, "overview");
    const [from, to] = [dayAgo(200), dayAgo(100)];
    await openControl(anna, "period");
    await anna.control("period").getByLabel("From").fill(from);
    await anna.control("period").getByLabel("To").fill(to);
    await anna.control("period").getByRole("button", { name: "Apply" }).click();
    await seesSales(anna, ({ day }) => day >= from && day <= to);
    expect(await summary(anna, "period").textContent()).toBe(`${dayText(from)} – ${dayText(to)}`);
    await openControl(anna, "period");
    await anna.control("period").getByRole("button", { name: "Last 30 days" }).click();
    await seesSales(anna, ({ day }) => day >= dayAgo(30));
    expect(await summary(anna, "period").textContent()).toBe("Last 30 days");
    await openControl(anna, "period");
    expect(await anna.control("period").getByRole("button", { pressed: true }).innerText()).toBe("Last 30 days");
    await anna.control("period").getByRole("button", { name: "Any time" }).click();
    await seesSales(anna, () => true);
  });

  it("is a range of numbers, a text that is contained, or a switch", async () => {
    const anna = await visits.open(ANNA, "overview");
    await openControl(anna, "price");
    await anna.control("price").getByLabel("From").fill("20");
    await anna.control("price").getByLabel("To").fill("76.22");
    await anna.page.keyboard.press("Enter");
    const priced = ({ price }: Sale) => price >= 20 && price <= 76.22;
    await seesSales(anna, priced);
    expect(await summary(anna, "price").textContent()).toBe("20 – 76.22");
    await anna.control("customer").getByRole("searchbox").fill("cUSTOMER 1");
    await seesSales(anna, (sale) => priced(sale) && sale.customer.startsWith("Customer 1"));
    await anna.control("paid").getByRole("switch").click();
    await seesSales(anna, (sale) => priced(sale) && sale.customer.startsWith("Customer 1") && sale.paid);
    expect(await anna.control("paid").getByRole("switch").getAttribute("aria-checked")).toBe("true");
    await anna.control("paid").getByRole("switch").click();
    await seesSales(anna, (sale) => priced(sale) && sale.customer.startsWith("Customer 1"));
  });

  it("is used with the keyboard alone", async () => {
    const anna = await visits.open(ANNA, "overview");
    const { keyboard } = anna.page;
    const type = async (...keys: string[]) => {
      for (const key of keys) await keyboard.press(key);
    };
    await anna.control("region").getByRole("button").focus();
    await type("Enter");
    await anna.control("region").getByRole("option").nth(2).waitFor();
    await type("ArrowDown", "Enter", "ArrowDown", "Enter", "Escape");
    await seesSales(anna, ({ region }) => region !== "North");
    await type("Tab", "Enter");
    await anna.control("product").getByRole("option").nth(3).waitFor();
    await type("ArrowDown", "ArrowDown", "Enter");
    await seesSales(anna, ({ region, product }) => region !== "North" && product === "Net");
    await anna.control("period").getByRole("button").focus();
    await type("Enter", "Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Enter");
    expect(await summary(anna, "period").textContent()).toBe("Last 90 days");
    await seesSales(anna, ({ region, product, day }) => region !== "North" && product === "Net" && day >= dayAgo(90));
    await anna.control("paid").getByRole("switch").focus();
    await type(" ", "Tab");
    await seesSales(
      anna,
      ({ region, product, day, paid }) => region !== "North" && product === "Net" && day >= dayAgo(90) && paid,
    );
    await type("Enter");
    await seesSales(anna, () => true);
  });
});

it("begins with what is true of the person, and goes back to that", async () => {
  const zoe = await visits.open(GOLD, "overview");
  await seesSales(zoe, ({ region }) => region === "South");
  expect(await summary(zoe, "region").textContent()).toBe("South");
  expect(await zoe.dashboard.getByRole("button", { name: "Reset filters" }).count()).toBe(0);
  await openControl(zoe, "region");
  await zoe.dashboard.getByRole("button", { name: "Show all" }).click();
  await seesSales(zoe, () => true);
  await zoe.dashboard.getByRole("button", { name: "Reset filters" }).click();
  await seesSales(zoe, ({ region }) => region === "South");
});

it("names people in titles and texts, and shows them what is for them", async () => {
  const zoe = await visits.open(GOLD, "overview");
  expect(await zoe.dashboard.locator("h1").first().innerText()).toContain("Gallery of Zoë");
  expect(await zoe.element("total").getByRole("heading").innerText()).toBe("Amount for Zoë");
  expect(await zoe.element("gift").innerText()).toContain("A gift for Zoë.");
  const tabs = zoe.dashboard.getByRole("navigation", { name: "Pages" }).getByRole("button");
  expect(await tabs.allInnerTexts()).toEqual([
    "Overview for gold",
    "Charts",
    "Tables",
    "Clicks",
    "Only for gold",
    "Zoë",
  ]);
  await openControl(zoe, "size");
  await zoe.control("size").getByRole("option", { name: "Little ones" }).click();
  await seesSales(zoe, ({ region, size }) => region === "South" && size === "Small");
  expect(await zoe.control("size").innerText()).toMatch(/Size for gold\s+Little ones/);

  const anna = await visits.open(ANNA, "overview");
  expect(await anna.dashboard.locator("h1").first().innerText()).toContain("Gallery of nobody");
  expect(await anna.element("total").getByRole("heading").innerText()).toBe("Amount for somebody");
  expect(await anna.element("gift").count()).toBe(0);
  expect(await anna.control("size").count()).toBe(0);
  const her = await anna.dashboard.getByRole("navigation", { name: "Pages" }).getByRole("button").allInnerTexts();
  expect(her).not.toContain("Only for gold");
  expect(her[0]).toBe("Overview for everybody");
});

it("shows what the host sets", async () => {
  const anna = await visits.open(ANNA, "overview");
  await anna.tell("filters", {
    region: ["North"],
    product: ["Anvil"],
    period: ["past90days~"],
    price: ["1~60"],
    customer: ["omer"],
    paid: [true],
  });
  await seesSales(
    anna,
    ({ region, product, day, price, paid }) =>
      region === "North" && product === "Anvil" && day >= dayAgo(90) && price <= 60 && paid,
  );
  for (const [control, text] of Object.entries({
    region: "North",
    product: "Anvil",
    period: "Last 90 days",
    price: "1 – 60",
  })) {
    expect(await summary(anna, control).textContent()).toBe(text);
  }
  expect(await anna.control("customer").getByRole("searchbox").inputValue()).toBe("omer");
  expect(await anna.control("paid").getByRole("switch").getAttribute("aria-checked")).toBe("true");
  await anna.tell("filters", { region: [], product: [], period: [], price: [], customer: [], paid: [] });
  await seesSales(anna, () => true);
  expect(await anna.heard("error")).toEqual([]);
});
