/**
 * What the library in the page of a host of Tableau's and the page in the frame say to each other.
 *
 * It begins as between Vitrine's own element and page: the library posts `connect` to the frame's window with a port, and
 * everything after that goes over the port, as `{"v": 1, "type": …}`.
 */

import { type CodeReason, type ControlValue, type ControlValues, type FieldValues, VERSION } from "./messages.ts";

/** From the library to the page. */
export type TableauRequest =
  /** The answer to `token_needed`. */
  | { type: "token"; token: string }
  /** There is none that has not been used. */
  | { type: "no_token" }
  /** There is a new one now: whoever is shown goes, whatever comes of it. */
  | { type: "renew" }
  | { type: "call"; id: number; call: TableauCall };

/** What the host wants of the page. Sheets and fields are named as people read them, or by their names. */
export type TableauCall =
  /** Sets fields; an empty list is no filter. */
  | { name: "filter"; fields: ControlValues }
  /** Every field has the values again that it began with. */
  | { name: "revert" }
  | { name: "turn"; sheet: string }
  | { name: "refresh" }
  | { name: "rows"; sheet: string }
  /** The rows underneath. */
  | { name: "underlying"; sheet: string }
  /** Saves a file for whoever looks. */
  | { name: "save"; sheet: string; format: "csv" | "xlsx" | "png" };

/** From the page to the library. */
export type TableauMessage =
  | { type: "token_needed"; reason: CodeReason }
  /** The token has opened a session. */
  | { type: "opened" }
  /** What is there to be seen now. Told again whenever something of it changes. */
  | { type: "shown"; sight: TableauSight }
  | { type: "interactive" }
  | { type: "height"; px: number }
  /** Fields have other values, by their names. */
  | { type: "filtered"; fields: string[] }
  | { type: "turned"; from: string }
  | { type: "selected"; sheet: string; values: FieldValues }
  | { type: "failed"; problem: TableauProblem }
  | { type: "answer"; id: number; value?: unknown }
  | { type: "refused"; id: number; code: string; message: string };

/** A workbook as the library tells of it. */
export interface TableauSight {
  title: string;
  /** Whether the address names one worksheet, and not a page of them. */
  single: boolean;
  /** The name of the page that is shown. */
  active: string;
  pages: TableauPage[];
}

/** A page: what Tableau calls a dashboard. */
export interface TableauPage {
  name: string;
  title: string;
  worksheets: TableauWorksheet[];
  fields: TableauField[];
}

/** An element with data. */
export interface TableauWorksheet {
  name: string;
  title: string;
  /** Names of the fields that it obeys. */
  fields: string[];
  /** Whether there are rows underneath for this person. */
  underlying: boolean;
}

/** A control that the viewer can set. */
export interface TableauField {
  name: string;
  title: string;
  type: string;
  values: ControlValue[];
}

/** Why nothing is shown. */
export interface TableauProblem {
  /** `session_expired`, or why no session was opened. */
  reason: string;
  message: string;
  /** Tableau's code, of tokens that are refused. */
  errorCode?: number;
  /** By how many seconds the clock of whoever signs is ahead. */
  clockSkewSeconds?: number;
}

type Members = Record<string, unknown>;

const CALLS: Record<TableauCall["name"], (call: Members) => boolean> = {
  filter: ({ fields }) => isObject(fields) && Object.values(fields).every(isValues),
  revert: () => true,
  turn: ({ sheet }) => isText(sheet),
  refresh: () => true,
  rows: ({ sheet }) => isText(sheet),
  underlying: ({ sheet }) => isText(sheet),
  save: ({ sheet, format }) => isText(sheet) && ["csv", "xlsx", "png"].includes(String(format)),
};

const REQUESTS: Record<TableauRequest["type"], (members: Members) => boolean> = {
  token: ({ token }) => isText(token),
  no_token: () => true,
  renew: () => true,
  call: ({ id, call }) =>
    typeof id === "number" &&
    isObject(call) &&
    Object.hasOwn(CALLS, String(call.name)) &&
    CALLS[call.name as TableauCall["name"]](call),
};

/** Reads what the library sent; undefined if it is nothing that we know. */
export function readTableauRequest(value: unknown): TableauRequest | undefined {
  if (!isObject(value) || value.v !== VERSION || !Object.hasOwn(REQUESTS, String(value.type))) return undefined;
  const { v: _, ...members } = value;
  return REQUESTS[value.type as TableauRequest["type"]](members) ? (members as unknown as TableauRequest) : undefined;
}

/** Reads what the page sent, which only a page of the server's can have; undefined if it is none of these messages. */
export function readTableauMessage(value: unknown): TableauMessage | undefined {
  return isObject(value) && value.v === VERSION && isText(value.type)
    ? (value as unknown as TableauMessage)
    : undefined;
}

function isValues(values: unknown): boolean {
  const isValue = (one: unknown) => isText(one) || typeof one === "boolean" || Number.isFinite(one);
  return Array.isArray(values) && values.every(isValue);
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
