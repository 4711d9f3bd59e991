import type { Stage } from "./stage.ts";

/** Something that a person sees. */
export interface Screen {
  name: string;
  person: string;
  attributes: Record<string, string>;
  /** What is done before the page is loaded. */
  before?: (stage: Stage) => Promise<void>;
  /** What is done once, when it is; absent: its rows are waited for. */
  once?: (stage: Stage) => Promise<void>;
  /** What is done at each width. */
  each?: (stage: Stage) => Promise<void>;
  /** What undoes that. */
  undo?: (stage: Stage) => Promise<void>;
}

const overview = { workbook: "flights", page: "overview" };
const dana = { person: "delta", attributes: overview };
const CODE = "**/vitrine-code*";
const QUERY = (element: string) => `**/elements/${element}/query`;

/** Sixteen screens. The last one stops time for all that come after it in the same tab. */
export const SCREENS: readonly Screen[] = [
  { name: "overview", ...dana },
  { name: "punctuality", person: "delta", attributes: { workbook: "flights", page: "delays" } },
  { name: "fleet", person: "delta", attributes: { workbook: "flights", page: "fleet" } },
  {
    name: "chart-as-table",
    ...dana,
    once: async (stage) => {
      await stage.act("by-month", "Show as table");
      await stage.act("destinations", "Show as table");
    },
  },
  {
    name: "list",
    ...dana,
    once: async (stage) => {
      await open(stage, "origin");
      await stage.dashboard.getByRole("option", { name: "JFK" }).click();
      await stage.escape();
    },
    each: (stage) => open(stage, "origin"),
    undo: (stage) => stage.escape(),
  },
  {
    name: "dates",
    ...dana,
    once: async (stage) => {
      await open(stage, "period");
      await stage.dashboard.getByLabel("From", { exact: true }).fill("2013-03-01");
      await stage.dashboard.getByLabel("To", { exact: true }).fill("2013-08-31");
      await stage.dashboard.getByRole("button", { name: "Apply" }).click();
    },
    each: (stage) => open(stage, "period"),
    undo: (stage) => stage.escape(),
  },
  {
    name: "menu",
    ...dana,
    each: async (stage) => void (await stage.menu("destinations")),
    undo: (stage) => stage.escape(),
  },
  {
    name: "drilled",
    ...dana,
    once: async (stage) => {
      await stage.act("by-month", "Show as table");
      await stage.chooseRow("by-month", 6, /^Drill into/);
      await stage.settled();
      await stage.chooseRow("by-month", 1, /^Drill into/);
      await stage.settled();
      await stage.act("by-month", "Show as chart");
    },
  },
  {
    name: "selected",
    ...dana,
    once: async (stage) => {
      const fill = await stage.frame.evaluate(() =>
        getComputedStyle(document.body).getPropertyValue("--series-1").trim(),
      );
      await stage.mark("destinations", fill, 2);
      await stage.dashboard.getByRole("menuitem", { name: /^Filter by/ }).click();
    },
  },
  {
    name: "rows",
    ...dana,
    each: async (stage) => {
      await stage.act("destinations", "Show rows");
      await stage.dashboard.locator("dialog table").waitFor();
    },
    undo: async (stage) => {
      await stage.dashboard.locator("dialog").getByRole("button", { name: "Close" }).click();
      await stage.dashboard.locator("dialog").waitFor({ state: "detached" });
    },
  },
  { name: "nothing-to-see", person: "nobody", attributes: overview },
  {
    name: "trouble",
    ...dana,
    before: async (stage) => {
      const body = {
        title: "Unavailable",
        status: 503,
        code: "source_unavailable",
        detail: "The data does not answer.",
      };
      await stage.page.route(QUERY("destinations"), (route) =>
        route.fulfill({ status: 503, contentType: "application/problem+json", json: body }),
      );
      await stage.page.route(QUERY("total"), (route) =>
        route.fulfill({ status: 503, contentType: "application/problem+json", json: body }),
      );
      // Never answered.
      await stage.page.route(QUERY("by-month"), () => {});
    },
    once: async (stage) => {
      await stage.element("by-month").getByText("This takes longer").waitFor();
      await stage.element("destinations").getByRole("button", { name: "Try again" }).waitFor();
    },
  },
  { name: "sales", person: "fred", attributes: { workbook: "sales" } },
  { name: "accounts", person: "tenant-999", attributes: { workbook: "accounts" } },
  {
    name: "not-opened",
    ...dana,
    before: async (stage) => {
      await stage.page.route(CODE, (route) => route.fulfill({ status: 200, body: "no-such-code" }));
    },
    once: (stage) => stage.dashboard.getByRole("button", { name: "Try again" }).waitFor(),
  },
  {
    name: "expired",
    ...dana,
    before: (stage) => stage.page.clock.install(),
    once: async (stage) => {
      await stage.settled();
      await stage.page.route(CODE, (route) => route.fulfill({ status: 503, body: "The back end is down." }));
      await stage.page.route(QUERY("*"), (route) =>
        route.fulfill({ status: 401, contentType: "application/problem+json", json: { code: "not_authenticated" } }),
      );
      await stage.host.evaluate((element) => (element as HTMLElement & { refresh(): void }).refresh());
      await stage.element("total").waitFor({ state: "detached" });
      await stage.page.clock.runFor(15_000);
      await stage.dashboard.getByRole("heading", { name: "Your session has expired" }).waitFor();
    },
  },
];

async function open(stage: Stage, control: string): Promise<void> {
  await stage.dashboard.locator(`[data-control="${control}"] button`).first().click();
  await stage.dashboard.locator(`[data-control="${control}"] .popup`).waitFor();
  if (control !== "origin") return;
  await stage.dashboard.getByRole("option").first().waitFor();
  await stage.dashboard.locator(".popup [role=status]:empty").waitFor({ state: "attached" });
}
