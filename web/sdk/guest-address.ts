import { readRelaxed } from "./relaxed.ts";

/** What a guest may be shown. */
export type Kind = "dashboard" | "question";

/** The attributes that say what is shown and how, besides the token. */
export const OPTIONS = [
  "with-title",
  "with-downloads",
  "initial-parameters",
  "initial-sql-parameters",
  "hidden-parameters",
  "auto-refresh-interval",
] as const;

/** Reads an attribute; null if it is absent. */
export type Attributes = (name: (typeof OPTIONS)[number]) => string | null;

/** The address of the page for a token: values of controls in its query, options in its fragment. */
export function guestAddress(server: string, kind: Kind, token: string, attributes: Attributes, theme: unknown): URL {
  const address = new URL(`/embed/${kind}/${encodeURIComponent(token)}`, server);
  for (const name of ["initial-parameters", "initial-sql-parameters"] as const) {
    for (const [parameter, value] of valuesOf(readAttribute(attributes(name)))) {
      address.searchParams.append(parameter, value);
    }
  }
  address.hash = fragment(kind, attributes, theme).toString();
  return address;
}

/** Attributes are texts, unless they begin as objects or lists do. */
export function readAttribute(text: string | null): unknown {
  return text !== null && /^\s*[{[]/.test(text) ? readRelaxed(text) : text;
}

/** The theme is an object of which we know the preset. */
function fragment(kind: Kind, attributes: Attributes, theme: unknown): URLSearchParams {
  const options = new URLSearchParams({ bordered: "false" });
  const say = (name: string, value: string | null) => value && options.set(name, value);
  say("titled", attributes("with-title"));
  say("downloads", attributes("with-downloads"));
  if (kind === "dashboard") say("refresh", attributes("auto-refresh-interval"));
  const hidden = readAttribute(attributes("hidden-parameters"));
  say("hide_parameters", Array.isArray(hidden) ? hidden.join(",") : (hidden as string | null));
  const preset = (theme as { preset?: unknown } | undefined)?.preset;
  say("theme", preset === "dark" ? "night" : preset === "light" ? "light" : null);
  return options;
}

/** Null clears a control: its value is the empty text. */
function valuesOf(parameters: unknown): [string, string][] {
  if (typeof parameters !== "object" || parameters === null) return [];
  return Object.entries(parameters).flatMap(([name, value]) => {
    const values = Array.isArray(value) && value.length > 0 ? value : [Array.isArray(value) ? "" : value];
    return values.map((one): [string, string] => [name, String(one ?? "")]);
  });
}
