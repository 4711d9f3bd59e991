import { expect, it } from "vitest";
import { originOf, parentOrigin } from "../origins.ts";
import { cleanAddress, isSigmaAddress, signedAddress } from "./sigma-address.ts";

const VITRINE = "https://vitrine.example";

it.each([
  ["/acme/workbook/Flights-7f55QbPFuCnK2n0P2tSuBl", true],
  ["/acme/workbook/7f55QbPFuCnK2n0P2tSuBl/page/overview", true],
  ["/acme/workbook/Flights-7f55/tag/production/element/by-month", true],
  ["/embed/1-abc", true],
  ["/acme/workbook/", false],
  ["/workbook/Flights-7f55", false],
  ["/embed/1-abc/x", false],
  ["/embed/dashboard/a.b.c", false],
  ["/e/flights", false],
])("whether a Sigma host writes %s: %s", (path, answer) => {
  expect(isSigmaAddress(new URL(path, VITRINE))).toBe(answer);
});

it.each([
  ["/acme/workbook/F-7f?:jwt=a.b.c&:embed=true#x", "/acme/workbook/F-7f?:jwt=a.b.c&:embed=true"],
  ["/acme/workbook/F-7f?%3Aembed=true&%3Ajwt=a.b.c", "/acme/workbook/F-7f?%3Aembed=true&%3Ajwt=a.b.c"],
  ["/embed/1-a?:nonce=n&:email=a%2Cb&:signature=0f", "/embed/1-a?:nonce=n&:email=a%2Cb&:signature=0f"],
])("of %s everything before the fragment is handed in, as it was written", (path, expected) => {
  expect(signedAddress(new URL(path, VITRINE))).toBe(VITRINE + expected);
});

it.each(["/acme/workbook/F-7f", "/acme/workbook/F-7f?:embed=true", "/acme/workbook/F-7f#:jwt=a.b.c"])(
  "%s has been cleaned",
  (path) => {
    expect(signedAddress(new URL(path, VITRINE))).toBeUndefined();
  },
);

it.each([
  [["https://app.acme.example", undefined], "https://app.acme.example"],
  [[undefined, "https://shop.acme.test"], "https://shop.acme.test"],
  [["https://evil.example", undefined], "https://portal.example"],
  [["null"], "https://portal.example"],
  [[], "https://portal.example"],
])("what frames the page, of which %j is said, is %s", (said, expected) => {
  const listed = ["https://*.acme.test", "https://portal.example", "https://app.acme.example"];
  expect(parentOrigin(said, listed)).toBe(expected);
});

it("posts to no pattern", () => {
  expect(parentOrigin([], ["https://*.acme.test"])).toBeUndefined();
});

it("takes the origin of an address", () => {
  expect(originOf("https://app.acme.example/path?query")).toBe("https://app.acme.example");
  expect(originOf("")).toBeUndefined();
});

it("leaves the path and the public client id of a signed address", () => {
  const url = new URL("/acme/workbook/F-7f?:jwt=a.b.c&origin=JFK", VITRINE);
  expect(cleanAddress(url, "sigma-web")).toBe("/acme/workbook/F-7f?:client_id=sigma-web");
  expect(cleanAddress(url, undefined)).toBe("/acme/workbook/F-7f");
  expect(signedAddress(new URL(cleanAddress(url, "sigma-web"), VITRINE))).toBeUndefined();
});
