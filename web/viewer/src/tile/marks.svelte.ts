import type { ControlValues } from "../../../shared/messages.ts";
import type { Action } from "../action.ts";
import type { Answer, DataElement, FieldValue, Selection } from "../api.ts";
import type { Tell } from "../doors/door.ts";
import type { Conventions } from "../format.ts";
import type { Step, View } from "../view.svelte.ts";
import { word } from "../words/words.svelte.ts";
import { bare, dimensionsOf, measuresOf, stepInto, valuesOf } from "./drill.ts";
import { settingsOf, textOf } from "./selecting.ts";

/** Where somebody has pointed, in pixels of the window. */
export interface Point {
  x: number;
  y: number;
}

/** What choosing the marks of one element does: it filters, leads into finer values, or to the rows underneath. */
export class Marks {
  /** The mark about which somebody is asked what to do with it. */
  asked = $state.raw<{ values: Selection; at: Point; answer: Answer }>();
  /** The mark whose rows are shown; undefined: none are. */
  underneath = $state.raw<FieldValue[]>();

  constructor(
    private readonly element: DataElement,
    private readonly view: View,
    private readonly tell: Tell,
    private readonly conventions: () => Conventions,
  ) {}

  get #way(): string[] {
    return this.element.drill ?? [];
  }

  get #steps(): Step[] {
    return this.view.drillOf(this.element.name);
  }

  /** Whether choosing a mark does anything. */
  get matter(): boolean {
    const { select = {}, underlying } = this.element;
    return Object.keys(select).length > 0 || this.#way.length > 1 || underlying || this.view.looks.selections;
  }

  /** The mark that was chosen last, if it is one of these. */
  get selected(): Selection | undefined {
    const { selected } = this.view;
    return selected?.element === this.element.name ? selected.values : undefined;
  }

  /** Chooses a mark. Chosen again it is let go, and what it has set goes with it. */
  choose(selection: Selection, at: Point, answer: Answer): void {
    const values = dimensionsOf(selection, measuresOf(answer));
    if (Object.keys(values).length === 0) return;
    if (JSON.stringify(this.selected) === JSON.stringify(values)) {
      this.view.selected = undefined;
      this.#set(this.#nothing());
      return;
    }
    this.view.selected = { element: this.element.name, values };
    this.tell({ type: "select", element: this.element.name, values: selection });
    if (this.#details(values, answer).length > 0) this.asked = { values, at, answer };
    else this.#set(settingsOf(values, this.element, answer, this.view));
  }

  /** What can be done with the mark about which somebody is asked. */
  get actions(): Action[] {
    if (!this.asked) return [];
    const { values, answer } = this.asked;
    const settings = settingsOf(values, this.element, answer, this.view);
    const filtering = { label: word("filterBy", { value: this.text }), run: () => this.#set(settings) };
    return [...(Object.keys(settings).length > 0 ? [filtering] : []), ...this.#details(values, answer)];
  }

  /** The values of that mark, for people. */
  get text(): string {
    return this.asked ? textOf(this.asked.values, this.asked.answer, this.conventions()) : "";
  }

  /** Shows the rows underneath all marks. */
  showRows(): void {
    this.underneath = bare(this.#steps);
  }

  /** What a mark leads to besides filtering. */
  #details(values: Selection, answer: Answer): Action[] {
    const { name, underlying } = this.element;
    const details: Action[] = [];
    const step = stepInto(this.#way, this.#steps, values);
    if (step) {
      const value = textOf(values, answer, this.conventions());
      const text = textOf({ [step.field]: step.value ?? null }, answer, this.conventions());
      const steps = [...this.#steps, { ...step, text }];
      details.push(this.#behind(word("drillInto", { value }), () => this.view.drill(name, steps)));
    }
    if (underlying) {
      const at = [...bare(this.#steps), ...valuesOf(values)];
      details.push(this.#behind(word("showRows"), () => (this.underneath = at)));
    }
    return details;
  }

  /** Leads behind a mark, unless the framing page has something against it. */
  #behind(label: string, go: () => void): Action {
    const run = () => {
      const asked = this.tell({ type: "drilling", element: this.element.name, label });
      if (asked) asked.then((may) => may && go());
      else go();
    };
    return { label, run };
  }

  #set(settings: ControlValues): void {
    if (Object.keys(settings).length === 0) return;
    this.view.filters = { ...this.view.filters, ...settings };
    this.tell({ type: "filters", values: this.view.filters });
  }

  /** No filter, for every control that a mark sets. */
  #nothing(): ControlValues {
    const controls = Object.values(this.element.select ?? {}).filter((name) => this.view.settable(name));
    return Object.fromEntries(controls.map((name) => [name, []]));
  }
}
