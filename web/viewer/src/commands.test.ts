import { expect, it } from "vitest";
import type { Control, Workbook } from "./api.ts";
import { obey } from "./commands.ts";
import { startAt, View } from "./view.svelte.ts";

function control(name: string, locked = false): Control {
  return { name, title: name, type: "multi_list", default: [], locked };
}

function flights(): View {
  const view = new View(startAt("overview"));
  const workbook: Workbook = {
    name: "flights",
    title: "Flights",
    actions: [],
    presentation: {},
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

it("takes a theme as a whole or not at all", () => {
  const view = flights();
  expect(obey({ type: "theme", tokens: { accent: "#a40035" } }, view)).toBeUndefined();
  expect(view.hostTheme.light).toEqual({ accent: "#a40035" });
  expect(obey({ type: "theme", tokens: { accent: "#123456", ground: "url(x)" } }, view)?.code).toBe("malformed_theme");
  expect(view.hostTheme.light).toEqual({ accent: "#a40035" });
});

it("saves what the viewer may download, and nothing else", () => {
  const view = flights();
  const save = (element: string, format: "csv" | "xlsx" | "png") =>
    obey({ type: "export", element, format }, view)?.code;
  expect(save("total", "csv")).toBe("unknown_element");
  const element = { name: "total", title: "", width: 12, controls: [], underlying: false };
  const chart = { type: "kpi" as const, value: "flights" };
  for (const page of view.workbook?.pages ?? []) page.elements = [{ ...element, chart }];
  expect(save("total", "csv")).toBe("not_permitted");
  view.workbook?.actions.push("export_csv");
  expect(save("total", "xlsx")).toBe("not_permitted");
  expect(view.wanted).toBeUndefined();
  expect(save("total", "png")).toBeUndefined();
  expect(view.wanted).toEqual({ element: "total", format: "png" });
});
