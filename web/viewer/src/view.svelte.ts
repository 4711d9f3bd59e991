import type { ControlValue, ControlValues } from "../../shared/messages.ts";
import type { Control, Page, Workbook } from "./api.ts";

/** What one viewer has set and got. Another viewer gets a new one, with nothing of it. */
export class View {
  /** The name of the page that is asked for; the first page if it is undefined or not there. */
  pageName = $state<string>();
  /** Values by control; a control that is absent has its default. */
  filters = $state.raw<ControlValues>({});
  /** Counts up when all rows are to be asked for again. */
  refreshes = $state(0);
  workbook = $state.raw<Workbook>();

  constructor(pageName: string | undefined) {
    this.pageName = pageName;
  }

  get page(): Page | undefined {
    const pages = this.workbook?.pages ?? [];
    return pages.find(({ name }) => name === this.pageName) ?? pages[0];
  }

  /** The values that a control has now. */
  valuesOf(control: Control): ControlValue[] {
    return this.filters[control.name] ?? control.default;
  }

  /** What has been set of the named controls. */
  setOf(controls: readonly string[]): ControlValues {
    return Object.fromEntries(Object.entries(this.filters).filter(([name]) => controls.includes(name)));
  }
}
