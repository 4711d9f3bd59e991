import type { Schemas } from "./api.ts";
import { oneOfText } from "./field.ts";
import { isMembers, type Json, text } from "./json.ts";

/** Whom a grant or a publication is for, in words. */
export function accountOf(to: Json): string {
  if (isMembers(to) && "guests_of" in to) return `guests of ${text(to.guests_of)}`;
  if (isMembers(to) && "public_link" in to) return "whoever has the public link";
  return oneOfText(to);
}

/** By what somebody reaches something, or is kept from it, in words. */
export function whyOf({ by, level, allow = [], deny = [] }: Schemas["AccessWay"]): string {
  if (by === "owner") return "owns it";
  if (by === "publication") return "it is published to them";
  const said = [
    level ? [`grant: ${level.replaceAll("_", " ")}`] : ["grant"],
    allow.map((name) => `allows ${name}`),
    deny.map((name) => `denies ${name}`),
  ];
  return said.flat().join(", ");
}
