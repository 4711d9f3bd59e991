import { expect, it } from "vitest";
import { type Attributes, contentAddress, guestPath, type Kind, signedInPath, valuesToSet } from "./content-address.ts";

function address(
  attributes: Partial<Record<Parameters<Attributes>[0], string>>,
  kind: Kind = "dashboard",
  theme?: unknown,
) {
  const path = guestPath(kind, "a.b-c.d_e");
  return contentAddress("https://vitrine.example/", path, kind, (name) => attributes[name] ?? null, theme).href;
}

it("has the token in its path", () => {
  expect(address({})).toBe("https://vitrine.example/embed/dashboard/a.b-c.d_e#bordered=false");
  expect(address({}, "question")).toBe("https://vitrine.example/embed/question/a.b-c.d_e#bordered=false");
});

it("names what is shown to whoever is signed in by its id", () => {
  expect(signedInPath("dashboard", "1")).toBe("/dashboard/1");
  expect(signedInPath("question", "../x?y#z")).toBe("/question/..%2Fx%3Fy%23z");
});

it.each([
  ['{"origin": ["JFK", "LGA"]}', "?origin=JFK&origin=LGA"],
  ["{ origin: 'A & B', month: 7 }", "?origin=A+%26+B&month=7"],
  ['{"origin": null, "month": []}', "?origin=&month="],
  ["nonsense", ""],
])("has %s in its query", (parameters, query) => {
  expect(new URL(address({ "initial-parameters": parameters })).search).toBe(query);
  expect(new URL(address({ "initial-sql-parameters": parameters })).search).toBe(query);
});

it("takes the values that the host goes on saying before those to begin with", () => {
  const attributes = { parameters: '{"origin": "JFK"}', "initial-parameters": '{"origin": "LGA", "month": 1}' };
  expect(new URL(address(attributes)).search).toBe("?origin=JFK");
});

it.each([
  [null, '{"origin": "JFK"}', { origin: ["JFK"] }],
  ['{"origin": "JFK"}', '{"origin": null, "month": [1, 2]}', { origin: [], month: [1, 2] }],
  ['{"origin": "JFK"}', '{"month": 1}', undefined],
  ['{"origin": "JFK"}', null, undefined],
])("sets controls from %s to %s by %j", (before, after, values) => {
  expect(valuesToSet(before, after)).toEqual(values);
});

it("has the other attributes in its fragment", () => {
  const attributes = {
    "with-title": "true",
    "with-downloads": "false",
    "hidden-parameters": '["origin", "month"]',
    "auto-refresh-interval": "60",
  };
  expect(new URL(address(attributes)).hash).toBe(
    "#bordered=false&titled=true&downloads=false&refresh=60&hide_parameters=origin%2Cmonth",
  );
  expect(new URL(address(attributes, "question")).hash).not.toContain("refresh");
});

it.each([
  [{ preset: "dark" }, "#bordered=false&theme=night"],
  [{ preset: "light" }, "#bordered=false&theme=light"],
  [{ colors: { brand: "#9b5966" } }, "#bordered=false"],
  [undefined, "#bordered=false"],
])("makes of the theme %j the option %s", (theme, hash) => {
  expect(new URL(address({}, "dashboard", theme)).hash).toBe(hash);
});

it("refuses parameters that are no JSON", () => {
  expect(() => address({ "initial-parameters": "{origin}" })).toThrow(SyntaxError);
});
