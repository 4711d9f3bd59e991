import { expect, it } from "vitest";
import { placeOf } from "./address.svelte.ts";
import { takeCode } from "./code.ts";

function taken(hash: string) {
  const replaced: unknown[] = [];
  const history = { replaceState: (...all: unknown[]) => void replaced.push(all[2]) };
  const code = takeCode({ hash, pathname: "/admin/teams", search: "?a=b" }, history as History);
  return { code, replaced };
}

it("takes a code out of the address at once, whatever it is worth", () => {
  expect(taken("#vl_abc")).toEqual({ code: "vl_abc", replaced: ["/admin/teams?a=b"] });
  expect(taken("#vl_")).toEqual({ code: "vl_", replaced: ["/admin/teams?a=b"] });
  for (const other of ["", "#main", "#vh_abc"]) expect(taken(other)).toEqual({ code: undefined, replaced: [] });
});

it("reads where it is from the address", () => {
  const place = (pathname: string) => placeOf({ pathname, search: "" });
  expect(place("/admin")).toMatchObject({ page: "", id: undefined });
  expect(place("/admin/")).toMatchObject({ page: "", id: undefined });
  expect(place("/admin/teams/")).toMatchObject({ page: "teams", id: undefined });
  expect(place("/admin/teams/t%2F1")).toMatchObject({ page: "teams", id: "t/1" });
  expect(place("/admin/teams/%zz")).toMatchObject({ page: "teams", id: "%zz" });
});
