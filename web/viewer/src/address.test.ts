import { expect, it } from "vitest";
import { readAddress } from "./address.ts";
import { isListed } from "./origins.ts";

it.each([
  ["/e/flights?key=web", { workbook: "flights", page: undefined, clientId: "web" }],
  ["/e/flights/overview?key=web", { workbook: "flights", page: "overview", clientId: "web" }],
  ["/e/a%20b?key=c%2Fd", { workbook: "a b", page: undefined, clientId: "c/d" }],
])("the address %s is read", (path, expected) => {
  expect(readAddress(new URL(path, "https://vitrine.example"))).toEqual(expected);
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
