import type { CodeReason, ControlValues, PageMessage } from "../../../shared/messages.ts";
import type { Proof } from "../api.ts";
import type { Command, Objection } from "../commands.ts";
import type { Redeemed } from "../session.ts";
import type { Start } from "../view.svelte.ts";

/** A way into this page, chosen by its address. */
export interface Door {
  /** Whether the page may be shown outside any frame. */
  readonly standsAlone: boolean;
  /** Waits for whomever it cannot do without. */
  open(): Promise<Passage>;
}

/** An open door: where the session gets its credentials, and how the page and whoever frames it hear of each other. */
export interface Passage {
  /** How questions show the session; a bearer token unless said otherwise. */
  proof?: Proof;
  /** Where somebody without a session logs in, if this page may go there. */
  signOn?: (() => string) | undefined;
  /** Something to hand in; fails with a message for people. */
  askForCode(reason: CodeReason): Promise<string>;
  /** Hands it in; fails with a message for people. */
  redeem(code: string, replaces: string | undefined): Promise<Admission>;
  /** Tells the framing page, if there is one, what has happened here. */
  send(event: PageEvent): void;
  /** From now on the framing page's commands go to `stage`. */
  serve(stage: Stage): void;
  /** Keeps in the page's address what a reload should find again, where the address may say it. */
  remember(page: string, filters: ControlValues): void;
}

/** A session, and what is shown in it. */
export interface Admission extends Redeemed {
  workbook: string;
  start: Start;
  /** Whether rows of the session it replaces are surely those of this one too. */
  sameRows: boolean;
}

/** What happens in the page. A door leaves out what its framing page has no word for. */
export type PageEvent = Exclude<PageMessage, { type: "code_needed" }> | ElementFailed | FullScreen;

export interface FullScreen {
  type: "full_screen";
  on: boolean;
}

export interface ElementFailed {
  type: "element_failed";
  element: string;
  code: string;
  message: string;
}

/** What a framing page may do with this one. */
export interface Stage {
  /** Does all of a command or nothing of it. */
  obey(command: Command): Objection | undefined;
  /** The present values of all controls that the viewer can set; none before there is a workbook. */
  values(): ControlValues;
}
