import { expect, it } from "vitest";
import { readApplicationAddress, signOnAddress } from "./application.ts";

it.each([
  ["/workbooks/flights", { workbook: "flights", page: undefined }],
  ["/workbooks/flights/overview", { workbook: "flights", page: "overview" }],
  ["/workbooks/sales@production", { workbook: "sales@production", page: undefined }],
  ["/workbooks/a%20b/c%2Fd?anything=1", { workbook: "a b", page: "c/d" }],
])("the address %s is read", (path, expected) => {
  expect(readApplicationAddress(new URL(path, "https://vitrine.example"))).toEqual(expected);
});

it.each(["/workbooks", "/workbooks/", "/workbooks/a/b/c", "/workbooks/%zz", "/e/flights", "/admin/workbooks"])(
  "%s is none of these",
  (path) => {
    expect(readApplicationAddress(new URL(path, "https://vitrine.example"))).toBeUndefined();
  },
);

it("comes back to where somebody was who logs in in a frame", () => {
  expect(signOnAddress("portal-sso", "/workbooks/flights/overview")).toBe(
    "/auth/sso?provider=portal-sso&return_to=%2Fworkbooks%2Fflights%2Foverview",
  );
});
