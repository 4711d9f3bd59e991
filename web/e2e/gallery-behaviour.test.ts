import { describe, expect, it } from "vitest";
import { type Sale, salesOf, sum } from "./gallery/rows.ts";
import { money } from "./gallery/texts.ts";
import { ANNA, eventually, TESS, type Visit, Visits } from "./gallery/visits.ts";

const visits = new Visits();
const sales = salesOf("acme");
const GOLD = { ...ANNA, attributes: { plan: "gold" } };
/** Questions for the rows of an element. */
const ROWS = (element: string) => `**/elements/${element}/query`;

const amount = (fits: (sale: Sale) => boolean) => money(sum(sales.filter(fits), "price"));

async function seesAmount(visit: Visit, fits: (sale: Sale) => boolean = () => true): Promise<void> {
  await visit.element("total").getByText(amount(fits), { exact: true }).waitFor();
}

it("turns to pages by their tabs, and tells the host which", async () => {
  const anna = await visits.open(GOLD, "overview");
  const current = anna.dashboard.getByRole("navigation", { name: "Pages" }).locator("[aria-current=page]");
  for (const [title, page, element] of [
    ["Tables", "tables", "ledger"],
    ["Only for gold", "extras", "stamps"],
    ["Overview for gold", "overview", "orders"],
  ] as const) {
    await anna.turnTo(title);
    await anna.element(element).locator("tbody tr").first().waitFor();
    expect(await current.innerText()).toBe(title);
    expect(new URL(anna.frame.url()).pathname).toBe(`/e/gallery/${page}`);
  }
  expect((await anna.heard("navigate")).map(({ page }) => page)).toEqual(["tables", "extras", "overview"]);
  await anna.tell("navigate", "charts");
  await anna.element("pie").locator("svg text").first().waitFor();
  expect(await current.innerText()).toBe("Charts");
});

it("asks for all rows again when it is refreshed, and says of when they are", async () => {
  const anna = await visits.open(ANNA, "overview");
  await anna.dashboard.getByText(/^As of \d+ \w+ \d{4}, \d\d:\d\d UTC$/).waitFor();
  let asked = 0;
  await anna.page.route(ROWS("*"), async (route) => {
    asked += 1;
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), as_of: "2031-01-02T03:04:05Z" } });
  });
  await anna.dashboard.getByRole("button", { name: "Refresh" }).click();
  await anna.dashboard.getByText("As of 2 Jan 2031, 03:04 UTC").waitFor();
  expect(asked).toBe(5);
  await anna.tell("refresh");
  await eventually(() => asked).toBe(10);
  await anna.settled();
});

it("fills the screen with an element, and leaves it again", async () => {
  const anna = await visits.open(ANNA, "charts");
  const bar = anna.element("bar");
  await bar.getByRole("button", { name: /^Full screen/ }).click();
  await bar.getByRole("button", { name: /^Leave full screen/ }).waitFor();
  expect(await bar.locator(".tile").evaluate((tile) => document.fullscreenElement === tile)).toBe(true);
  const screen = await anna.frame.evaluate(() => [window.innerWidth, window.innerHeight]);
  expect(await bar.locator(".tile").evaluate(box)).toEqual(screen);
  await bar.getByRole("button", { name: /^Leave full screen/ }).click();
  await bar.getByRole("button", { name: /^Full screen/ }).waitFor();
  expect(await anna.frame.evaluate(() => document.fullscreenElement)).toBe(null);
});

