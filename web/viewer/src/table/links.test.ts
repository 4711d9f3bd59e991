import { expect, it } from "vitest";
import type { Cell, Column } from "../api.ts";
import { linkOf } from "./links.ts";

const COLUMNS: Column[] = ["tailnum", "year"].map((name) => ({
  name,
  label: name,
  type: "text",
  format: "plain",
  measure: false,
}));
const PLANE = "https://example.com/planes/{tailnum}";

function link(template: string, ...row: Cell[]): string | undefined {
  return linkOf(template, COLUMNS)?.(row);
}

it.each<[string, string, Cell[], string]>([
  ["a path", PLANE, ["N14228"], "https://example.com/planes/N14228"],
  ["a query and a fragment", "https://example.com/?q={tailnum}#{year}", ["N1", 2013], "https://example.com/?q=N1#2013"],
  ["one field twice", "https://example.com/{tailnum}/{tailnum}", ["N1"], "https://example.com/N1/N1"],
  ["no field", "https://example.com/planes", ["N1"], "https://example.com/planes"],
  ["a boolean", PLANE, [true], "https://example.com/planes/true"],
  ["a scheme", PLANE, ["javascript:alert(1)"], "https://example.com/planes/javascript%3Aalert(1)"],
  ["an address", PLANE, ["//evil.example"], "https://example.com/planes/%2F%2Fevil.example"],
  ["a user's part", PLANE, ["@evil.example"], "https://example.com/planes/%40evil.example"],
  ["a path upwards", PLANE, ["../../admin"], "https://example.com/planes/..%2F..%2Fadmin"],
  ["an encoded path upwards", PLANE, ["%2e%2e"], "https://example.com/planes/%252e%252e"],
  ["backslashes", PLANE, ["\\\\evil\\"], "https://example.com/planes/%5C%5Cevil%5C"],
  ["line breaks", PLANE, ["a\r\nb\tc"], "https://example.com/planes/a%0D%0Ab%09c"],
  ["a query", PLANE, ["a?b=c&d#e"], "https://example.com/planes/a%3Fb%3Dc%26d%23e"],
  ["unicode", PLANE, ["Zürich ✈"], "https://example.com/planes/Z%C3%BCrich%20%E2%9C%88"],
  ["braces", PLANE, ["{year}"], "https://example.com/planes/%7Byear%7D"],
  ["dollars, which replace() reads", PLANE, ["$&$1"], "https://example.com/planes/%24%26%241"],
])("fills in %s", (_, template, row, expected) => {
  expect(link(template, ...row)).toBe(expected);
});

it.each<[string, string, Cell[]]>([
  ["null", PLANE, [null]],
  ["null in one of two fields", "https://example.com/{tailnum}/{year}", ["N1", null]],
  ["the folder above", PLANE, [".."]],
  ["the folder itself", PLANE, ["."]],
  ["the folder above, of two fields", "https://example.com/planes/{tailnum}{year}", [".", "."]],
  ["half a character", PLANE, ["\ud800"]],
  ["an unknown field", "https://example.com/{secret}", ["N1"]],
  ["a field without a name", "https://example.com/{}", ["N1"]],
  ["a field as host", "https://{tailnum}/", ["evil.example"]],
  ["a field as host before a path", "https://{tailnum}/planes", ["evil.example"]],
  ["a field at the end of the host", "https://example.com{tailnum}", [".evil.example"]],
  ["a field at the end of the host that ends it", "https://example.com{tailnum}/", ["@evil.example"]],
  ["a field before the host", "https://{tailnum}example.com/", ["evil"]],
  ["a field as port", "https://example.com:{tailnum}/", ["8443"]],
  ["a field as user", "https://{tailnum}@example.com/", ["admin"]],
  ["a user", "https://admin:secret@example.com/{tailnum}", ["N1"]],
  ["a field as scheme", "{tailnum}//example.com", ["https:"]],
  ["another scheme", "http://example.com/{tailnum}", ["N1"]],
  ["a script", "javascript:alert('{tailnum}')", ["N1"]],
  ["a script after a blank", " javascript:alert('{tailnum}')", ["N1"]],
  ["no scheme", "//example.com/{tailnum}", ["N1"]],
  ["no host", "https://", ["N1"]],
])("links nothing for %s", (_, template, row) => {
  expect(link(template, ...row)).toBeUndefined();
});
