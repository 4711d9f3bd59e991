import { expect, it } from "vitest";
import type { Control, Workbook } from "./api.ts";
import { obey } from "./commands.ts";
import { startAt, View } from "./view.svelte.ts";

function control(name: string, locked = false): Control {
  return { name, title: name, default: [], locked };
}

function flights(): View {
  const view = new View(startAt("overview"));
  const workbook: Workbook = {
    name: "flights",
    title: "Flights",
    actions: [],
    pages: [
      { name: "overview", title: "Overview", controls: [control("origin")], elements: [] },
      { name: "delays", title: "Delays", controls: [control("origin"), control("status", true)], elements: [] },
    ],
  };
  view.workbook = workbook;
  return view;
}

it("sets the controls that are named and leaves the others", () => {
  const view = flights();
  view.filters = { month: [1] };
  expect(obey({ type: "filters", values: { origin: ["JFK"] } }, view)).toBeUndefined();
  expect(view.filters).toEqual({ month: [1], origin: ["JFK"] });
});

it.each([
  ["locked_control", { origin: ["JFK"], status: ["Active"] }],
  ["unknown_control", { origin: ["JFK"], carrier: ["DL"] }],
])("sets nothing at all: %s", (code, values) => {
  const view = flights();
  expect(obey({ type: "filters", values }, view)).toMatchObject({ code });
  expect(view.filters).toEqual({});
});

it("turns to pages of this workbook only", () => {
  const view = flights();
  expect(obey({ type: "navigate", page: "delays" }, view)).toBeUndefined();
  expect(view.page?.name).toBe("delays");
  expect(obey({ type: "navigate", page: "secret" }, view)).toMatchObject({ code: "unknown_page" });
  expect(view.page?.name).toBe("delays");
});

it("refreshes", () => {
  const view = flights();
  obey({ type: "refresh" }, view);
  expect(view.refreshes).toBe(1);
});

it("does nothing before there is a workbook", () => {
  const view = new View(startAt(undefined));
  expect(obey({ type: "navigate", page: "overview" }, view)).toMatchObject({ code: "not_ready" });
  expect(obey({ type: "filters", values: {} }, view)).toMatchObject({ code: "not_ready" });
});

it("sends an element only the controls it obeys", () => {
  const view = flights();
  view.filters = { origin: ["JFK"], month: [1] };
  expect(view.setOf(["origin", "carrier"])).toEqual({ origin: ["JFK"] });
});
