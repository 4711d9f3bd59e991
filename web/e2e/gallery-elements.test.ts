import { describe, expect, it } from "vitest";
import { canaryOf, grouped, LEDGER_LINES, monthOf, type Sale, salesOf, sum } from "./gallery/rows.ts";
import { briefShare, change, euros, money, monthText, share, tenths, whole } from "./gallery/texts.ts";
import { ANNA, eventually, type Visit, Visits } from "./gallery/visits.ts";

const visits = new Visits({ width: 1900, height: 1000 });
const sales = salesOf("acme");
/** The first colour of Acme's charts. */
const SERIES_1 = "#00695c";

const priceOf = (some: readonly Sale[]) => sum(some, "price");
const unitsOf = (some: readonly Sale[]) => sum(some, "units");
const averageOf = (some: readonly Sale[]) => priceOf(some) / some.length;
const regionOf = ({ region }: Sale) => region;
const productOf = ({ product }: Sale) => product;

/** Sales by two things of theirs: the lines of a table, with what `cells` makes of those of a line. */
function table(keys: ((sale: Sale) => string)[], cells: (some: Sale[]) => string[]): string[][] {
  const key = (sale: Sale) => keys.map((of) => of(sale)).join("\n");
  return grouped(sales, key).map(([heads, some]) => [...heads.split("\n"), ...cells(some)]);
}

/** The boxes of an element's marks of a colour, from left to right. */
async function marks(visit: Visit, element: string, fill: string) {
  const paths = visit.element(element).locator(`svg path[fill="${fill}"]`);
  const boxes = await paths.evaluateAll((all) =>
    all.map((path) => {
      const { x, height } = (path as SVGGraphicsElement).getBBox();
      return { x, height };
    }),
  );
  return boxes.sort((one, other) => one.x - other.x);
}

/** Of each chart: the lines of its table, texts in its drawing, and how it is described. */
const CHARTS: [name: string, table: string[][], texts: string[], description: string][] = [
  [
    "line",
    table([monthOf], (some) => [money(priceOf(some)), whole(unitsOf(some))]),
    ["Amount", "Units"],
    "Line chart of Amount, Units by Month",
  ],
  [
    "area",
    table([monthOf, regionOf], (some) => [money(priceOf(some))]),
    ["North", "South", "West"],
    "Stacked area chart of Amount by Month, each Region by itself (North, South, West)",
  ],
  [
    "bar",
    table([productOf], (some) => [money(priceOf(some))]),
    ["Anvil", "Glue", "Net", "Rope", "0"],
    "Bar chart of Amount by Product",
  ],
  [
    "percent",
    table([regionOf, productOf], (some) => [money(priceOf(some))]),
    ["Anvil", "North", "100%"],
    "Percentage bar chart of Amount by Region, each Product by itself (Anvil, Glue, Net, Rope)",
  ],
  [
    "scatter",
    table([productOf, regionOf], (some) => [whole(unitsOf(some)), money(priceOf(some))]),
    ["North", "Units", "Amount", "Glue"],
    "Scatter plot of Amount by Units",
  ],
  [
    "pie",
    table([regionOf], (some) => [whole(some.length)]),
    ["North", ...grouped(sales, regionOf).map(([, some]) => briefShare(some.length / sales.length))],
    `Pie chart of Sales by Region, 3 values, the largest North with 36 (50%)`,
  ],
  [
    "funnel",
    table([productOf], (some) => [whole(unitsOf(some))]).sort((one, other) => Number(other[1]) - Number(one[1])),
    ["Glue  100%"],
    "Funnel of Units by Product, 4 values, from Glue with",
  ],
  [
    "heatmap",
    table([productOf, regionOf], (some) => [whole(unitsOf(some))]),
    table([productOf, regionOf], (some) => [whole(unitsOf(some))]).map((line) => line[2] ?? ""),
    "Heat map of Units by Product and Region",
  ],
];

