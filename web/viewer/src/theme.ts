import type { ThemeTokens } from "../../shared/messages.ts";
import type { Theme } from "./api.ts";
import type { Scheme } from "./looks.ts";

/** Tokens that are colors; each has one for a light and one for a dark ground. */
const COLORS = [
  "ground",
  "card",
  "ink",
  "muted",
  "line",
  "edge",
  "accent",
  "good",
  "warning",
  "bad",
  "series_1",
  "series_2",
  "series_3",
  "series_4",
  "series_5",
  "series_6",
] as const;
type ColorToken = (typeof COLORS)[number];

/** Fonts of the reader's system, by what they are called in themes. */
const FONTS = new Map([
  ["system", 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif'],
  ["serif", 'ui-serif, Georgia, Cambria, "Times New Roman", serif'],
  ["mono", 'ui-monospace, "SF Mono", Consolas, "Liberation Mono", monospace'],
]);
/** The roundest corner, in pixels. */
const ROUNDEST = 24;
const COLOR = /^#[0-9a-f]{6}$/i;
const PIXELS = /^(\d{1,2})px$/;

/** Reads what a host says of the theme; a text says what is wrong with it. All of it counts or nothing. */
export function readTokens(tokens: ThemeTokens): Theme | string {
  const theme: Theme = {};
  const colors: Partial<Record<ColorToken, string>> = {};
  for (const [name, value] of Object.entries(tokens)) {
    if (isColorToken(name)) {
      if (!COLOR.test(value)) return `\`${name}\` is no color: expected one such as \`#2059b8\``;
      colors[name] = value;
    } else if (name === "scheme" && isScheme(value)) theme.scheme = value;
    else if (name === "font" && isFont(value)) theme.font = value;
    else if (name === "radius" && isRadius(value)) theme.radius = Number.parseInt(value, 10);
    else return wrong(name);
  }
  return { ...theme, light: colors, dark: colors };
}

/** Puts themes on the document, the first one that says something first. What none says is the style sheet's. */
export function wearThemes(themes: readonly Theme[], root: HTMLElement): void {
  for (const color of COLORS) {
    const name = color.replace("_", "-");
    set(
      root,
      `--light-${name}`,
      first(themes, ({ light }) => light?.[color]),
    );
    set(
      root,
      `--dark-${name}`,
      first(themes, ({ dark }) => dark?.[color]),
    );
  }
  const radius = first(themes, (theme) => theme.radius);
  set(root, "--radius", radius === undefined ? undefined : `${radius}px`);
  set(root, "--font", FONTS.get(first(themes, ({ font }) => font) ?? ""));
}

/** The scheme that themes ask for; undefined: none in particular. */
export function schemeOf(themes: readonly Theme[]): Scheme | undefined {
  const scheme = first(themes, (theme) => theme.scheme);
  return scheme === "auto" ? undefined : scheme;
}

function first<Value>(themes: readonly Theme[], read: (theme: Theme) => Value | undefined): Value | undefined {
  return themes.map(read).find((value) => value !== undefined);
}

function set(root: HTMLElement, name: string, value: string | undefined): void {
  if (value === undefined) root.style.removeProperty(name);
  else root.style.setProperty(name, value);
}

function wrong(name: string): string {
  switch (name) {
    case "scheme":
      return "`scheme`: expected `light`, `dark` or `auto`";
    case "font":
      return `\`font\`: expected ${[...FONTS.keys()].map((font) => `\`${font}\``).join(", ")}`;
    case "radius":
      return `\`radius\`: expected \`0px\` to \`${ROUNDEST}px\``;
    default:
      return `there is no token \`${name}\`: expected \`scheme\`, \`font\`, \`radius\` or one of ${COLORS.join(", ")}`;
  }
}

function isColorToken(name: string): name is ColorToken {
  return (COLORS as readonly string[]).includes(name);
}

function isScheme(value: string): value is NonNullable<Theme["scheme"]> {
  return ["light", "dark", "auto"].includes(value);
}

function isFont(value: string): value is NonNullable<Theme["font"]> {
  return FONTS.has(value);
}

function isRadius(value: string): boolean {
  const pixels = PIXELS.exec(value)?.[1];
  return pixels !== undefined && Number(pixels) <= ROUNDEST;
}
