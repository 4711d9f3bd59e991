import { describe, expect, it } from "vitest";
import { PLAIN } from "../looks.ts";
import type { PageEvent } from "./door.ts";
import { readSigmaOptions, readSigmaRequest, type SigmaMessage, sigmaMessage } from "./sigma-messages.ts";

const VALUES = { origin: ["JFK", "LGA"], month: [] };
const VARIABLES = { origin: "JFK,LGA", month: "" };
const OPTIONS = readSigmaOptions({ responsive_height: true });

describe("what a host is told", () => {
  it.each<[PageEvent, SigmaMessage]>([
    [{ type: "ready" }, { type: "workbook:loaded", workbook: { variables: VARIABLES } }],
    [{ type: "loaded" }, { type: "workbook:dataloaded" }],
    [
      { type: "select", element: "by-origin", values: { origin: "JFK" } },
      { type: "workbook:chart:onvalueselect", nodeId: "by-origin", values: { origin: "JFK" } },
    ],
    [
      { type: "full_screen", on: true },
      { type: "workbook:fullscreen:onchange", fullScreen: true },
    ],
    [
      { type: "filters", values: { origin: ["JFK", "LGA"] } },
      { type: "workbook:variables:onchange", workbook: { variables: VARIABLES } },
    ],
    [
      { type: "navigate", page: "delays" },
      { type: "workbook:selectednodeid:onchange", selectedNodeId: "delays", nodeType: "page" },
    ],
    [
      { type: "height", px: 812 },
      { type: "workbook:pageheight:onchange", pageHeight: 812 },
    ],
    [{ type: "expired" }, { type: "workbook:error", code: "EINVAL", message: "Session expired. Reload the page." }],
    [
      { type: "error", code: "EPERM", message: "No." },
      { type: "workbook:error", code: "EPERM", message: "No." },
    ],
    [
      { type: "error", code: "not_opened", message: "No." },
      { type: "workbook:error", code: "UNKNOWN", message: "No." },
    ],
    [
      { type: "element_failed", element: "by-month", code: "forbidden", message: "No." },
      { type: "workbook:chart:error", nodeId: "by-month", code: "EACCES", message: "No." },
    ],
  ])("of %j", (event, message) => {
    expect(sigmaMessage(event, VALUES, OPTIONS)).toEqual(message);
  });

  it("is no height unless the address asks for it", () => {
    expect(sigmaMessage({ type: "height", px: 812 }, VALUES, readSigmaOptions({}))).toBeUndefined();
  });
});

describe("what a host asks for", () => {
  it.each([
    [{ type: "workbook:variables:list" }, { is: "list" }],
    [
      { type: "workbook:variables:update", variables: { origin: "JFK,LGA", month: "" } },
      { is: "set", values: { origin: ["JFK", "LGA"], month: [] } },
    ],
    [
      { type: "workbook:selectednodeid:update", selectedNodeId: "delays", nodeType: "page" },
      { is: "turn", page: "delays" },
    ],
  ])("is read: %j", (data, request) => {
    expect(readSigmaRequest(data)).toEqual(request);
  });

  it.each([
    [{ type: "workbook:variables:update" }],
    [{ type: "workbook:variables:update", variables: ["JFK"] }],
    [{ type: "workbook:variables:update", variables: { origin: ["JFK"] } }],
    [{ type: "workbook:selectednodeid:update", selectedNodeId: "by-month", nodeType: "element" }],
    [{ type: "workbook:selectednodeid:update", selectedNodeId: 7, nodeType: "page" }],
    [{ type: "workbook:fullscreen:update", nodeId: null }],
    [{ v: 1, type: "connect" }],
    ["workbook:variables:list"],
    [null],
  ])("is ignored: %j", (data) => {
    expect(readSigmaRequest(data)).toBeUndefined();
  });
});

it.each([
  [{ hide_title: true }, { titled: false }],
  [{ hide_page_controls: true }, { tabbed: false }],
  [{ hide_title: false, hide_page_controls: "true" }, {}],
  [{ theme: "Dark" }, { scheme: "dark" }],
  [{ theme: "light" }, { scheme: "light" }],
  [{ theme: "Surface" }, {}],
  [{ hide_menu: true, hide_bookmarks: true }, {}],
  [{ hide_reload_button: true }, { refreshable: false }],
  [{ lng: "fr" }, { locale: "fr" }],
  [{ lng: "fr", lng_variant: "CA" }, { locale: "fr-CA" }],
])("of the options %j it makes %j", (options, looks) => {
  expect(readSigmaOptions(options).looks).toEqual({ ...PLAIN, selections: true, ...looks });
});
