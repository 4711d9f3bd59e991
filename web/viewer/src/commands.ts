import type { ControlValues, ElementMessage } from "../../shared/messages.ts";
import type { View } from "./view.svelte.ts";

/** What a framing page may tell this one to do. */
export type Command = Exclude<ElementMessage, { type: "code" } | { type: "no_code" }>;

/** Why a command was not obeyed, for the host's programmers. */
export interface Objection {
  code: "not_ready" | "unknown_page" | "unknown_control" | "locked_control";
  message: string;
}

/** Does what the host says, as far as the viewer could do it too. All of a command or nothing of it. */
export function obey(command: Command, view: View): Objection | undefined {
  switch (command.type) {
    case "filters":
      return setFilters(command.values, view);
    case "navigate":
      return turnTo(command.page, view);
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
  view.pageName = page;
  return undefined;
}

function notReady(): Objection {
  return { code: "not_ready", message: "the workbook is not there yet; wait for `ready`" };
}
