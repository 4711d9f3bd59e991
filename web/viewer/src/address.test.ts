import { expect, it } from "vitest";
import { addressOf, readAddress } from "./address.ts";
import { isListed } from "./origins.ts";

it.each([
  ["/e/flights?key=web", { workbook: "flights", clientId: "web" }],
  ["/e/flights/overview?key=web", { workbook: "flights", page: "overview", clientId: "web" }],
  ["/e/a%20b?key=c%2Fd", { workbook: "a b", clientId: "c/d" }],
  [
    "/e/flights/overview?key=web&element=total",
    { workbook: "flights", page: "overview", clientId: "web", element: "total" },
  ],
  ["/e/flights?key=web#%7B%22to%22%3A%22ATL%22%7D", { workbook: "flights", clientId: "web" }],
  ["/e/flights?key=web#nonsense", { workbook: "flights", clientId: "web" }],
])("the address %s is read", (path, expected) => {
  const nothing = { page: undefined, element: undefined, left: undefined };
  expect(readAddress(new URL(path, "https://vitrine.example"))).toEqual({ ...nothing, ...expected });
});

it("keeps page and filters for the next reading, beside whose they are", () => {
  const here = new URL("https://vitrine.example/e/a%20b?key=web&element=total#old");
  const filters = { to: ["ATL", "SEA"], late: [true] };
  const next = addressOf(here, "delays", "7f3a", filters);
  expect(readAddress(next)).toEqual({
    workbook: "a b",
    page: "delays",
    element: "total",
    clientId: "web",
    left: { viewer: "7f3a", filters },
  });
  expect(addressOf(next, "delays", "7f3a", {}).hash).toBe("");
  expect(addressOf(next, "delays", null, filters).hash).toBe("");
});

it.each([
  "null",
  "7",
  "[]",
  '{"filters":{"to":["ATL"]}}',
  '{"viewer":"a","filters":{"to":"ATL"}}',
  '{"viewer":7,"filters":{}}',
])("finds nothing in %s", (text) => {
  const address = readAddress(new URL(`https://vitrine.example/e/flights?key=web#${encodeURIComponent(text)}`));
  expect(address?.left).toBeUndefined();
});

it.each(["/e/flights", "/e/?key=web", "/x/flights?key=web", "/e/a/b/c?key=web", "/e/%E0%A4%A?key=web"])(
  "%s is not an address",
  (path) => {
    expect(readAddress(new URL(path, "https://vitrine.example"))).toBeUndefined();
  },
);

it.each([
  ["https://app.acme.example", true],
  ["https://shop.acme.test", true],
  ["https://a.b.acme.test", false],
  ["https://acme.test", false],
  ["http://shop.acme.test", false],
  ["https://shop.acme.test:8443", false],
  ["https://shop.acme.test.evil.example", false],
  ["https://evil.example/.acme.test", false],
  ["https://app.acme.example.evil.example", false],
  ["null", false],
  ["https://*.acme.test", false],
])("whether %s is listed: %s", (origin, listed) => {
  expect(isListed(origin, ["https://app.acme.example", "https://*.acme.test"])).toBe(listed);
});
