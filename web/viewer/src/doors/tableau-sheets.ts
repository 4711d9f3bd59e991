import type { ControlValues } from "../../../shared/messages.ts";
import type { TableauPage, TableauSight } from "../../../shared/tableau-messages.ts";
import type { DataElement, Page, Workbook } from "../api.ts";
import { own } from "../own.ts";
import { RefusalError } from "../refusal.ts";

// A workbook in the words of Tableau's hosts: pages and elements with data are sheets, controls are fields.

/** What the host's library knows of a workbook. `values` are those of every control that can be set. */
export function sightOf(
  { workbook, page }: { workbook: Workbook; page: Page },
  values: ControlValues,
  single: boolean,
): TableauSight {
  const pages = workbook.pages.map((page) => pageOf(page, values));
  return { title: workbook.title, single, active: page.name, pages };
}

function pageOf({ name, title, elements, controls }: Page, values: ControlValues): TableauPage {
  const worksheets = elements.filter(isData).map(({ name, title, controls, underlying }) => {
    return { name, title, fields: controls, underlying };
  });
  const fields = controls.flatMap(({ name, title, type, locked }) => {
    const present = own(values, name);
    return locked || !present ? [] : [{ name, title, type, values: present }];
  });
  return { name, title, worksheets, fields };
}

/** A page by what people read of it, or by its name. */
export function pageCalled({ pages }: Workbook, sheet: string): Page {
  return found(pages, sheet) ?? refuse("sheet", sheet, pages);
}

/** An element with data of a page, by what people read of it, or by its name. */
export function elementCalled({ elements }: Page, sheet: string): DataElement {
  const sheets = elements.filter(isData);
  return found(sheets, sheet) ?? refuse("worksheet", sheet, sheets);
}

/**
 * Values by the names of controls, where fields are called by what people read of them, or by their names; those of the page first.
 * Without values: those that every control begins with.
 */
export function fieldsCalled({ pages }: Workbook, page: Page, fields: ControlValues | undefined): ControlValues {
  const settable = [page, ...pages].flatMap(({ controls }) => controls).filter(({ locked }) => !locked);
  if (!fields) return Object.fromEntries(settable.map((control) => [control.name, control.default]));
  const named = Object.entries(fields).map(([called, values]) => {
    const { name } = found(settable, called) ?? refuse("field", called, settable);
    return [name, values] as const;
  });
  return Object.fromEntries(named);
}

/** The names of fields that have other values than before. */
export function changedFields(before: ControlValues, now: ControlValues): string[] {
  const text = (values: ControlValues, name: string) => JSON.stringify(own(values, name) ?? []);
  return Object.keys(now).filter((name) => text(before, name) !== text(now, name));
}

function found<One extends { name: string; title: string }>(all: readonly One[], called: string): One | undefined {
  return all.find(({ title }) => title === called) ?? all.find(({ name }) => name === called);
}

function refuse(what: string, called: string, all: readonly { title: string; name: string }[]): never {
  const known = [...new Set(all.map(({ title, name }) => `\`${title || name}\``))].join(", ") || "none";
  throw new RefusalError(`there is no ${what} \`${called}\` here: expected one of ${known}`, "invalid_parameter");
}

function isData(element: Page["elements"][number]): element is DataElement {
  return "chart" in element;
}
