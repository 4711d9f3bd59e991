import { isMembers, type Json, type Members } from "./json.ts";

/** What an attribute is. */
export interface AttributeKind {
  name: string;
  /** `text`, `number`, `boolean`, `date`, `timestamp` or `filter` */
  type: string;
  list: boolean;
  description: string;
}

export function attributeKind(thing: Members): AttributeKind {
  const { name, type, list, description } = thing;
  return { name: String(name), type: String(type), list: list === true, description: String(description ?? "") };
}

/** A value as people write it: of a list, one value a line. */
export function shown(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return value.map(shown).join("\n");
  return isMembers(value) ? JSON.stringify(value) : String(value);
}

/** The value that somebody has written; undefined: none. What is of another type stays a text, so that the server says so. */
export function understood(written: string, { type, list }: Pick<AttributeKind, "type" | "list">): Json | undefined {
  if (list) {
    const values = written.split("\n").flatMap((line) => one(line, type) ?? []);
    return values.length > 0 ? values : undefined;
  }
  return one(written, type);
}

/** Numbers are sent as such where a double holds them exactly; others are refused rather than rounded. */
function one(written: string, type: string): string | number | boolean | undefined {
  const text = written.trim();
  if (text === "") return undefined;
  if (type === "number" && String(Number(text)) === text) return Number(text);
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}
