import { describe, expect, it } from "vitest";
import { overflow } from "./accessibility.ts";
import { Contrail } from "./contrail.ts";
import { salesOf, sum } from "./gallery/rows.ts";
import { ANNA, eventually, type Visit, Visits } from "./gallery/visits.ts";

const visits = new Visits();
const UMA = { tenant: "umbra" };
const PAGES = ["overview", "charts", "tables", "clicks", "constructor"];
const LIGHT = ["light", "rgb(245, 246, 248)"];
const DARK = ["dark", "rgb(17, 22, 29)"];

/** The scheme of the frame's document, and the colour of its ground. */
function ground(visit: Visit): Promise<string[]> {
  return visit.dashboard
    .locator("body")
    .evaluate((body) => [getComputedStyle(body).colorScheme, getComputedStyle(body).backgroundColor]);
}

const written = (number: number, language: string, options: Intl.NumberFormatOptions = {}) =>
  new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2, ...options }).format(number);

describe("colours", () => {
  it("are those of the tenant, of its light theme or its dark one", async () => {
    const anna = await visits.open(ANNA, "charts");
    await anna.element("bar").locator('svg path[fill="#00695c"]').first().waitFor();
    expect(await anna.property("--accent")).toBe("#7a1fa2");
    expect(await anna.property("--radius")).toBe("3px");
    expect(await anna.dashboard.locator("body").evaluate((body) => getComputedStyle(body).fontFamily)).toContain(
      "serif",
    );
    expect(await ground(anna)).toEqual(["light dark", LIGHT[1]]);
    await anna.page.emulateMedia({ colorScheme: "dark" });
    await anna.element("bar").locator('svg path[fill="#4db6ac"]').first().waitFor();
    expect(await anna.property("--accent")).toBe("#e1a8f0");
    expect(await ground(anna)).toEqual(["light dark", DARK[1]]);
  });

  it("are what the host says, until it says something else, also of drawings", async () => {
    const anna = await visits.open(ANNA, "charts");
    await anna.tell("theme", { accent: "#123456", series_1: "#654321", radius: "20px", font: "mono", scheme: "dark" });
    await anna.element("bar").locator('svg path[fill="#654321"]').first().waitFor();
    expect(await anna.property("--accent")).toBe("#123456");
    expect(await anna.property("--radius")).toBe("20px");
    expect(await ground(anna)).toEqual(DARK);
    await anna.tell("theme", {});
    await anna.element("bar").locator('svg path[fill="#00695c"]').first().waitFor();
    expect(await anna.property("--accent")).toBe("#7a1fa2");
    expect(await ground(anna)).toEqual(["light dark", LIGHT[1]]);
    expect(await anna.heard("error")).toEqual([]);
  });

  it("are dark where the tenant says so, whatever the system says, unless the host says otherwise", async () => {
    const uma = await visits.open(UMA, "charts");
    expect(await ground(uma)).toEqual(DARK);
    await uma.tell("theme", { scheme: "light" });
    await eventually(() => ground(uma)).toEqual(LIGHT);
    await uma.tell("theme", { scheme: "auto" });
    await eventually(() => ground(uma)).toEqual(["light dark", LIGHT[1]]);
    await uma.tell("theme", {});
    await eventually(() => ground(uma)).toEqual(DARK);
  });
});

