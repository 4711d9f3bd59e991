import type { ControlValues, ElementMessage } from "../../shared/messages.ts";
import { readTokens } from "./theme.ts";
import type { View } from "./view.svelte.ts";

/** What a framing page may tell this one to do. */
export type Command = Exclude<ElementMessage, { type: "code" } | { type: "no_code" }>;

/** Why a command was not obeyed, for the host's programmers. */
export interface Objection {
  code:
    | "not_ready"
    | "unknown_page"
    | "unknown_control"
    | "locked_control"
    | "unknown_element"
    | "not_permitted"
    | "malformed_theme";
  message: string;
}

/** Does what the host says, as far as the viewer could do it too. All of a command or nothing of it. */
export function obey(command: Command, view: View): Objection | undefined {
  switch (command.type) {
    case "filters":
      return setFilters(command.values, view);
    case "navigate":
      return turnTo(command.page, view);
    case "theme":
      return dress(command.tokens, view);
    case "export":
      return save(command, view);
    case "refresh":
      view.refresh();
      return undefined;
  }
}

function setFilters(values: ControlValues, view: View): Objection | undefined {
  if (!view.workbook) return notReady();
  const controls = view.workbook.pages.flatMap((page) => page.controls);
  for (const name of Object.keys(values)) {
    const meant = controls.filter((control) => control.name === name);
    if (meant.length === 0) return { code: "unknown_control", message: `there is no control \`${name}\`` };
    if (meant.some(({ locked }) => locked)) return { code: "locked_control", message: `\`${name}\` is locked` };
  }
  view.filters = { ...view.filters, ...values };
  return undefined;
}

function turnTo(page: string, view: View): Objection | undefined {
  if (!view.workbook) return notReady();
  if (!view.workbook.pages.some(({ name }) => name === page)) {
    return { code: "unknown_page", message: `there is no page \`${page}\`` };
  }
  view.turnTo(page);
  return undefined;
}

function dress(tokens: Extract<Command, { type: "theme" }>["tokens"], view: View): Objection | undefined {
  const theme = readTokens(tokens);
  if (typeof theme === "string") return { code: "malformed_theme", message: theme };
  view.hostTheme = theme;
  return undefined;
}

function save({ element, format }: Extract<Command, { type: "export" }>, view: View): Objection | undefined {
  if (!view.page) return notReady();
  if (!view.page.elements.some((shown) => shown.name === element && "chart" in shown)) {
    return { code: "unknown_element", message: `there is no element \`${element}\` with data on this page` };
  }
  if (!view.formats.includes(format)) {
    return { code: "not_permitted", message: `this viewer may not download as \`${format}\`` };
  }
  view.wanted = { element, format };
  return undefined;
}

function notReady(): Objection {
  return { code: "not_ready", message: "the workbook is not there yet; wait for `ready`" };
}