it("draws each kind of chart with the person's numbers, and has the same numbers as a table", async () => {
  const anna = await visits.open(ANNA, "charts");
  for (const [name, expected, texts, description] of CHARTS) {
    const chart = anna.element(name).locator("[role=img]");
    await chart.locator("svg text").first().waitFor();
    expect(await anna.texts(name)).toEqual(expect.arrayContaining(texts));
    expect(await chart.getAttribute("aria-label")).toContain(description);
    expect(await chart.locator("svg path").count()).toBeGreaterThan(3);

    await anna.act(name, "Show as table");
    const written = expected.map(([first = "", ...others]) => [
      /^\d{4}-/.test(first) ? monthText(first) : first,
      ...others,
    ]);
    const grid = anna.element(name).getByRole("grid");
    await grid.waitFor();
    const lines = await anna.lines(name);
    expect(lines).toEqual(written.slice(0, lines.length));
    expect(await grid.getAttribute("aria-rowcount")).toBe(String(written.length + 1));
  }
  expect(anna.errors).toEqual([]);
});

it("has bars as long as the numbers, a point for each month, and more of a mark beside the pointer", async () => {
  const anna = await visits.open(ANNA, "charts");
  await anna.element("bar").locator("svg text").first().waitFor();
  const heights = (await marks(anna, "bar", SERIES_1)).map(({ height }) => height);
  const amounts = grouped(sales, productOf).map(([, some]) => priceOf(some));
  expect(heights).toHaveLength(amounts.length);
  const scale = (heights[0] ?? 0) / (amounts[0] ?? 1);
  for (const [index, height] of heights.entries()) expect(height / (scale * (amounts[index] ?? 0))).toBeCloseTo(1, 1);
  const months = grouped(sales, monthOf).length;
  const points = anna.element("line").locator(`svg path[fill="#fff"], svg path[fill="${SERIES_1}"]`);
  expect(await points.count()).toBeGreaterThanOrEqual(months);

  await anna.element("bar").locator(`svg path[fill="${SERIES_1}"]`).first().hover();
  const [[product, some]] = grouped(sales, productOf) as [[string, Sale[]]];
  await eventually(async () => (await anna.texts("bar")).join("|")).toContain(`Amount: ${money(priceOf(some))}`);
  expect((await anna.texts("bar")).filter((text) => text === product).length).toBeGreaterThan(1);
});

it("shows numbers with what they are compared with, their history, and a gauge", async () => {
  const anna = await visits.open(ANNA, "overview");
  expect(await anna.element("total").locator(".number").textContent()).toBe(money(priceOf(sales)));

  const months = grouped(sales, monthOf).map(([month, some]) => ({ month: monthText(month), amount: priceOf(some) }));
  const [before, now] = months.slice(-2) as [(typeof months)[0], (typeof months)[0]];
  const difference = now.amount - before.amount;
  const trend = anna.element("trend");
  expect(await trend.locator(".number").textContent()).toBe(money(now.amount));
  const verdict = difference > 0 ? ["Up", "good"] : ["Down", "bad"];
  const compared = `${share(Math.abs(difference / before.amount))} (${change(difference)}) vs ${before.month}`;
  expect(words(await trend.locator(".comparison").textContent())).toBe(
    words(`${verdict[0]} ${compared}, ${verdict[1]}`),
  );
  expect(await trend.getByRole("img").getAttribute("aria-label")).toBe(
    `${months.length} values from ${money(months[0]?.amount ?? 0)} in ${months[0]?.month} to ${money(now.amount)} in ${now.month}`,
  );

  const [dearest, average] = [Math.max(...sales.map(({ price }) => price)), averageOf(sales)];
  const versus = `${share(dearest / average - 1)} (${change(dearest - average)}) vs Average price`;
  expect(words(await anna.element("versus").locator(".comparison").textContent())).toBe(words(`Up ${versus}, bad`));

  const dial = anna.element("dial").locator("[role=img]");
  await dial.locator("svg text").first().waitFor();
  expect(await anna.texts("dial")).toEqual(
    expect.arrayContaining([tenths(average), `Dearest: ${money(dearest)}`, "0.0", "120.0"]),
  );
  expect(await dial.getAttribute("aria-label")).toContain(
    `Gauge of Average price: ${tenths(average)} on a scale from 0.0 to 120.0, Dearest: ${money(dearest)}`,
  );
});

