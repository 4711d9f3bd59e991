import { describe, expect, it } from "vitest";
import { difference, isSame, read, written } from "./json.ts";

const KEY = {
  client_id: "a",
  disabled: false,
  ceiling: { tenants: ["acme"], attributes: { region: "any" } },
  note: null,
};

describe("a merge patch", () => {
  it("has what differs and nothing else", () => {
    expect(difference(KEY, KEY)).toBeUndefined();
    expect(difference(KEY, written(KEY, "disabled", true))).toEqual({ disabled: true });
    expect(difference(KEY, written(KEY, "ceiling.tenants", "any"))).toEqual({ ceiling: { tenants: "any" } });
  });

  it("takes away with null, and takes away nothing that is not there", () => {
    expect(difference(KEY, written(KEY, "ceiling.attributes.region", undefined))).toEqual({
      ceiling: { attributes: { region: null } },
    });
    expect(difference(KEY, written(KEY, "note", undefined))).toBeUndefined();
    expect(difference({ a: 1 }, { b: 2 })).toEqual({ a: null, b: 2 });
  });

  it("replaces lists whole, and objects by what else there is", () => {
    expect(difference({ a: ["x", "y"] }, { a: ["y"] })).toEqual({ a: ["y"] });
    expect(difference({ a: "any" }, { a: ["y"] })).toEqual({ a: ["y"] });
    expect(difference({ a: { b: 1 } }, { a: [] })).toEqual({ a: [] });
  });
});

it("sets what stands at a place, and changes nothing that was there", () => {
  const before = structuredClone(KEY);
  const after = written(KEY, "ceiling.origins", ["https://a.example"]);
  expect(KEY).toEqual(before);
  expect(read(after, "ceiling.origins")).toEqual(["https://a.example"]);
  expect(read(after, "ceiling.tenants")).toEqual(["acme"]);
  expect(read(written({}, "a.b", 1), "a.b")).toBe(1);
  expect(read({ a: "text" }, "a.length")).toBeUndefined();
});

it("compares values, not their order in an object", () => {
  expect(isSame({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true);
  expect(isSame(["a", "b"], ["b", "a"])).toBe(false);
  expect(isSame([1], ["1"])).toBe(false);
  expect(isSame([], {})).toBe(false);
});
