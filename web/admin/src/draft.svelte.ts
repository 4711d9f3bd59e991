import { type Answer, SessionOverError } from "./api.ts";
import type { Field } from "./field.ts";
import { difference, type Json, type Members, written } from "./json.ts";
import { isAbout, type RefusalError, refusalOf } from "./refusal.ts";

/** Something that is loaded, changed in a form, and saved. */
export class Draft<Thing extends Members> {
  /** As the server has it; undefined: it is not there yet. */
  before = $state.raw<Thing>();
  /** As it stands in the form. */
  thing = $state.raw<Members>({});
  /** Counts up when all of the draft is another one. */
  round = $state(0);
  isBusy = $state(false);
  problem = $state.raw<RefusalError>();
  /** What saving would change. */
  readonly patch = $derived(this.before && difference(this.before, this.thing));
  etag: string | undefined;
  #isSaved = $state(false);

  /** Whether all of it has just been saved. */
  get isSaved(): boolean {
    return this.#isSaved && !this.patch;
  }

  /** Begins anew with what the server has answered. */
  take({ body, etag }: Answer<Thing>): void {
    [this.before, this.thing, this.etag] = [body, body, etag];
    this.round += 1;
  }

  /** Begins with something that is not there yet. */
  begin(thing: Members): void {
    [this.before, this.thing, this.etag, this.problem] = [undefined, thing, undefined, undefined];
    this.round += 1;
  }

  set(member: string, value: Json | undefined): void {
    this.thing = written(this.thing, member, value);
    this.#isSaved = false;
  }

  saved(): void {
    this.#isSaved = true;
  }

  /** Does something, and keeps why it was refused. */
  async guarded(action: () => Promise<void>): Promise<void> {
    [this.isBusy, this.#isSaved] = [true, false];
    try {
      await action();
      this.problem = undefined;
    } catch (failure) {
      if (!(failure instanceof SessionOverError)) this.problem = refusalOf(failure);
    }
    this.isBusy = false;
  }

  /** A refusal that none of these fields shows. */
  general(fields: Field[]): RefusalError | undefined {
    const { problem } = this;
    return fields.some((field) => isAbout(problem?.field, field.member)) ? undefined : problem;
  }
}
