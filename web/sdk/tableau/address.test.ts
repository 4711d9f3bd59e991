import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { frameAddress, issuerOf, written } from "./address.ts";

beforeEach(() => vi.stubGlobal("location", { href: "https://portal.example/sales" }));
afterEach(() => vi.unstubAllGlobals());

function token(header: object, claims: object): string {
  return [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".")
    .concat(".x");
}

function address(src: string, attributes: Record<string, string> = {}, fields: [string, string][] = []): string {
  const attribute = (name: string) => attributes[name] ?? null;
  return decodeURIComponent(frameAddress(src, { attribute, fields, token: token({}, { iss: "app" }) }).href);
}

it.each([
  ["https://bi.example/views/Sales/Overview", "https://bi.example/views/Sales/Overview?:client=app"],
  [
    "https://bi.example/t/acme/views/Sales/Overview?:iid=1",
    "https://bi.example/t/acme/views/Sales/Overview?:iid=1&:client=app",
  ],
  [
    "https://bi.example/#/site/acme/views/Sales/Overview?:iid=1",
    "https://bi.example/t/acme/views/Sales/Overview?:iid=1&:client=app",
  ],
  ["https://bi.example/#/views/Sales/Overview", "https://bi.example/views/Sales/Overview?:client=app"],
])("the view at %s is framed at %s", (src, framed) => {
  expect(address(src)).toBe(framed);
});

it("attributes and children stand in the address, and the token does not", () => {
  const attributes = { toolbar: "hidden", "hide-tabs": "false", device: "phone" };
  const fields: [string, string][] = [
    ["Region", "South,West"],
    ["Top N", "5"],
  ];
  expect(address("https://bi.example/views/a/b?Region=East", attributes, fields)).toBe(
    "https://bi.example/views/a/b?Region=South,West&Top+N=5&:toolbar=hidden&:tabs=no&:device=phone&:client=app",
  );
});

it.each(["https://bi.example/", "https://bi.example/views/a", "https://bi.example/views/a/b/c", "javascript:alert(1)"])(
  "%s is the address of no view",
  (src) => expect(() => address(src)).toThrow(TypeError),
);

it("who made a token stands in its claims or in its header", () => {
  expect(issuerOf(token({ iss: "app" }, {}))).toBe("app");
  expect(issuerOf(token({}, { iss: "https://idp.example/ü" }))).toBe("https://idp.example/ü");
  for (const odd of ["", "a.b.c", token({}, { iss: 7 })]) expect(issuerOf(odd)).toBeNull();
});

it("commas in values part nothing", () => {
  expect(written("a,b\\c")).toBe("a\\,b\\\\c");
});
