import type { ControlValues } from "../../../shared/messages.ts";
import { type Looks, PLAIN, type Scheme } from "../looks.ts";
import { EXPIRED } from "../session.ts";
import type { PageEvent } from "./door.ts";

/** What a Sigma host and the page say to each other, in plain objects that the windows post. */
export type SigmaMessage = { type: `workbook:${string}`; [member: string]: unknown };

/** What a Sigma host may ask for. */
export type SigmaRequest =
  | { is: "list" }
  | { is: "set"; values: ControlValues }
  /** Turn to a page. */
  | { is: "turn"; page: string };

/** What the options in the address make of the page. */
export interface SigmaOptions {
  looks: Looks;
  /** Whether the host hears how tall the page is. */
  responsiveHeight: boolean;
}

const CODES = ["EEXIST", "EPERM", "ESTALE", "ENOENT", "EACCES", "EINVAL", "ETIMEDOUT", "NETWORK", "UNKNOWN"];
/** Sigma's codes for ours; the others are unknown to its hosts. */
const TRANSLATIONS = new Map([
  ["not_found", "ENOENT"],
  ["forbidden", "EACCES"],
  ["time_limit", "ETIMEDOUT"],
  ["connection", "NETWORK"],
]);

/** Whether a code is one of Sigma's. */
export function isSigmaCode(code: unknown): code is string {
  return typeof code === "string" && CODES.includes(code);
}

/** What a Sigma host is told of an event; undefined if it has no word for it. `values` are those of all controls. */
export function sigmaMessage(event: PageEvent, values: ControlValues, options: SigmaOptions): SigmaMessage | undefined {
  switch (event.type) {
    case "ready":
      return { type: "workbook:loaded", workbook: { variables: variables(values) } };
    case "loaded":
      return { type: "workbook:dataloaded" };
    case "filters":
      return { type: "workbook:variables:onchange", workbook: { variables: variables(values) } };
    case "navigate":
      return { type: "workbook:selectednodeid:onchange", selectedNodeId: event.page, nodeType: "page" };
    case "select":
      return { type: "workbook:chart:onvalueselect", nodeId: event.element, values: event.values };
    case "full_screen":
      return { type: "workbook:fullscreen:onchange", fullScreen: event.on };
    case "height":
      return options.responsiveHeight ? { type: "workbook:pageheight:onchange", pageHeight: event.px } : undefined;
    case "expired":
      return { type: "workbook:error", code: "EINVAL", message: EXPIRED };
    case "error":
      return { type: "workbook:error", code: sigmaCode(event.code), message: event.message };
    case "element_asked":
    case "element_shown":
    case "element_saved":
    case "drilling":
    case "question":
    case "saved":
      return undefined;
    case "element_failed":
      return {
        type: "workbook:chart:error",
        nodeId: event.element,
        code: sigmaCode(event.code),
        message: event.message,
      };
  }
}

/** Each control's values as one text with commas between them, as Sigma writes them. */
export function variables(values: ControlValues): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, list]) => [name, list.join(",")]));
}

/** Reads what a Sigma host posted; undefined if it is nothing that we know. */
export function readSigmaRequest(data: unknown): SigmaRequest | undefined {
  if (!isObject(data)) return undefined;
  switch (data.type) {
    case "workbook:variables:list":
      return { is: "list" };
    case "workbook:variables:update":
      return readVariables(data.variables);
    case "workbook:selectednodeid:update":
      if (data.nodeType !== "page" || typeof data.selectedNodeId !== "string") return undefined;
      return { is: "turn", page: data.selectedNodeId };
    default:
      return undefined;
  }
}

/** Reads the options as the server has found them in the address. */
export function readSigmaOptions(options: object): SigmaOptions {
  const said = new Map<string, unknown>(Object.entries(options));
  const looks: Looks = {
    ...PLAIN,
    scheme: schemeOf(said.get("theme")),
    selections: true,
    locale: localeOf(said.get("lng"), said.get("lng_variant")),
    titled: said.get("hide_title") !== true,
    refreshable: said.get("hide_reload_button") !== true,
    // Sigma's page controls are the tabs below a workbook.
    tabbed: said.get("hide_page_controls") !== true,
  };
  return { looks, responsiveHeight: said.get("responsive_height") === true };
}

function sigmaCode(code: string): string {
  return isSigmaCode(code) ? code : (TRANSLATIONS.get(code) ?? "UNKNOWN");
}

function readVariables(variables: unknown): SigmaRequest | undefined {
  if (!isObject(variables)) return undefined;
  const entries = Object.entries(variables);
  if (entries.some(([, text]) => typeof text !== "string")) return undefined;
  const values = entries.map(([name, text]) => [name, String(text).split(",").filter(Boolean)]);
  return { is: "set", values: Object.fromEntries(values) };
}

/** `fr` and `CA` are `fr-CA`. */
function localeOf(language: unknown, variant: unknown): string | undefined {
  if (typeof language !== "string" || !language) return undefined;
  return typeof variant === "string" && variant ? `${language}-${variant}` : language;
}

function schemeOf(name: unknown): Scheme | undefined {
  const lower = String(name).toLowerCase();
  return lower === "dark" || lower === "light" ? lower : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
