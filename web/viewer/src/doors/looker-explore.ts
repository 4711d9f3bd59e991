import type { Question } from "../api.ts";
import { asked, textOf } from "../explorer/exploration.svelte.ts";
import { isObject } from "./looker-host.ts";

const EXPLORE = "/embed/explore/";
const QUERY = /^\/embed\/query\//;

/** The address at which a question is asked: what else stands in the present one stays. */
export function addressOf(present: URL, question: Question): URL {
  const address = new URL(present);
  // What was a query by its id is another one now.
  address.pathname = address.pathname.replace(QUERY, EXPLORE);
  address.searchParams.delete("qid");
  const { searchParams } = address;
  const [, explore = ""] = question.explore.split(".");
  const named = (field: string) => `${explore}.${field}`;
  const [fields, sorts] = [question.fields.map(named), (question.sorts ?? []).map(written)];
  function written({ field, descending }: { field: string; descending?: boolean }): string {
    return descending ? `${named(field)} desc` : named(field);
  }
  for (const name of [...searchParams.keys()]) {
    if (/^(fields|sorts|limit|f\[.*\])$/.test(name)) searchParams.delete(name);
  }
  if (fields.length > 0) searchParams.set("fields", fields.join(","));
  for (const filter of asked(question).filters ?? []) searchParams.append(`f[${named(filter.field)}]`, textOf(filter));
  if (sorts.length > 0) searchParams.set("sorts", sorts.join(","));
  if (question.limit) searchParams.set("limit", String(question.limit));
  return address;
}

/**
 * An address with what a host says of filters: of an explore its own with these in their place, of anything else these alone. What
 * is no text is no filter.
 */
export function withFilters(present: URL, filters: unknown): URL {
  const isExplore = present.pathname.startsWith(EXPLORE);
  const address = new URL(isExplore ? present : present.pathname, present);
  for (const [name, text] of Object.entries(isObject(filters) ? filters : {})) {
    if (typeof text === "string") address.searchParams.set(isExplore ? `f[${name}]` : name, text);
  }
  return address;
}
