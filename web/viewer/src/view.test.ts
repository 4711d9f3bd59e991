import { expect, it } from "vitest";
import type { Page, Workbook } from "./api.ts";
import { type Start, startAt, View } from "./view.svelte.ts";

function page(name: string, elements: string[]): Page {
  return {
    name,
    title: name,
    controls: [
      { name: "origin", title: "Origin", type: "multi_list", default: ["JFK"], locked: false },
      { name: "status", title: "Status", type: "multi_list", default: [], locked: true },
    ],
    elements: elements.map((element) => ({ name: element, title: element, width: 12, text: "" })),
  };
}

const FLIGHTS: Workbook = {
  name: "flights",
  title: "Flights",
  actions: [],
  presentation: {},
  pages: [page("overview", ["total", "by-month"]), page("delays", ["total", "worst"])],
};

function viewOf(start: Partial<Start>): View {
  const view = new View({ ...startAt(undefined), ...start });
  view.take(FLIGHTS);
  return view;
}

it.each<[Partial<Start>, string | undefined, string[]]>([
  [{}, "overview", ["total", "by-month"]],
  [{ page: "delays" }, "delays", ["total", "worst"]],
  [{ page: "delays", element: "total" }, "delays", ["total"]],
  [{ element: "worst" }, "delays", ["worst"]],
  [{ page: "overview", element: "worst" }, "delays", ["worst"]],
  [{ element: "secret" }, undefined, []],
])("begins as %j says", (start, name, elements) => {
  const view = viewOf(start);
  expect(view.page?.name).toBe(name);
  expect(view.page?.elements.map((element) => element.name) ?? []).toEqual(elements);
  expect(view.workbook?.pages).toHaveLength(start.element ? Number(name !== undefined) : 2);
});

it("begins with values of controls that the viewer can set, and of no others", () => {
  const view = viewOf({ filters: { origin: ["LGA"], status: ["Active"], carrier: ["DL"] } });
  expect(view.filters).toEqual({ origin: ["LGA"] });
  expect(view.values()).toEqual({ origin: ["LGA"] });
});

it("tells defaults as values, and an emptied control as emptied", () => {
  expect(viewOf({}).values()).toEqual({ origin: ["JFK"] });
  expect(viewOf({ filters: { origin: [] } }).values()).toEqual({ origin: [] });
});
