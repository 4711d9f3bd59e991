import { expect, it } from "vitest";
import { readableOn } from "./color.ts";

it.each([
  ["#e2e6eb", "#2059b8", 0, "#19212c"],
  ["#e2e6eb", "#2059b8", 1, "#fff"],
  ["#000", "#fff", 1, "#19212c"],
  ["#000", "#fff", 0, "#fff"],
])("chooses the text that can be read: from %s to %s at %d", (least, most, share, text) => {
  expect(readableOn(least, most, share, ["#19212c", "#fff"])).toBe(text);
});
