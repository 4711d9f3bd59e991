import { expect, it } from "vitest";
import { HOSTILE } from "./gallery/hostile.ts";
import { oddRows, salesOf } from "./gallery/rows.ts";
import { ANNA, eventually, type Visit, Visits } from "./gallery/visits.ts";
import { signed } from "./hosts.ts";

// Each of these is also a test of what `Visits` watches: that nothing runs, and that nobody else is asked for anything.
const visits = new Visits({ width: 1400, height: 1000 });
const IMAGE = HOSTILE[0];
const EVIL = { ...ANNA, attributes: { nickname: IMAGE, plan: "[x](javascript:__pwned=1) **{a|b}**" } };
const CHARTS = ["constructor", "lines", "areas", "pie", "funnel", "scatter", "heatmap", "gauge"];
const words = oddRows()
  .filter(([tenant]) => tenant === "acme")
  .map(([, word]) => word);

/** How often an element says a text. */
function said(visit: Visit, element: string, text: string): Promise<number> {
  return visit.element(element).getByText(text, { exact: true }).count();
}

it("shows hostile titles, labels, rows and attributes as the texts they are", async () => {
  const anna = await visits.open(EVIL, "constructor");
  expect(await anna.dashboard.locator("h1").first().innerText()).toContain(`Gallery of ${IMAGE}`);
  expect(await anna.dashboard.locator("[aria-current=page]").innerText()).toBe(IMAGE);
  for (const name of CHARTS) {
    const chart = anna.element(name).locator("[role=img]");
    await chart.locator("svg text").first().waitFor();
    expect(await anna.element(name).getByRole("heading").textContent()).toContain(`{a|${name}}`);
    await chart.hover();
    await chart.hover({ position: { x: 160, y: 60 } });
    await anna.act(name, "Show as table");
    await anna.element(name).getByRole("grid").waitFor();
    const [head] = await anna.element(name).getByRole("columnheader").allTextContents();
    expect(head).toMatch(/<img src=x onerror=__pwned=1> {a\|word} {{nickname}} %s|{a\|<b>greatest<\/b>}|<svg onload/);
  }
  for (const word of words) expect([word, (await said(anna, "lines", word)) > 0]).toEqual([word, true]);
  expect(await said(anna, "pivot", "<b>bold</b>")).toBe(1);
  expect(await said(anna, "table", "../../x?a=b#c")).toBe(1);
  // What an attribute says is text in Markdown, too.
  const text = await anna.element("text").innerText();
  expect(text).toContain(`${IMAGE} [x](javascript:__pwned=1) **{a|b}** <img src=x onerror=__pwned=1> x <script>`);
  expect(await anna.element("text").locator("strong, a").count()).toBe(0);
  expect(anna.errors).toEqual([]);
});

it("tells of hostile rows beside the pointer without taking them for markup of its own", async () => {
  const anna = await visits.open(EVIL, "constructor");
  const bars = anna.element("constructor").locator('svg path[fill="#00695c"]');
  await bars.nth(2).waitFor();
  const tooltips: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    await bars.nth(at).hover();
    await eventually(async () => (await anna.texts("constructor")).some((text) => text.includes("onload"))).toBe(true);
    tooltips.push((await anna.texts("constructor")).join("\n").replaceAll("\u200b", ""));
  }
  for (const word of ["{a|rich}{b|text}", "{{nickname}}", IMAGE]) {
    expect(tooltips.some((text) => text.includes(word))).toBe(true);
  }
});

it("offers, sets and goes into hostile values, and has them in no name of a file", async () => {
  const anna = await visits.open(EVIL, "constructor");
  await anna.control("constructor").getByRole("button").first().click();
  const options = anna.control("constructor").getByRole("option");
  await options.nth(words.length - 1).waitFor();
  await anna.page.keyboard.press("Escape");
  await anna.control("tostring").getByRole("button").first().click();
  await anna.control("tostring").getByRole("option", { name: "<img src=x onerror=__pwned=1> {a|b}" }).click();
  await anna.settled();
  await eventually(() => said(anna, "table", "CANARY-acme-odd")).toBe(0);
  await anna.dashboard.getByRole("button", { name: "Reset filters" }).click();
  await anna.settled();

  const row = anna.element("table").getByRole("row").filter({ hasText: "<script>" });
  await row.locator("td").last().click();
  await anna.dashboard.getByRole("menuitem", { name: "Show rows" }).click();
  const dialog = anna.dashboard.getByRole("dialog");
  await dialog.getByText("<script>__pwned=1</script>", { exact: true }).waitFor();
  await anna.page.keyboard.press("Escape");

  await anna.element("constructor").locator('svg path[fill="#00695c"]').first().click();
  await anna.dashboard.getByRole("menuitem", { name: /^Drill into/ }).click();
  await anna.element("constructor").getByRole("navigation").waitFor();
  await anna.settled();
  for (const [element, action, name] of [
    ["table", "Download as CSV", "constructor-table.csv"],
    ["pie", "Download picture (PNG)", "constructor-pie.png"],
  ] as const) {
    const downloading = anna.page.waitForEvent("download");
    await anna.act(element, action);
    expect((await downloading).suggestedFilename()).toBe(name);
  }
  expect(anna.errors).toEqual([]);
});