it("crosses fields in a pivot, with totals that are of rows and not of numbers", async () => {
  const anna = await visits.open(ANNA, "tables");
  const cells = (some: Sale[]) => {
    const sizes = [some.filter(({ size }) => size === "Large"), some.filter(({ size }) => size === "Small"), some];
    return sizes.flatMap((of) => (of.length > 0 ? [money(priceOf(of)), tenths(averageOf(of))] : ["", ""]));
  };
  const expected = grouped(sales, regionOf).flatMap(([region, inRegion]) => [
    ...grouped(inRegion, productOf).map(([product, some], index) => [
      ...(index === 0 ? [region] : []),
      product,
      ...cells(some),
    ]),
    ["Total", ...cells(inRegion)],
  ]);
  expect(await anna.lines("pivot")).toEqual([...expected, ["Total", ...cells(sales)]]);
  const grid = anna.element("pivot").getByRole("grid");
  expect(await grid.locator("thead th").allTextContents()).toEqual(
    expect.arrayContaining(["Region", "Product", "Large", "Small", "Total", "Amount", "Average price"]),
  );
  await grid.getByRole("button", { name: "North" }).click();
  const folded = (await anna.lines("pivot")).slice(0, 2).map(([first]) => first);
  expect(folded).toEqual(["North", "South"]);
  expect(await grid.getByRole("button", { name: "North" }).getAttribute("aria-expanded")).toBe("false");
});

describe("a table", () => {
  it("is sorted by its heads, as it came at the third press, and has columns that keys and the pointer make wider", async () => {
    const anna = await visits.open(ANNA, "tables");
    const colored = anna.element("colored");
    const head = colored.getByRole("columnheader", { name: "Amount" });
    const amounts = async () => (await anna.lines("colored")).map((line) => line[3]);
    const came = sales.map(({ price }) => price);
    const press = async (order: string | null, prices: number[]) => {
      expect(await head.getAttribute("aria-sort")).toBe(order);
      const shown = await amounts();
      expect(shown).toEqual(prices.map(euros).slice(0, shown.length));
      await head.getByRole("button").click();
    };
    await press(null, came);
    await press(
      "ascending",
      came.toSorted((one, other) => one - other),
    );
    await press(
      "descending",
      came.toSorted((one, other) => other - one),
    );
    await press(null, came);

    const stamp = colored.getByRole("columnheader", { name: "Stamp" });
    const handle = stamp.getByRole("separator");
    const width = async () => (await stamp.boundingBox())?.width ?? 0;
    const first = await width();
    await handle.focus();
    await anna.page.keyboard.press("ArrowRight");
    const wider = await width();
    expect(wider).toBeGreaterThan(first);
    expect(await handle.getAttribute("aria-valuenow")).toBe(String(Math.round(wider)));
    const { x = 0, y = 0 } = (await handle.boundingBox()) ?? {};
    await anna.page.mouse.move(x + 2, y + 5);
    await anna.page.mouse.down();
    await anna.page.mouse.move(x - 48, y + 5);
    await anna.page.mouse.up();
    expect(await width()).toBeCloseTo(wider - 50, 0);
    await handle.dblclick();
    expect(await width()).not.toBeCloseTo(wider - 50, 0);
  });

  it("holds only a window of five thousand lines, and the last is reached with End", async () => {
    const anna = await visits.open(ANNA, "tables");
    const ledger = anna.element("ledger");
    const entry = (line: number) =>
      ledger
        .getByRole("row")
        .filter({ has: anna.dashboard.getByText(`${canaryOf("acme")}entry-${line}`, { exact: true }) });
    expect(await ledger.getByRole("grid").getAttribute("aria-rowcount")).toBe(String(LEDGER_LINES + 2));
    expect(await ledger.locator("tbody tr").count()).toBeLessThan(50);
    await ledger.locator("[role=region]").focus();
    await anna.page.keyboard.press("ArrowDown");
    await anna.page.keyboard.press("End");
    await entry(LEDGER_LINES).waitFor();
    expect(await entry(LEDGER_LINES).getAttribute("aria-rowindex")).toBe(String(LEDGER_LINES + 1));
    expect(await entry(LEDGER_LINES).evaluate((row) => row === document.activeElement)).toBe(true);
    expect(await ledger.locator("tbody tr").count()).toBeLessThan(50);
    await anna.page.keyboard.press("Home");
    await entry(1).waitFor();
    await ledger.locator("[role=region]").evaluate((region) => region.scrollTo(0, region.scrollHeight / 2));
    await entry(LEDGER_LINES / 2).waitFor();
    expect(await ledger.locator("tbody tr").count()).toBeLessThan(50);
  });

  it("has its total below it, of all rows and as numbers of its columns are written, which stays in view", async () => {
    const anna = await visits.open(ANNA, "tables");
    const foot = (element: string) => anna.element(element).locator("tfoot tr > *");
    await anna.lines("colored");
    expect((await foot("colored").allTextContents()).map((text) => text.trim())).toEqual([
      "Total",
      "",
      whole(unitsOf(sales)),
      euros(priceOf(sales)),
    ]);
    expect(await anna.element("colored").locator("tfoot").getByRole("rowheader").textContent()).toBe("Total");
    const region = anna.element("ledger").locator("[role=region]");
    for (const part of [0, 0.5, 1]) {
      await region.evaluate((it, part) => it.scrollTo(0, it.scrollHeight * part), part);
      await eventually(async () => {
        const [frame, line] = [await region.boundingBox(), await foot("ledger").first().boundingBox()];
        expect((line?.y ?? 0) + (line?.height ?? 0)).toBeCloseTo((frame?.y ?? 0) + (frame?.height ?? 0), 0);
      });
    }
    // The last line is not behind it.
    await region.focus();
    await anna.page.keyboard.press("ArrowDown");
    await anna.page.keyboard.press("End");
    const last = anna.element("ledger").locator(`[data-line="${LEDGER_LINES - 1}"]`);
    await last.waitFor();
    const [line, total] = [await last.boundingBox(), await foot("ledger").first().boundingBox()];
    expect((line?.y ?? 0) + (line?.height ?? 0)).toBeLessThanOrEqual((total?.y ?? 0) + 1);
  });

  it("colours cells by rules and by shades, says in words what colours mean, and links to where its author says", async () => {
    const anna = await visits.open(ANNA, "tables");
    const cells = await anna
      .element("colored")
      .locator("tbody tr")
      .evaluateAll((rows) =>
        rows.map((row) => {
          const [, , units, amount] = [...row.querySelectorAll<HTMLElement>("td")];
          const shade = amount?.style.getPropertyValue("--shade");
          return {
            units: units?.textContent?.trim(),
            shade: Number(shade),
            color: units && getComputedStyle(units).color,
          };
        }),
      );
    const [least, most] = [Math.min(...sales.map(({ price }) => price)), Math.max(...sales.map(({ price }) => price))];
    const tone = (units: number) => (units >= 8 ? "good: " : units < 3 ? "bad: " : "");
    cells.forEach(({ units, shade }, index) => {
      const sale = sales[index] as Sale;
      expect(units?.replace(/\s+/g, " ")).toBe(`${tone(sale.units)}${sale.units}`);
      expect(shade).toBeCloseTo((sale.price - least) / (most - least), 3);
    });
    expect(new Set(cells.map(({ color }) => color)).size).toBe(3);

    const link = anna.element("colored").getByRole("link").first();
    const [first] = sales as [Sale];
    expect(await link.textContent()).toBe(first.product);
    expect(await link.getAttribute("href")).toBe(`https://shop.example/products/${first.product}?stamp=${first.stamp}`);
    expect(await link.getAttribute("target")).toBe("_blank");
    expect((await link.getAttribute("rel"))?.split(" ")).toEqual(expect.arrayContaining(["noopener", "noreferrer"]));
    expect(await link.getAttribute("referrerpolicy")).toBe("no-referrer");
  });
});

