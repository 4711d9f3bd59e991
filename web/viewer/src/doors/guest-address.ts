import type { ControlValues } from "../../../shared/messages.ts";
import { type Looks, PLAIN, type Scheme } from "../looks.ts";

/** What an address says of how content begins. The names of its options are Metabase's, whose hosts write them. */
export interface Beginning {
  /** Values of controls to begin with. */
  filters: ControlValues;
  looks: Looks;
}

/** What the address of a guest says. */
export interface GuestAddress extends Beginning {
  /** The guest token, or the public link in the form in which the API takes it. */
  credential: string;
}

const SCHEMES = new Map<string | null, Scheme>([
  ["light", "light"],
  ["night", "dark"],
  ["transparent", "transparent"],
]);
/** Rows are not asked for again more often than this, in seconds. */
const SOONEST = 10;

/** Reads `/embed/{kind}/{token}` and `/public/{kind}/{link}`; undefined if it is neither. */
export function readGuestAddress(url: URL): GuestAddress | undefined {
  const [, way, kind, name, ...rest] = url.pathname.split("/");
  if ((way !== "embed" && way !== "public") || !isKind(kind) || !name || rest.length > 0) return undefined;
  // Neither tokens nor links need escapes, but an equals sign may have got one.
  const plain = name.replaceAll("%3D", "=");
  return { credential: way === "public" ? `link_${plain}` : plain, ...readBeginning(url, kind) };
}

/** Reads `/{kind}/{id}`, the address of content for people who are logged in; undefined if it is none. */
export function readContentAddress(url: URL): Beginning | undefined {
  const [, kind, id, ...rest] = url.pathname.split("/");
  return isKind(kind) && id && rest.length === 0 ? readBeginning(url, kind) : undefined;
}

/** As Metabase does: `?origin=JFK&origin=LGA`. What else the address says stays where it is. */
export function withFilters(url: URL, filters: ControlValues): URL {
  const address = new URL(url);
  address.search = new URLSearchParams(
    Object.entries(filters).flatMap(([name, values]) =>
      (values.length > 0 ? values : [""]).map((value) => [name, String(value)]),
    ),
  ).toString();
  return address;
}

function isKind(kind: string | undefined): boolean {
  return kind === "dashboard" || kind === "question";
}

function readBeginning(url: URL, kind: string | undefined): Beginning {
  const options = new URLSearchParams(url.hash.slice(1));
  return { filters: readFilters(url.searchParams), looks: readLooks(options, kind === "dashboard") };
}

/** `?origin=JFK&origin=LGA` are two values of one control; `?origin=` is no filter instead of the default. */
function readFilters(query: URLSearchParams): ControlValues {
  const names = [...new Set(query.keys())];
  return Object.fromEntries(names.map((name) => [name, query.getAll(name).filter(Boolean)]));
}

function readLooks(options: URLSearchParams, refreshing: boolean): Looks {
  return {
    ...PLAIN,
    scheme: SCHEMES.get(options.get("theme")),
    bordered: isSaid(options.get("bordered"), PLAIN.bordered),
    titled: isSaid(options.get("titled"), PLAIN.titled),
    downloads: isSaid(options.get("downloads"), !isSaid(options.get("hide_download_button"), false)),
    hiddenControls: (options.get("hide_parameters") ?? "").split(",").filter(Boolean),
    refreshSeconds: refreshing ? readSeconds(options.get("refresh")) : undefined,
  };
}

function isSaid(text: string | null, otherwise: boolean): boolean {
  return text === "true" || (text !== "false" && otherwise);
}

function readSeconds(text: string | null): number | undefined {
  const seconds = Number(text);
  return Number.isFinite(seconds) && seconds > 0 ? Math.max(seconds, SOONEST) : undefined;
}
