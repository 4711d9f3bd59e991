import { expect, it } from "vitest";
import type { Question } from "../api.ts";
import { addressOf, withFilters } from "./looker-explore.ts";
import { lookerMessages, placeOf, Run } from "./looker-messages.ts";

const HERE = new URL(
  "https://vitrine.example/embed/explore/shop/orders?embed_domain=https://app.example&sdk=3&fields=orders.note&f[orders.day]=2026",
);

function matching(field: string, text: string) {
  return { field, operator: "matches" as const, values: [text] };
}

it("writes the question into the address, and keeps what else stands in it", () => {
  const question: Question = {
    explore: "shop.orders",
    fields: ["status", "orders"],
    filters: [matching("status", "paid%,-x&y"), matching("note", " ")],
    sorts: [{ field: "orders", descending: true }, { field: "status" }],
    limit: 50,
  };
  const { pathname, searchParams } = addressOf(HERE, question);
  expect(pathname).toBe("/embed/explore/shop/orders");
  expect([...searchParams]).toEqual([
    ["embed_domain", "https://app.example"],
    ["sdk", "3"],
    ["fields", "orders.status,orders.orders"],
    ["f[orders.status]", "paid%,-x&y"],
    ["sorts", "orders.orders desc,orders.status"],
    ["limit", "50"],
  ]);
  const nothing = addressOf(HERE, { explore: "shop.orders", fields: [] });
  expect([...nothing.searchParams.keys()]).toEqual(["embed_domain", "sdk"]);
});

it("puts a host's filters beside those of an explore, and alone for anything else", () => {
  const filters = { "orders.status": "paid", "orders.day": "last 7 days", odd: 1 };
  expect(withFilters(HERE, filters).searchParams.getAll("f[orders.day]")).toEqual(["last 7 days"]);
  expect(withFilters(HERE, filters).searchParams.get("f[orders.status]")).toBe("paid");
  expect(withFilters(HERE, filters).searchParams.get("fields")).toBe("orders.note");
  const dashboard = new URL("https://vitrine.example/embed/dashboards/3?State=CA&sdk=3");
  expect(withFilters(dashboard, { State: "" }).search).toBe("?State=");
  expect(withFilters(dashboard, undefined).search).toBe("");
});

it("tells of an explore by its address", () => {
  const place = placeOf(HERE);
  const [run, url] = [new Run(), HERE.pathname + HERE.search];
  const explore = { url, absoluteUrl: HERE.origin + url };
  const told = (event: Parameters<typeof lookerMessages>[0]) => lookerMessages(event, place, undefined, {}, run);
  expect(told({ type: "ready" })).toMatchObject([
    { name: "page:changed", data: { page: { type: "explore", url } } },
    { name: "explore:ready", data: { explore } },
  ]);
  expect(told({ type: "element_asked", element: "explore" })).toEqual([
    { name: "explore:run:start", data: { explore } },
  ]);
  expect(told({ type: "element_shown", element: "explore" })).toEqual([
    { name: "explore:run:complete", data: { explore } },
  ]);
  expect(told({ type: "question", question: { explore: "shop.orders", fields: [] } })).toEqual([
    { name: "explore:state:changed", data: { explore } },
  ]);
});

it("spells out a query that the address named by its id", () => {
  const query = new URL("https://vitrine.example/embed/query/shop/orders?qid=eyJ&sdk=3");
  const { pathname, search } = addressOf(query, { explore: "shop.orders", fields: ["note"] });
  expect(pathname + search).toBe("/embed/explore/shop/orders?sdk=3&fields=orders.note");
});

it("tells that somebody has made a workbook, as a dashboard", () => {
  const event = { type: "saved" as const, workbook: "paid-1x", title: "Paid" };
  const [message] = lookerMessages(event, placeOf(HERE), undefined, {}, new Run());
  expect(message?.name).toBe("dashboard:save:complete");
  const url = "/embed/dashboards/paid-1x";
  const absoluteUrl = `https://vitrine.example${url}`;
  expect(message?.data).toMatchObject({ dashboard: { id: "paid-1x", title: "Paid", url, absoluteUrl } });
});