it("draws Markdown as what it says, and markup in it as the text it is", async () => {
  const anna = await visits.open(ANNA, "overview");
  const text = anna.element("about");
  await text.getByRole("heading", { name: "The gallery" }).waitFor();
  expect(await text.locator("em").textContent()).toBe("words");
  expect(await text.locator("code").first().textContent()).toBe("code");
  expect(await text.locator("ul li").allInnerTexts()).toEqual(["one", "two"]);
  expect(await text.locator("ol li").allInnerTexts()).toEqual(["first", "second"]);
  expect(await text.locator("table th").allInnerTexts()).toEqual(["Left", "Right"]);
  expect(await text.locator("table td").allInnerTexts()).toEqual(["a", "1"]);
  const link = text.getByRole("link");
  expect(await link.count()).toBe(1);
  expect(await link.getAttribute("href")).toBe("https://example.com/a?b=c");
  expect(await link.getAttribute("rel")).toContain("noopener");
  const shown = await text.innerText();
  expect(shown).toContain('<b onclick="__pwned=1">raw</b> <script>__pwned=1</script>');
  expect(shown).toContain("not followed nor this");
  expect(await text.locator("b, script, img").count()).toBe(0);
});

/** Without what separates words and what is between them for the eye. */
function words(text: string | null): string {
  return (text ?? "").replace(/\s+/g, "");
}
