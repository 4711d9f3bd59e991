import { expect, it } from "vitest";
import { readTableauMessage, readTableauRequest } from "./tableau-messages.ts";

it.each([
  { type: "token", token: "a.b.c" },
  { type: "no_token" },
  { type: "renew" },
  { type: "call", id: 1, call: { name: "filter", fields: { Region: ["South", 7, true], Month: [] } } },
  { type: "call", id: 2, call: { name: "revert" } },
  { type: "call", id: 3, call: { name: "save", sheet: "Sales", format: "xlsx" } },
])("what the library sends is read: $type", (request) => {
  expect(readTableauRequest({ v: 1, ...request })).toEqual(request);
});

it.each([
  [null],
  [{ type: "renew" }],
  [{ v: 2, type: "renew" }],
  [{ v: 1, type: "__proto__" }],
  [{ v: 1, type: "token", token: 7 }],
  [{ v: 1, type: "call", id: "1", call: { name: "revert" } }],
  [{ v: 1, type: "call", id: 1, call: { name: "constructor" } }],
  [{ v: 1, type: "call", id: 1, call: { name: "filter", fields: { Region: "South" } } }],
  [{ v: 1, type: "call", id: 1, call: { name: "filter", fields: { Region: [{}] } } }],
  [{ v: 1, type: "call", id: 1, call: { name: "save", sheet: "Sales", format: "pdf" } }],
  [{ v: 1, type: "call", id: 1, call: { name: "rows" } }],
])("%j is nothing", (request) => {
  expect(readTableauRequest(request)).toBeUndefined();
});

it("what the page sends has a version and a type", () => {
  expect(readTableauMessage({ v: 1, type: "opened" })).toMatchObject({ type: "opened" });
  expect(readTableauMessage({ v: 2, type: "opened" })).toBeUndefined();
  expect(readTableauMessage("opened")).toBeUndefined();
});
