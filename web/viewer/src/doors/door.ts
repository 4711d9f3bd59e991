import type { CodeReason, ControlValues, ExportFormat, PageMessage } from "../../../shared/messages.ts";
import type { Page, Presentation, Proof, Question, Workbook } from "../api.ts";
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
  /** Tells the framing page, if there is one, what happens here; whether it may, where that page is asked. */
  send: Tell;
  /** From now on the framing page's commands go to `stage`. */
  serve(stage: Stage): void;
  /** Keeps in the page's address what a reload should find again, where the address may say it. */
  remember(page: string, filters: ControlValues): void;
}

/** What is shown, and how it begins. */
export type Scene = WorkbookScene | ExploreScene;

export interface WorkbookScene {
  workbook: string;
  start: Start;
}

/** An explore, with what is asked of it at first. */
export interface ExploreScene {
  question: Question;
  presentation: Presentation;
}

/** A session, and what is shown in it. */
export type Admission = Redeemed &
  Scene & {
    /** Whether rows of the session it replaces are surely those of this one too. */
    sameRows: boolean;
    /** Whether the host has set the filters, for whomever it shows. Those that people have set are nobody else's. */
    filtersOfHost?: boolean;
  };

/** What happens in the page. A door leaves out what its framing page has no word for. */
export type PageEvent =
  | Exclude<PageMessage, { type: "code_needed" }>
  | ElementAsked
  | ElementShown
  | ElementFailed
  | ElementSaved
  | Drilling
  | QuestionChanged
  | Saved
  | FullScreen;

/** Whether something may happen; nobody has anything against it if this is undefined. */
// biome-ignore lint/suspicious/noConfusingVoidType: most doors ask nobody, and return nothing
export type Consent = Promise<boolean> | void;

export interface FullScreen {
  type: "full_screen";
  on: boolean;
}

/** Tells whoever frames the page what happens in it. */
export type Tell = (event: PageEvent) => Consent;

/** An element asks for rows. */
export interface ElementAsked {
  type: "element_asked";
  element: string;
}

/** An element has its rows. */
export interface ElementShown {
  type: "element_shown";
  element: string;
}

/** Somebody takes rows or a picture of an element away. */
export interface ElementSaved {
  type: "element_saved";
  element: string;
  format: ExportFormat;
}

/** Somebody goes from a mark to what is behind it. */
export interface Drilling {
  type: "drilling";
  element: string;
  label: string;
}

/** Somebody has changed what they will ask of an explore, the host too. */
export interface QuestionChanged {
  type: "question";
  question: Question;
}

/** Somebody has made a workbook of what they asked. */
export interface Saved {
  type: "saved";
  workbook: string;
  title: string;
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
  /** What is on the screen; undefined: there is no workbook yet. */
  shown(): Shown | undefined;
  /** The workbook, and the page that is turned to; undefined: there is no workbook yet. */
  sight(): { workbook: Workbook; page: Page } | undefined;
  /** Takes whatever is shown off the screen, and opens the door again. */
  reopen(): void;
  /** Puts another question in the place of an explore's, which is asked when it is run. */
  ask(question: Question): void;
  /** Shows something else to the same person. */
  turn(scene: Scene): void;
}

/** What is on the screen, by its names and titles. */
export interface Shown {
  title: string;
  controls: readonly Named[];
  elements: readonly Named[];
}

interface Named {
  name: string;
  title: string;
}
