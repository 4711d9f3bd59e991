import type { Path, Permission } from "./api.ts";
import { isMembers, type Json, type Members, read, text } from "./json.ts";

export interface Option {
  value: string;
  label: string;
}

/** How a member of a thing is shown and set. */
export type Kind =
  | { is: "text"; type?: "text" | "email"; long?: boolean }
  | { is: "number"; least?: number; most?: number }
  | { is: "switch" }
  | { is: "time" }
  | { is: "choice"; options: (thing: Members) => Option[] }
  /** A name of something; with `byId` its id is what is sent. */
  | { is: "name"; of: Path; byId?: boolean }
  /** Names of some things. */
  | { is: "names"; of: Path }
  /** Names of some things, or all. */
  | { is: "any_of"; of: Path }
  /** Texts, one a line. */
  | { is: "lines" }
  /** With `ofContent` those of administration cannot be ticked; with `alone` each is, without those that it needs. */
  | { is: "permissions"; ofContent?: boolean; alone?: boolean }
  | { is: "attributes" }
  /** One thing out of several kinds, written `{kind: name}`. */
  | { is: "one_of"; kinds: OneOf[] }
  /** Some of them. */
  | { is: "some_of"; kinds: OneOf[] }
  | { is: "json" };

export interface OneOf {
  kind: string;
  label: string;
  of: Path;
}

export interface Field {
  /** Where it is in the thing, such as `ceiling.tenants`. */
  member: string;
  label: string;
  hint?: string;
  kind: Kind;
  /** Whether it is said when the thing is made and stays. */
  stays?: boolean;
  /** Only when the thing is made. */
  once?: boolean;
  required?: boolean;
  /** What is asked only of some. */
  when?: (thing: Members) => boolean;
  /** Under which heading it stands; that of the one before if it says nothing. */
  heading?: string;
}

export interface Column {
  label: string;
  text: (thing: Members) => string;
  /** Left out where there is little room. */
  minor?: boolean;
}

/** A kind of things that is administered. */
export interface Noun {
  /** In the address. */
  key: string;
  path: Path;
  title: string;
  /** One of them, in a sentence. */
  one: string;
  /** What they are. */
  about: string;
  needs: Permission;
  /** Whether administrators of a tenant have some too. */
  ofTenants?: boolean;
  name: (thing: Members) => string;
  columns: Column[];
  fields: Field[];
  /** What a new one begins with; `tenant` is that of whoever makes it, `search` what the address asks for. */
  begins?: (tenant: string | null, search: URLSearchParams) => Members;
  /** What a new one is sent as, if that is not how it was filled in. */
  sent?: (filled: Members) => Members;
  /** How they are sought: by the server, or among those that are shown. */
  sought?: "there" | "here";
  filters?: Filter[];
  /** By what they are put together. */
  groups?: { label: string; of: (thing: Members) => string }[];
  /** What deleting one is called, and what comes of it. */
  deleting?: { verb: string; means: string };
  /** Whether one has a page of its own. */
  isOpened?: boolean;
  /** Whether one is made here. */
  isMade?: boolean;
  /** What it is in grants, such as `folder/shop/daily`: its page says who reaches it. */
  resource?: (thing: Members) => string;
  /** The members of the answer that are shown once, and what they are. */
  shownOnce?: { member: string; label: string; means: string }[];
}

export interface Filter {
  parameter: string;
  label: string;
  options: Option[];
}

/** Fields that a thing has now. */
export function fieldsOf(noun: Noun, thing: Members, isNew: boolean): Field[] {
  return noun.fields.filter((field) => (isNew || !field.once) && (field.when?.(thing) ?? true));
}

/** What a new thing is sent as: without what is not asked of it, and without what was left empty. */
export function newBody(noun: Noun, thing: Members): Members {
  const asked = new Set(fieldsOf(noun, thing, true).map((field) => field.member));
  const gone = noun.fields.map((field) => field.member).filter((member) => !asked.has(member));
  const whole = noun.fields.filter(({ kind }) => kind.is === "json").map((field) => field.member);
  const body = filled(thing, { gone, whole }, "");
  return noun.sent?.(body) ?? body;
}

/** `whole`: what was written as JSON, in which null says something. */
function filled(thing: Members, places: { gone: string[]; whole: string[] }, at: string): Members {
  const kept: Members = {};
  for (const [name, value] of Object.entries(thing)) {
    const place = at + name;
    if (value === undefined || value === null || value === "" || places.gone.includes(place)) continue;
    const isParted = isMembers(value) && !places.whole.includes(place);
    kept[name] = isParted ? filled(value, places, `${place}.`) : value;
  }
  return kept;
}

/** `{kind: name}` in words. */
export function oneOfText(value: Json | undefined): string {
  if (!isMembers(value)) return "";
  const [kind = "", name] = Object.entries(value)[0] ?? [];
  // Embed people are named by who vouches for them, too.
  const subject = isMembers(name) ? `${text(name.subject)} of ${text(name.issuer)}` : text(name);
  return `${kind.replaceAll("_", " ")} ${subject}`;
}

/** A value in a list. */
export function yesNo(value: Json | undefined): string {
  return value === true ? "Yes" : "No";
}

export const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function timeText(value: Json | undefined): string {
  const instant = new Date(text(value));
  return Number.isNaN(instant.getTime()) ? "" : moment.format(instant);
}

/** A column that shows a member as it is. */
export function column(label: string, member: string, more: Partial<Column> = {}): Column {
  return { label, text: (thing) => text(read(thing, member)), ...more };
}
