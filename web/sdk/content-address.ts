import type { ControlValue, ControlValues } from "../shared/messages.ts";
import { readRelaxed } from "./relaxed.ts";

/** What is shown. */
export type Kind = "dashboard" | "question";

/** The attributes with which the host page goes on saying what the controls' values are. */
export const CONTROLLED = ["parameters", "sql-parameters"] as const;

/** The attributes that say how it is shown. */
export const OPTIONS = [
  ...CONTROLLED,
  "with-title",
  "with-downloads",
  "initial-parameters",
  "initial-sql-parameters",
  "hidden-parameters",
  "auto-refresh-interval",
] as const;

/** Reads an attribute; null if it is absent. */
export type Attributes = (name: (typeof OPTIONS)[number]) => string | null;

/** The path of the page for a guest token. */
export function guestPath(kind: Kind, token: string): string {
  return `/embed/${kind}/${encodeURIComponent(token)}`;
}

/** The path of the page for whoever is signed in. */
export function signedInPath(kind: Kind, id: string): string {
  return `/${kind}/${encodeURIComponent(id)}`;
}

/** The address of a page: values of controls in its query, options in its fragment. */
export function contentAddress(server: string, path: string, kind: Kind, attributes: Attributes, theme: unknown): URL {
  const address = new URL(path, server);
  for (const name of CONTROLLED) {
    const values = readValues(attributes(name) ?? attributes(`initial-${name}`));
    for (const [parameter, list] of Object.entries(values)) {
      // The empty text clears a control.
      for (const value of list.length > 0 ? list : [""]) address.searchParams.append(parameter, String(value));
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

/** Reads values of controls by name. Null and an empty list clear a control; one that is not named has its default. */
export function readValues(text: string | null): ControlValues {
  const parameters = readAttribute(text);
  if (typeof parameters !== "object" || parameters === null) return {};
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, listOf(value)]));
}

/** The values to set when an attribute changes; undefined if a control is to have its default again, which is not known. */
export function valuesToSet(before: string | null, after: string | null): ControlValues | undefined {
  const values = readValues(after);
  const isKept = Object.keys(readValues(before)).every((name) => Object.hasOwn(values, name));
  return isKept ? values : undefined;
}

function listOf(value: unknown): ControlValue[] {
  const all: unknown[] = Array.isArray(value) ? value : [value];
  return all.filter((one) => one !== null && one !== undefined).map((one) => (isPlain(one) ? one : String(one)));
}

function isPlain(value: unknown): value is ControlValue {
  return ["string", "number", "boolean"].includes(typeof value);
}