it("follows links only to where its author says, whatever stands in the row", async () => {
  const anna = await visits.open(EVIL, "constructor");
  const links = anna.element("table").getByRole("link");
  await links.first().waitFor();
  const addresses = await links.evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
  expect(addresses.length).toBeGreaterThan(5);
  for (const address of addresses) {
    expect(new URL(address).origin).toBe("https://shop.example");
    expect(new URL(address).pathname.split("/")).toHaveLength(2);
    expect(new URL(address).search + new URL(address).hash).toBe("");
  }
});

it("does nothing that a host's commands say beyond what they may", async () => {
  const anna = await visits.open(ANNA, "constructor");
  const codes = async () => (await anna.heard("error")).map(({ code }) => code);
  await anna.tell("filters", { constructor: [...HOSTILE], valueof: [IMAGE], tostring: ["=1+1"] });
  await anna.settled();
  await anna.tell("filters", { [IMAGE]: ["x"] });
  await anna.tell("filters", JSON.parse('{"__proto__": ["x"]}'));
  await anna.tell("navigate", IMAGE);
  await anna.tell("navigate", "__proto__");
  for (const tokens of [
    { accent: "url(//elsewhere.example)" },
    { accent: "red;background:url(//elsewhere.example)" },
    { font: "x;} body {display:none" },
    { radius: "8px;color:red" },
    { scheme: IMAGE },
    JSON.parse('{"__proto__": "x"}'),
  ]) {
    await anna.tell("theme", tokens);
  }
  await eventually(codes).toEqual([
    "unknown_control",
    "unknown_control",
    "unknown_page",
    "unknown_page",
    ...Array.from({ length: 6 }, () => "malformed_theme"),
  ]);
  expect(await anna.property("--accent")).toBe("#7a1fa2");
});

it("shows nothing of a hostile address but what it may name", async () => {
  const anna = await visits.open(ANNA, IMAGE);
  expect(await anna.dashboard.locator("[aria-current=page]").innerText()).toBe("Overview for everybody");
  await anna.tell("filters", { region: ["East"] });
  await eventually(async () => new URL(anna.frame.url()).hash).not.toBe("");
  const { viewer } = JSON.parse(decodeURIComponent(new URL(anna.frame.url()).hash.slice(1)));
  const filters = { region: [IMAGE, "West"], constructor: ["x"], tostring: [`"><script>__pwned=1</script>`] };
  const hostile = JSON.stringify({ viewer, filters }).replaceAll("{", '{"__proto__":["x"],');
  await anna.settled();
  await visits.read();
  await anna.frame.evaluate((hash) => {
    location.hash = encodeURIComponent(hash);
    location.reload();
  }, hostile);
  await eventually(() => anna.control("region").locator(".summary").textContent()).toBe(`${IMAGE}, West`);
  await anna.settled();
  const west = salesOf("acme").filter(({ region }) => region === "West");
  expect((await anna.lines("orders"))[0]?.[0]).toBe(west[0]?.stamp);
});

it("has no element of a hostile name", async () => {
  const anna = await visits.begin(ANNA, { page: "charts", element: IMAGE });
  await anna.dashboard.getByRole("heading", { name: "This workbook cannot be shown" }).waitFor();
  expect(await anna.dashboard.locator("[data-element]").count()).toBe(0);
  await visits.open(ANNA, "charts", { element: "stamps" });
});

it("shows guests what they may see, whatever their address says", async () => {
  const exp = Math.round(Date.now() / 1000) + 600;
  const claims = { resource: { dashboard: 1 }, params: { tenant: "acme" }, exp };
  const token = await signed(claims, visits.gallery.secretOf("gallery-guests"));
  const guest = await visits.tab(ANNA);
  const query = new URLSearchParams([
    ["region", IMAGE],
    ["region", "West"],
    ["constructor", "x"],
    ["__proto__", "y"],
    ["origin", IMAGE],
    ["tenant", "globex"],
  ]);
  const { address } = visits.gallery.vitrine;
  await guest.page.goto(
    `${address}/embed/dashboard/${token}?${query}#theme=${encodeURIComponent(IMAGE)}&bordered=${IMAGE}`,
  );
  const west = salesOf("acme").filter(({ region }) => region === "West");
  const rows = guest.page.locator("tbody tr");
  await rows.first().waitFor();
  expect(await rows.first().locator("td").first().innerText()).toBe(west[0]?.stamp);
  expect(await guest.page.locator("table").getAttribute("aria-rowcount")).toBe(String(west.length + 1));
  expect(await guest.page.locator("h1").innerText()).toBe("Leaflet <img src=x onerror=__pwned=1>");
  await visits.read();
  await guest.page.goto(`${address}/embed/dashboard/${encodeURIComponent(IMAGE)}?region=${encodeURIComponent(IMAGE)}`);
  await guest.page.getByRole("heading").first().waitFor();
});
