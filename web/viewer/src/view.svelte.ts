import type { ControlValue, ControlValues, ExportFormat } from "../../shared/messages.ts";
import type { Control, FieldValue, Page, Selection, Theme, Workbook } from "./api.ts";
import type { Shown } from "./doors/door.ts";
import { type Looks, PLAIN } from "./looks.ts";
import { own } from "./own.ts";

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

/** A value that was gone into, and what people read of it. */
export interface Step extends FieldValue {
  text: string;
}

/** What is on the screen; undefined: there is no workbook yet. */
export function shownIn({ workbook, page }: View): Shown | undefined {
  if (!workbook || !page) return undefined;
  const named = ({ name, title }: { name: string; title: string }) => ({ name, title });
  const elements = page.elements.filter((element) => "chart" in element);
  return { title: workbook.title, controls: page.controls.map(named), elements: elements.map(named) };
}

/** What one viewer has set and got. Another viewer gets a new one, with nothing of it. */
export class View {
  /** The name of the page that is asked for; the first page if it is undefined or not there. */
  pageName = $state<string>();
  /** Values by control; a control that is absent has its default. */
  filters = $state.raw<ControlValues>({});
  /** The mark that was chosen last. */
  selected = $state.raw<{ element: string; values: Selection }>();
  /** By element: the values that were gone into, one after another. */
  drills = $state.raw<Record<string, Step[]>>({});
  /** Counts up when all rows are to be asked for again. */
  refreshes = $state(0);
  /** By element: when its rows were read. */
  readings = $state.raw<Record<string, string>>({});
  /** The file that the host wants. */
  wanted = $state.raw<{ element: string; format: ExportFormat }>();
  workbook = $state.raw<Workbook>();
  /** What the host says of the theme. */
  hostTheme = $state.raw<Theme>({});
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

  /** What this viewer may download elements as. Whoever may take rows away may take their picture. */
  get formats(): ExportFormat[] {
    if (!this.looks.downloads) return [];
    const files = FILES.filter((format) => this.workbook?.actions.includes(`export_${format}`));
    return files.length > 0 ? [...files, "png"] : [];
  }

  /** When the oldest rows on the page were read. */
  get asOf(): string | undefined {
    return Object.values(this.readings).sort()[0];
  }

  /** Takes the workbook in. What was set before anybody knew its controls stays only where the viewer could set it. */
  take(workbook: Workbook): void {
    this.workbook = this.element ? narrowed(workbook, this.element, this.pageName) : workbook;
    const settable = this.#settable().map(({ name }) => name);
    this.filters = this.setOf(settable);
  }

  /** Turns to another page. What was chosen on the last one is forgotten; what was set stays. */
  turnTo(page: string): void {
    this.pageName = page;
    this.selected = undefined;
    this.drills = {};
    this.readings = {};
  }

  /** Asks for all rows again. */
  refresh(how?: "quietly"): void {
    this.quietly = how === "quietly";
    this.refreshes += 1;
  }

  /** The values that a control has now. */
  valuesOf(control: Control): ControlValue[] {
    return own(this.filters, control.name) ?? control.default;
  }

  /** The present values of all controls that the viewer can set. */
  values(): ControlValues {
    return Object.fromEntries(this.#settable().map((control) => [control.name, this.valuesOf(control)]));
  }

  /** What has been set of the named controls. */
  setOf(controls: readonly string[]): ControlValues {
    return Object.fromEntries(Object.entries(this.filters).filter(([name]) => controls.includes(name)));
  }

  /** Notes when an element's rows were read; undefined: it has none. */
  read(element: string, asOf: string | undefined): void {
    const { [element]: _, ...others } = this.readings;
    this.readings = asOf ? { ...others, [element]: asOf } : others;
  }

  /** The values of an element that were gone into. */
  drillOf(element: string): Step[] {
    return own(this.drills, element) ?? [];
  }

  /** Goes into values of an element, or back out of them. */
  drill(element: string, steps: Step[]): void {
    this.drills = { ...this.drills, [element]: steps };
    this.selected = undefined;
  }

  /** A control of the page, if the viewer can set it. */
  settable(name: string): Control | undefined {
    return this.page?.controls.find((control) => control.name === name && !control.locked);
  }

  #settable(): Control[] {
    return (this.workbook?.pages ?? []).flatMap(({ controls }) => controls).filter(({ locked }) => !locked);
  }
}

const FILES = ["csv", "xlsx", "json", "arrow"] as const;

/** A workbook with one element: that of the page that is asked for, else of the first page that has it. */
function narrowed(workbook: Workbook, element: string, pageName: string | undefined): Workbook {
  const having = workbook.pages.filter(({ elements }) => elements.some(({ name }) => name === element));
  const page = having.find(({ name }) => name === pageName) ?? having[0];
  if (!page) return { ...workbook, pages: [] };
  return { ...workbook, pages: [{ ...page, elements: page.elements.filter(({ name }) => name === element) }] };
}
