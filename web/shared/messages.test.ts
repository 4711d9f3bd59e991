import { describe, expect, it } from "vitest";
import { isConnect, readElementMessage, readPageMessage } from "./messages.ts";

describe("what the element sends", () => {
  it.each([
    { type: "code", code: "vc_1" },
    { type: "no_code", message: "signed out" },
    { type: "filters", values: { origin: ["JFK", 7, true], month: [] } },
    { type: "navigate", page: "overview" },
    { type: "refresh" },
  ])("is read: $type", (message) => {
    expect(readElementMessage({ v: 1, ...message })).toEqual({ is: "message", message });
  });

  it.each([
    [{ v: 1, type: "code" }],
    [{ v: 1, type: "code", code: 7 }],
    [{ v: 1, type: "filters", values: { origin: "JFK" } }],
    [{ v: 1, type: "filters", values: { origin: [null] } }],
    [{ v: 1, type: "filters", values: ["JFK"] }],
    [{ v: 1, type: "navigate", page: null }],
    [{ v: 2, type: "refresh" }],
    [{ type: "refresh" }],
    [{ v: 1 }],
    ["refresh"],
    [null],
    [[]],
  ])("is malformed: %j", (value) => {
    expect(readElementMessage(value)).toMatchObject({ is: "malformed" });
  });

  it.each(["theme", "toString", "__proto__", "ready"])("is not known: %s", (type) => {
    expect(readElementMessage({ v: 1, type })).toEqual({ is: "unknown" });
  });
});

describe("what the page sends", () => {
  it("is read", () => {
    const message = { type: "code_needed", reason: "expiring" };
    expect(readPageMessage({ v: 1, ...message })).toEqual({ is: "message", message });
  });

  it.each([
    [{ v: 1, type: "code_needed", reason: "bored" }],
    [{ v: 1, type: "height", px: Number.NaN }],
    [{ v: 1, type: "height", px: -1 }],
    [{ v: 1, type: "error", code: "x" }],
  ])("is malformed: %j", (value) => {
    expect(readPageMessage(value)).toMatchObject({ is: "malformed" });
  });
});

describe("connect", () => {
  it("is only that of this version", () => {
    expect(isConnect({ v: 1, type: "connect" })).toBe(true);
    expect(isConnect({ v: 2, type: "connect" })).toBe(false);
    expect(isConnect("connect")).toBe(false);
  });
});
