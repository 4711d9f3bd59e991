/** What the API sends and takes. */
export type Json = null | boolean | number | string | Json[] | Members;

/** An object of JSON; a member that is undefined is not there. */
export interface Members {
  [name: string]: Json | undefined;
}

/** What stands at a place such as `ceiling.tenants`. */
export function read(thing: Members, place: string): Json | undefined {
  return place.split(".").reduce<Json | undefined>((at, name) => (isMembers(at) ? at[name] : undefined), thing);
}

/** The same thing with another value at a place; nothing that was there is changed. */
export function written(thing: Members, place: string, value: Json | undefined): Members {
  const [name = "", ...rest] = place.split(".");
  if (rest.length === 0) return { ...thing, [name]: value };
  const inner = thing[name];
  return { ...thing, [name]: written(isMembers(inner) ? inner : {}, rest.join("."), value) };
}

/** The merge patch (RFC 7396) that makes `after` of `before`; undefined: there is nothing to change. */
export function difference(before: Members, after: Members): Members | undefined {
  const patch: Members = {};
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [before[name] ?? null, after[name] ?? null];
    const change = isMembers(was) && isMembers(is) ? difference(was, is) : isSame(was, is) ? undefined : is;
    if (change !== undefined) patch[name] = change;
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}

/** Whether two values are equal; the order of members does not matter. */
export function isSame(one: Json, other: Json): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, place) => isSame(item, other[place] ?? null));
  }
  if (isMembers(one) && isMembers(other)) return difference(one, other) === undefined;
  return one === other;
}

/** Texts of a list; of anything else, none. */
export function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

export function text(value: Json | undefined): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

export function isMembers(value: Json | undefined): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