describe("a file", () => {
  const download = async (visit: Visit, element: string, action: string) => {
    const downloading = visit.page.waitForEvent("download");
    await visit.act(element, action);
    const file = await downloading;
    return { name: file.suggestedFilename(), bytes: Buffer.concat(await (await file.createReadStream()).toArray()) };
  };

  it("has the rows that are shown, as CSV", async () => {
    const anna = await visits.open(ANNA, "overview");
    await anna.tell("filters", { region: ["West"] });
    await seesAmount(anna, ({ region }) => region === "West");
    await anna.settled();
    const { name, bytes } = await download(anna, "orders", "Download as CSV");
    expect(name).toBe("overview-orders.csv");
    const [head, ...lines] = bytes.toString("utf8").replace("\uFEFF", "").trim().split(/\r?\n/);
    expect(head).toContain("Stamp");
    const west = sales.filter(({ region }) => region === "West");
    expect(lines.map((line) => line.split(",")[0])).toEqual(west.map(({ stamp }) => stamp));
  });

  it("is an Arrow stream, where somebody may take that", async () => {
    const tess = await visits.open(TESS, "overview");
    await tess.settled();
    const { name, bytes } = await download(tess, "orders", "Download as Arrow");
    expect(name).toBe("overview-orders.arrow");
    expect(bytes.subarray(0, 4).toString("hex"), "a message of the stream begins so").toBe("ffffffff");
    expect(bytes.includes("stamp") && bytes.includes(sales[0]?.stamp ?? "?"), "fields and rows").toBe(true);
    const items = (await tess.menu("orders")).filter({ hasText: /^Download as/ });
    expect(await items.allInnerTexts()).toEqual(
      ["CSV", "XLSX", "JSON", "Arrow"].map((format) => `Download as ${format}`),
    );

    const anna = await visits.open(ANNA, "overview");
    await anna.settled();
    const hers = (await anna.menu("orders")).filter({ hasText: /^Download as/ });
    expect(await hers.allInnerTexts()).toEqual(["Download as CSV"]);
  });

  it.each([
    ["ar", "تنزيل بصيغة Arrow"],
    ["de", "Als Arrow herunterladen"],
    ["es", "Descargar como Arrow"],
    ["fr", "Télécharger en Arrow"],
  ])("is offered in %s", async (locale, label) => {
    const tess = await visits.open({ ...TESS, locale }, "overview");
    await tess.settled();
    const item = (await tess.menu("orders")).filter({ hasText: "Arrow" });
    expect((await item.innerText()).trim()).toBe(label);
  });

  it("has the picture that is shown, as PNG", async () => {
    const anna = await visits.open(ANNA, "charts");
    await anna.element("line").locator("svg text").first().waitFor();
    const { name, bytes } = await download(anna, "line", "Download picture (PNG)");
    expect(name).toBe("charts-line.png");
    expect(bytes.subarray(0, 8)).toEqual(Buffer.from("\x89PNG\r\n\x1a\n", "latin1"));
    const box = await anna.element("line").locator("[role=img]").first().boundingBox();
    const size = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
    expect(size).toEqual([2 * Math.max(800, box?.width ?? 0), 2 * Math.max(450, box?.height ?? 0)]);
    expect(await isDrawnWith(anna, bytes, ["#00695c", "#d97a1e"])).toEqual([true, true]);
  });
});

it("prints elements, and nothing to press", async () => {
  const anna = await visits.open(ANNA, "overview");
  await anna.page.emulateMedia({ media: "print" });
  for (const shown of [anna.element("total"), anna.element("orders"), anna.dashboard.locator("h1").first()]) {
    expect(await shown.isVisible()).toBe(true);
  }
  const pressed = anna.dashboard.locator("button:visible").filter({ hasNot: anna.page.locator("bdi") });
  expect(await pressed.allInnerTexts()).toEqual([]);
  expect(await anna.dashboard.getByRole("group", { name: "Filters" }).isVisible()).toBe(false);
  expect(await anna.dashboard.getByRole("navigation", { name: "Pages" }).isVisible()).toBe(false);
  await anna.page.emulateMedia({ media: "screen" });
  const printed = anna.frame.evaluate(() => new Promise((done) => (window.print = () => done("printed"))));
  await anna.dashboard.getByRole("button", { name: "Print" }).click();
  expect(await printed).toBe("printed");
});

