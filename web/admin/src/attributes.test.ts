import { expect, it } from "vitest";
import { shown, understood } from "./attributes.ts";

it("reads values as their type writes them, and leaves to the server what is of another", () => {
  for (const [written, type, value] of [
    ["West", "text", "West"],
    ["7", "text", "7"],
    ["7", "number", 7],
    ["-1.5", "number", -1.5],
    // Not what a double holds: it stays a text, which the server refuses by name.
    ["0.10000000000000000001", "number", "0.10000000000000000001"],
    ["many", "number", "many"],
    ["true", "boolean", true],
    ["yes", "boolean", "yes"],
    ["2013-01-31", "date", "2013-01-31"],
    ["  ", "text", undefined],
  ] as const) {
    expect(understood(written, { type, list: false })).toEqual(value);
  }
});

it("reads lists line by line, and shows them so", () => {
  expect(understood("West\n\n East \n", { type: "text", list: true })).toEqual(["West", "East"]);
  expect(understood("1\n2", { type: "number", list: true })).toEqual([1, 2]);
  expect(understood("\n", { type: "text", list: true })).toBeUndefined();
  expect(shown(["West", "East"])).toBe("West\nEast");
  expect(shown(false)).toBe("false");
  expect(shown(null)).toBe("");
});
