import { expect, it } from "vitest";
import { type Attributes, dashboardAddress, elementAddress } from "./address.ts";

type Given = Partial<Record<Parameters<Attributes>[0], string>>;

const WHOLE = {
  server: "https://vitrine.example",
  "client-id": "web",
  workbook: "sales",
  page: "overview",
  element: "total",
};
const ODD = { ...WHOLE, "client-id": "a&b=c#d", workbook: "a/b?c", page: "é ü", element: "x&key=y#z+ %" };

function reader(given: Given): Attributes {
  return (name) => given[name] ?? null;
}

function without(name: keyof typeof WHOLE): Given {
  return { ...WHOLE, [name]: "" };
}

it.each<[Given, string]>([
  [WHOLE, "https://vitrine.example/e/sales/overview?key=web"],
  [without("page"), "https://vitrine.example/e/sales?key=web"],
  [
    { ...WHOLE, server: "https://vitrine.example:8443/?a=b#c" },
    "https://vitrine.example:8443/e/sales/overview?key=web",
  ],
  [ODD, "https://vitrine.example/e/a%2Fb%3Fc/%C3%A9%20%C3%BC?key=a%26b%3Dc%23d"],
])("a dashboard of %j is at %s", (given, address) => {
  expect(dashboardAddress(reader(given))?.href).toBe(address);
});

it.each<[Given, string]>([
  [WHOLE, "https://vitrine.example/e/sales/overview?key=web&element=total"],
  [ODD, "https://vitrine.example/e/a%2Fb%3Fc/%C3%A9%20%C3%BC?key=a%26b%3Dc%23d&element=x%26key%3Dy%23z%2B%20%25"],
])("an element of %j is at %s", (given, address) => {
  expect(elementAddress(reader(given))?.href).toBe(address);
});

it.each(["server", "client-id", "workbook"] as const)("nothing has an address without %s", (name) => {
  expect(dashboardAddress(reader(without(name)))).toBeUndefined();
  expect(elementAddress(reader(without(name)))).toBeUndefined();
});

it.each(["page", "element"] as const)("an element has no address without %s", (name) => {
  expect(elementAddress(reader(without(name)))).toBeUndefined();
});

it.each(["vitrine.example", "/", "javascript:alert(1)", "data:,"])("%s is not the address of a server", (server) => {
  expect(() => dashboardAddress(reader({ ...WHOLE, server }))).toThrow(TypeError);
});
