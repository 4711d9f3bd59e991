import type { ControlValue, ControlValues } from "../../shared/messages.ts";
import type { Control, Page, Workbook } from "./api.ts";
import { type Looks, PLAIN } from "./looks.ts";

/** How the page begins for one viewer. */
export interface Start {
  /** The page that is turned to; the first one if it is undefined. */
  page: string | undefined;
  /** The one element that is shown; all if it is undefined. */
  element: string | undefined;
  /** Values of controls. */
  filters: ControlValues;
  looks: Looks;
}

/** A start with nothing set. */
export function startAt(page: string | undefined): Start {
  return { page, element: undefined, filters: {}, looks: PLAIN };
}

/** What one viewer has set and got. Another viewer gets a new one, with nothing of it. */
export class View {
  /** The name of the page that is asked for; the first page if it is undefined or not there. */
  pageName = $state<string>();
  /** Values by control; a control that is absent has its default. */
  filters = $state.raw<ControlValues>({});
  /** Counts up when all rows are to be asked for again. */
  refreshes = $state(0);
  workbook = $state.raw<Workbook>();
  /** Whether nobody should notice the latest refresh. */
  quietly = false;
  /** The one element that is shown; all if it is undefined. */
  readonly element: string | undefined;
  readonly looks: Looks;

  constructor({ page, element, filters, looks }: Start) {
    this.pageName = page;
    this.filters = filters;
    this.element = element;
    this.looks = looks;
  }

  get page(): Page | undefined {
    const pages = this.workbook?.pages ?? [];
    return pages.find(({ name }) => name === this.pageName) ?? pages[0];
  }

  /** Takes the workbook in. What was set before anybody knew its controls stays only where the viewer could set it. */
  take(workbook: Workbook): void {
    this.workbook = this.element ? narrowed(workbook, this.element, this.pageName) : workbook;
    const settable = this.#settable().map(({ name }) => name);
    this.filters = this.setOf(settable);
  }

  /** Asks for all rows again. */
  refresh(how?: "quietly"): void {
    this.quietly = how === "quietly";
    this.refreshes += 1;
  }

  /** The values that a control has now. */
  valuesOf(control: Control): ControlValue[] {
    return this.filters[control.name] ?? control.default;
  }

  /** The present values of all controls that the viewer can set. */
  values(): ControlValues {
    return Object.fromEntries(this.#settable().map((control) => [control.name, this.valuesOf(control)]));
  }

  /** What has been set of the named controls. */
  setOf(controls: readonly string[]): ControlValues {
    return Object.fromEntries(Object.entries(this.filters).filter(([name]) => controls.includes(name)));
  }

  #settable(): Control[] {
    return (this.workbook?.pages ?? []).flatMap(({ controls }) => controls).filter(({ locked }) => !locked);
  }
}

/** A workbook with one element: that of the page that is asked for, else of the first page that has it. */
function narrowed(workbook: Workbook, element: string, pageName: string | undefined): Workbook {
  const having = workbook.pages.filter(({ elements }) => elements.some(({ name }) => name === element));
  const page = having.find(({ name }) => name === pageName) ?? having[0];
  if (!page) return { ...workbook, pages: [] };
  return { ...workbook, pages: [{ ...page, elements: page.elements.filter(({ name }) => name === element) }] };
}