describe("words, numbers and days", () => {
  it("are those of the tenant: German, with numbers of its own and the time in Tokyo", async () => {
    const uma = await visits.open(UMA, "overview");
    await uma.dashboard.getByText(/^Stand \d+\. \w+\.? \d{4}.* \d\d:\d\d GMT\+9$/).waitFor();
    expect(await uma.dashboard.locator("html").getAttribute("lang")).toBe("de");
    const sales = salesOf("umbra");
    expect(await uma.element("total").locator(".number").innerText()).toBe(written(sum(sales, "price"), "de-CH"));
    const [first] = await uma.lines("orders");
    const [at] = sales.map(({ sold_at }) => new Date(sold_at));
    const zone = { timeZone: "Asia/Tokyo", day: "numeric", month: "short", year: "numeric" } as const;
    expect(first?.[5]).toContain(new Intl.DateTimeFormat("de-DE", zone).format(at));
    expect(first?.[5]).toContain("07:30");
    const menu = await uma.menu("orders");
    expect(await menu.allInnerTexts()).toEqual(["Zeilen zeigen", "Als CSV herunterladen"]);
  });

  it("are those of the session, before those of the tenant", async () => {
    const uma = await visits.open({ ...UMA, locale: "fr-FR", time_zone: "America/New_York" }, "overview");
    await uma.dashboard
      .getByText(/UTC−5|UTC−4/)
      .first()
      .waitFor();
    expect(await uma.dashboard.getByRole("button", { name: "Actualiser" }).count()).toBe(1);
    expect((await uma.lines("orders"))[0]?.[5]).toMatch(/1[78]:30/);
    // Numbers are still the tenant's.
    const amount = written(sum(salesOf("umbra"), "price"), "de-CH");
    expect(await uma.element("total").locator(".number").innerText()).toBe(amount);
  });

  it("are read from right to left in Arabic, and so is the page", async () => {
    const anna = await visits.open({ ...ANNA, locale: "ar" }, "overview");
    expect(await anna.dashboard.locator("html").getAttribute("dir")).toBe("rtl");
    expect(await anna.dashboard.locator("html").getAttribute("lang")).toBe("ar");
    await anna.dashboard.getByRole("button", { name: "تحديث", exact: true }).waitFor();
    const width = anna.page.viewportSize()?.width ?? 0;
    const tabs = anna.dashboard.getByRole("navigation").getByRole("button");
    const [first, last] = [await tabs.first().boundingBox(), await tabs.last().boundingBox()];
    expect((first?.x ?? 0) + (first?.width ?? 0)).toBeGreaterThan(width - 60);
    expect(last?.x).toBeLessThan(first?.x ?? 0);
    const [total, trend] = [await anna.element("total").boundingBox(), await anna.element("trend").boundingBox()];
    expect(total?.x).toBeGreaterThan(trend?.x ?? width);
    expect(await (await anna.menu("total")).allInnerTexts()).toEqual(["تنزيل بصيغة CSV"]);
    expect(await overflow(anna)).toBeLessThanOrEqual(0);
  });
});

it("says that there is nothing, and why, where there are no rows", async () => {
  const nobody = await visits.open({ tenant: "void" }, "charts");
  const elements = await nobody.dashboard.locator("[data-element]").count();
  expect(await nobody.dashboard.getByText("No rows for you here.").count()).toBe(elements);
  expect(await nobody.dashboard.locator("svg text, tbody tr").count()).toBe(0);
  await nobody.turnTo("Overview for everybody");
  const hints = nobody.dashboard.getByText("No rows for you here.");
  expect(await hints.count()).toBeGreaterThan(3);
  expect(nobody.errors).toEqual([]);
});

describe("a window of 320 pixels", () => {
  it.each([
    ["English", ANNA],
    ["Arabic, for somebody with a long name", { ...ANNA, locale: "ar", attributes: { nickname: "Zoë".repeat(40) } }],
  ])("is wide enough for every page of the gallery: in %s", async (_, person) => {
    const anna = await visits.open(person, "overview");
    await anna.page.setViewportSize({ width: 320, height: 640 });
    for (const page of PAGES) {
      await anna.tell("navigate", page);
      await eventually(() => new URL(anna.frame.url()).pathname).toBe(`/e/gallery/${page}`);
      await anna.settled();
      expect([page, await overflow(anna)]).toEqual([page, 0]);
    }
  });

  it("is wide enough for every page of the demo", async () => {
    await visits.elsewhere(async (context) => {
      const contrail = await Contrail.as("delta", context);
      await contrail.page.setViewportSize({ width: 320, height: 640 });
      await contrail.settled();
      for (const title of ["Overview", "Punctuality", "Fleet"]) {
        await contrail.turnTo(title);
        expect([title, await overflow(contrail)]).toEqual([title, 0]);
      }
    });
  });
});
