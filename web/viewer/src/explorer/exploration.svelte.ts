import type { Presentation, Question } from "../api.ts";
import type { Command, Objection } from "../commands.ts";
import type { ExploreScene } from "../doors/door.ts";

/** What somebody asks of an explore, and how often they have asked. */
export class Exploration {
  question: Question;
  /** Counts up when the question is to be asked; nought: nobody has asked it yet. */
  runs = $state(0);
  readonly presentation: Presentation;

  constructor({ question, presentation }: ExploreScene) {
    this.question = $state.raw(question);
    this.presentation = presentation;
    // One without fields waits for somebody to choose some.
    if (question.fields.length > 0) this.run();
  }

  /** Changes a part of the question. What is no field of the answer any more does not sort it. */
  change(part: Partial<Question>): void {
    const question = { ...this.question, ...part };
    const sorts = question.sorts?.filter(({ field }) => question.fields.includes(field));
    this.question = sorts ? { ...question, sorts } : question;
  }

  run(): void {
    this.runs += 1;
  }

  /** Does what a framing page says, as far as there is such a thing here. */
  obey({ type }: Command): Objection | undefined {
    if (type !== "refresh") return { code: "not_permitted", message: "an explore has no pages, controls or elements" };
    this.run();
    return undefined;
  }
}

/** The filter expression, or the value of a parameter, that a filter of a host or of a person is. */
export function textOf({ values = [] }: { values?: readonly unknown[] }): string {
  return String(values[0] ?? "");
}

/** The question as it is asked: what is not filled in filters nothing. */
export function asked(question: Question): Question {
  return { ...question, filters: question.filters?.filter((filter) => textOf(filter).trim() !== "") ?? [] };
}
