import { describe, expect, it } from "vitest";
import { violations } from "./accessibility.ts";
import { Contrail } from "./contrail.ts";
import { ANNA, eventually, type Visit, Visits } from "./gallery/visits.ts";

const visits = new Visits({ width: 1280, height: 1000 });
const PAGES = ["overview", "charts", "tables", "clicks", "constructor"];

/** What is broken on each of the gallery's pages. */
async function onEachPage(visit: Visit): Promise<[page: string, broken: unknown][]> {
  const found: [string, unknown][] = [];
  for (const page of PAGES) {
    await visit.tell("navigate", page);
    await eventually(() => new URL(visit.frame.url()).pathname).toBe(`/e/gallery/${page}`);
    await visit.settled();
    found.push([page, await violations(visit)]);
  }
  return found;
}

const NOTHING = PAGES.map((page) => [page, []]);

describe("axe finds nothing", () => {
  it("on any page of the gallery, in the light and in the dark", async () => {
    const anna = await visits.open(ANNA, "overview");
    expect(await onEachPage(anna)).toEqual(NOTHING);
    await anna.page.emulateMedia({ colorScheme: "dark" });
    expect(await onEachPage(anna)).toEqual(NOTHING);
  });

  it("on any page of the gallery in Arabic", async () => {
    const anna = await visits.open({ ...ANNA, locale: "ar" }, "overview");
    expect(await onEachPage(anna)).toEqual(NOTHING);
  });

  it("with a popup of a control, a menu or a dialog open", async () => {
    const anna = await visits.open(ANNA, "overview");
    for (const control of ["region", "period", "price"]) {
      await anna.control(control).getByRole("button").first().click();
      if (control === "region") await anna.control(control).getByRole("option").first().waitFor();
      expect([control, await violations(anna)]).toEqual([control, []]);
      await anna.page.keyboard.press("Escape");
    }
    await anna.menu("orders");
    expect(await violations(anna)).toEqual([]);
    await anna.element("orders").getByRole("menuitem", { name: "Show rows" }).click();
    await anna.dashboard.getByRole("dialog").locator("tbody tr").first().waitFor();
    expect(await violations(anna)).toEqual([]);
    await anna.page.keyboard.press("Escape");
    await anna.turnTo("Clicks");
    await anna.element("under").locator('svg path[fill="#00695c"]').first().click();
    await anna.dashboard.getByRole("menuitem").first().waitFor();
    expect(await violations(anna)).toEqual([]);
  });

  it("where there are no rows, or an element cannot be shown", async () => {
    const nobody = await visits.open({ tenant: "void" }, "overview");
    expect(await violations(nobody)).toEqual([]);
    await nobody.page.route("**/elements/bar/query", (route) => route.abort());
    await nobody.turnTo("Charts");
    await nobody.element("bar").getByRole("button", { name: "Try again" }).waitFor();
    expect(await violations(nobody)).toEqual([]);
  });

  it("on any page of the demo, in the light and in the dark", async () => {
    await visits.elsewhere(async (context) => {
      const contrail = await Contrail.as("delta", context);
      await contrail.settled();
      for (const title of ["Overview", "Punctuality", "Fleet"]) {
        await contrail.turnTo(title);
        for (const colorScheme of ["light", "dark"] as const) {
          await contrail.page.emulateMedia({ colorScheme });
          expect([title, colorScheme, await violations(contrail)]).toEqual([title, colorScheme, []]);
        }
      }
    });
  });
});

it("is walked through with Tab: every control, menu and table, and it is seen where one is", async () => {
  const anna = await visits.open(ANNA, "overview");
  await anna.dashboard.getByRole("button", { name: "Refresh" }).focus();
  const walked: { where: string; seen: boolean }[] = [];
  for (let steps = 0; steps < 60 && walked.at(-1)?.where !== "about:a"; steps += 1) {
    await anna.page.keyboard.press("Tab");
    walked.push(await anna.frame.evaluate(whereFocusIs));
  }
  const places = walked.map(({ where }) => where);
  expect(places).toEqual(
    expect.arrayContaining([
      ...["region", "product", "period", "price", "paid"].map((control) => `${control}:button`),
      "customer:input",
      ...["total", "trend", "versus", "dial", "orders"].map((element) => `${element}:menu`),
      "dial:full screen",
      "orders:table",
      "orders:separator",
      "about:a",
    ]),
  );
  expect(places.indexOf("region:button")).toBeLessThan(places.indexOf("paid:button"));
  expect(places.indexOf("paid:button")).toBeLessThan(places.indexOf("total:menu"));
  expect(places.indexOf("total:menu")).toBeLessThan(places.indexOf("orders:table"));
  expect(walked.filter(({ seen }) => !seen)).toEqual([]);
});

it("opens and leaves a menu with keys", async () => {
  const anna = await visits.open(ANNA, "overview");
  const button = anna.element("orders").locator("[aria-haspopup=menu]");
  await button.focus();
  await anna.page.keyboard.press("Enter");
  const focused = () => anna.frame.evaluate(() => document.activeElement?.textContent?.trim());
  expect(await focused()).toBe("Show rows");
  await anna.page.keyboard.press("ArrowDown");
  expect(await focused()).toBe("Download as CSV");
  await anna.page.keyboard.press("ArrowDown");
  expect(await focused()).toBe("Show rows");
  await anna.page.keyboard.press("Escape");
  expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
  expect(await button.getAttribute("aria-expanded")).toBe("false");
});

/** What has the focus, and whether that can be seen: by an outline or a shadow of its own or of what is around it. Runs in the frame. */
function whereFocusIs(): { where: string; seen: boolean } {
  const focused = document.activeElement as HTMLElement;
  const place = focused.closest<HTMLElement>("[data-element], [data-control]")?.dataset;
  const label = focused.getAttribute("aria-label") ?? "";
  const kind = focused.ariaHasPopup
    ? "menu"
    : /^Full screen/.test(label)
      ? "full screen"
      : focused.role === "region"
        ? "table"
        : (focused.role ?? focused.localName);
  const outlined = (element: Element | null): boolean => {
    if (!element || element === document.body) return false;
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
    return outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0 && outlineColor !== "rgba(0, 0, 0, 0)";
  };
  const where = `${place?.element ?? place?.control ?? ""}:${kind === "switch" ? "button" : kind}`;
  const seen = [focused, focused.parentElement].some((element) => outlined(element));
  return { where, seen };
}
