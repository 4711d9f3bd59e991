import { describe, expect, it } from "vitest";
import { isConnect, readElementMessage, readPageMessage } from "./messages.ts";

describe("what the element sends", () => {
  it.each([
    { type: "code", code: "vc_1" },
    { type: "no_code", message: "signed out" },
    { type: "filters", values: { origin: ["JFK", 7, true], month: [] } },
    { type: "navigate", page: "overview" },
    { type: "theme", tokens: { scheme: "dark", accent: "#2059b8" } },
    { type: "theme", tokens: {} },
    { type: "theme", tokens: themeOf(40, 64) },
    { type: "refresh" },
    { type: "export", element: "total", format: "png" },
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
    [{ v: 1, type: "filters", values: named("__proto__", "JFK") }],
    [{ v: 1, type: "theme" }],
    [{ v: 1, type: "theme", tokens: null }],
    [{ v: 1, type: "theme", tokens: ["dark"] }],
    [{ v: 1, type: "theme", tokens: { radius: 8 } }],
    [{ v: 1, type: "theme", tokens: named("__proto__", {}) }],
    [{ v: 1, type: "theme", tokens: themeOf(41, 1) }],
    [{ v: 1, type: "theme", tokens: themeOf(1, 65) }],
    [{ v: 1, type: "export", element: "total" }],
    [{ v: 1, type: "export", element: "total", format: "pdf" }],
    [{ v: 1, type: "export", element: "total", format: "__proto__" }],
    [{ v: 1, type: "export", element: 7, format: "csv" }],
    [{ v: 1, type: "export", format: "csv" }],
    [{ v: 2, type: "refresh" }],
    [{ type: "refresh" }],
    [{ v: 1 }],
    ["refresh"],
    [null],
    [[]],
  ])("is malformed: %j", (value) => {
    expect(readElementMessage(value)).toMatchObject({ is: "malformed" });
  });

  it.each(["zoom", "toString", "__proto__", "constructor", "ready", "select"])("is not known: %s", (type) => {
    expect(readElementMessage({ v: 1, type })).toEqual({ is: "unknown" });
  });
});

describe("what the page sends", () => {
  it.each([
    { type: "code_needed", reason: "expiring" },
    { type: "height", px: 0 },
    { type: "select", element: "by-origin", values: { origin: "JFK", flights: 7, late: false, month: null } },
    { type: "select", element: "by-origin", values: {} },
  ])("is read: $type", (message) => {
    expect(readPageMessage({ v: 1, ...message })).toEqual({ is: "message", message });
  });

  it.each([
    [{ v: 1, type: "code_needed", reason: "bored" }],
    [{ v: 1, type: "height", px: Number.NaN }],
    [{ v: 1, type: "height", px: -1 }],
    [{ v: 1, type: "error", code: "x" }],
    [{ v: 1, type: "select", element: "by-origin" }],
    [{ v: 1, type: "select", values: { origin: "JFK" } }],
    [{ v: 1, type: "select", element: "by-origin", values: [null] }],
    [{ v: 1, type: "select", element: "by-origin", values: { origin: ["JFK"] } }],
    [{ v: 1, type: "select", element: "by-origin", values: { flights: Number.POSITIVE_INFINITY } }],
    [{ v: 1, type: "select", element: "by-origin", values: named("__proto__", {}) }],
  ])("is malformed: %j", (value) => {
    expect(readPageMessage(value)).toMatchObject({ is: "malformed" });
  });

  it.each(["hover", "hasOwnProperty", "__proto__", "theme", "export"])("is not known: %s", (type) => {
    expect(readPageMessage({ v: 1, type })).toEqual({ is: "unknown" });
  });
});

describe("connect", () => {
  it("is only that of this version", () => {
    expect(isConnect({ v: 1, type: "connect" })).toBe(true);
    expect(isConnect({ v: 2, type: "connect" })).toBe(false);
    expect(isConnect("connect")).toBe(false);
  });
});

/** An object with that own member, whatever its name means to prototypes. */
function named(name: string, value: unknown): object {
  return Object.fromEntries([[name, value]]);
}

/** A theme of so many tokens, each so long. */
function themeOf(count: number, length: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`token-${at}`, "x".repeat(length)]));
}
