import { expect, it } from "vitest";
import { readTokens, schemeOf, wearThemes } from "./theme.ts";

it("takes tokens that there are, with values that they can have", () => {
  const colors = { accent: "#a40035", series_1: "#123456" };
  expect(readTokens({ ...colors, scheme: "dark", radius: "4px", font: "serif" })).toEqual({
    scheme: "dark",
    radius: 4,
    font: "serif",
    light: colors,
    dark: colors,
  });
});

it.each([
  [{ accent: "red" }, "`accent` is no color"],
  [{ accent: "#fff" }, "`accent` is no color"],
  [{ ground: "url(//evil.example)" }, "`ground` is no color"],
  [{ ink: "#123456;}" }, "`ink` is no color"],
  [{ radius: "25px" }, "`radius`: expected"],
  [{ radius: "4px;x" }, "`radius`: expected"],
  [{ font: "Comic Sans" }, "`font`: expected"],
  [{ scheme: "sepia" }, "`scheme`: expected"],
  [{ constructor: "#123456" }, "there is no token `constructor`"],
])("refuses %j as a whole", (tokens, said) => {
  expect(readTokens(tokens as Record<string, string>)).toContain(said);
});

class Root {
  readonly set = new Map<string, string>();
  readonly style = {
    setProperty: (name: string, value: string) => this.set.set(name, value),
    removeProperty: (name: string) => this.set.delete(name),
  };
}

it("puts the nearest theme's values on the document, and takes off what none has", () => {
  const root = new Root();
  const far = { light: { accent: "#111111" }, radius: 3 };
  wearThemes([{ light: { accent: "#222222" } }, far], root as unknown as HTMLElement);
  expect(Object.fromEntries(root.set)).toEqual({ "--light-accent": "#222222", "--radius": "3px" });
  wearThemes([far], root as unknown as HTMLElement);
  expect(root.set.get("--light-accent")).toBe("#111111");
  wearThemes([], root as unknown as HTMLElement);
  expect(root.set.size).toBe(0);
});

it("asks for the nearest scheme, and for none if that is the browser's choice", () => {
  expect(schemeOf([{}, { scheme: "dark" }])).toBe("dark");
  expect(schemeOf([{ scheme: "auto" }, { scheme: "dark" }])).toBeUndefined();
  expect(schemeOf([])).toBeUndefined();
});