describe("an element", () => {
  it("says when it cannot be shown, while others stand, and is tried again", async () => {
    const anna = await visits.tab(ANNA);
    await anna.page.route(ROWS("trend"), (route) => route.fulfill({ status: 500, json: { correlation_id: "c-77" } }));
    await anna.page.goto(visits.gallery.visit(ANNA, { page: "overview" }));
    await anna.settled();
    const trend = anna.element("trend");
    await trend.getByText("Something went wrong. Try again; if it stays so, report it with the number c-77.").waitFor();
    await seesAmount(anna);
    expect(await anna.dashboard.getByRole("button", { name: "Try again" }).count()).toBe(1);
    await anna.page.unroute(ROWS("trend"));
    await trend.getByRole("button", { name: "Try again" }).click();
    await trend.locator(".comparison").waitFor();
    await eventually(async () => (await anna.heard("loaded")).length).toBe(1);
  });

  it("says when it takes long, and is not waited for any longer when somebody cancels", async () => {
    const anna = await visits.tab(ANNA);
    await anna.page.clock.install();
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await anna.page.route(ROWS("trend"), async (route) => {
      await held;
      await route.continue().catch(() => {});
    });
    await anna.page.goto(visits.gallery.visit(ANNA, { page: "overview" }));
    await seesAmount(anna);
    const trend = anna.element("trend");
    expect(await trend.getByText("This takes longer than usual.").count()).toBe(0);
    await anna.page.clock.fastForward(5_000);
    await trend.getByText("This takes longer than usual.").waitFor();
    await trend.getByRole("button", { name: "Cancel" }).click();
    await trend.getByText("Cancelled. Nothing was loaded.").waitFor();
    expect(await trend.locator("[aria-busy=true]").count()).toBe(0);
    release();
    await trend.getByRole("button", { name: "Try again" }).click();
    await trend.locator(".comparison").waitFor();
  });

  it("keeps its numbers until there are others: nothing flickers", async () => {
    const anna = await visits.open(ANNA, "overview");
    const before = amount(() => true);
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await anna.page.route(ROWS("total"), async (route) => {
      await held;
      await route.continue();
    });
    await anna.dashboard.locator("main").evaluate((main) => {
      const seen: string[] = [];
      Object.assign(window, { seen });
      const look = () => {
        if (main.querySelector(".skeleton")) seen.push("a skeleton");
        seen.push(main.querySelector("[data-element=total] .number")?.textContent ?? "nothing");
      };
      new MutationObserver(look).observe(main, {
        subtree: true,
        childList: true,
        characterData: true,
        attributes: true,
      });
    });
    await anna.tell("filters", { region: ["West"] });
    await anna.element("total").locator("[aria-busy=true]").waitFor();
    expect(await anna.element("total").locator(".number").textContent()).toBe(before);
    release();
    await seesAmount(anna, ({ region }) => region === "West");
    await anna.settled();
    const seen = await anna.frame.evaluate(() => (window as unknown as { seen: string[] }).seen);
    expect([...new Set(seen)]).toEqual([before, amount(({ region }) => region === "West")]);
  });
});

it("keeps page and filters in its address, and finds them there in a new session", async () => {
  const anna = await visits.open(ANNA, "clicks");
  await anna.turnTo("Overview for everybody");
  await anna.tell("filters", { region: ["West"], product: ["Net"] });
  const fits = ({ region, product }: Sale) => region === "West" && product === "Net";
  await seesAmount(anna, fits);
  const address = new URL(anna.frame.url());
  expect(address.pathname).toBe("/e/gallery/overview");
  const filters = { region: ["West"], product: ["Net"] };
  expect(JSON.parse(decodeURIComponent(address.hash.slice(1)))).toEqual({ viewer: expect.any(String), filters });

  await anna.settled();
  await visits.read();
  const coded = anna.page.waitForResponse((response) => response.url().endsWith("/code"));
  await anna.frame.evaluate(() => location.reload());
  await coded;
  await seesAmount(anna, fits);
  await anna.settled();
  expect(await anna.control("region").locator(".summary").textContent()).toBe("West");
});

/** The size of an element. Runs in the frame. */
function box(element: Element): number[] {
  const { width, height } = element.getBoundingClientRect();
  return [width, height];
}

/** Whether a picture has pixels of each of these colours. */
function isDrawnWith({ page }: Visit, png: Buffer, colors: string[]): Promise<boolean[]> {
  return page.evaluate(
    async ({ base64, colors }) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext("2d");
      context?.drawImage(image, 0, 0);
      const { data = [] } = context?.getImageData(0, 0, image.width, image.height) ?? {};
      const found = new Set<string>();
      for (let at = 0; at < data.length; at += 4) {
        found.add(
          `#${[data[at], data[at + 1], data[at + 2]].map((part) => (part ?? 0).toString(16).padStart(2, "0")).join("")}`,
        );
      }
      return colors.map((color) => found.has(color));
    },
    { base64: png.toString("base64"), colors },
  );
}
