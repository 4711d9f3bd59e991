/** How the page looks, as far as whoever shows it has a say. Cosmetic: nothing is protected by being hidden here. */
export interface Looks {
  /** Undefined: as the theme says, or as the browser prefers. */
  scheme: Scheme | undefined;
  /** The language; undefined: as the server says of the person, or as the browser prefers. */
  locale: string | undefined;
  bordered: boolean;
  titled: boolean;
  /** Whether the pages of the workbook can be turned. */
  tabbed: boolean;
  /** Where buttons for the whole page are. */
  toolbar: "top" | "bottom" | "none";
  /** Whether there is a button that asks for all rows again. */
  refreshable: boolean;
  /** Whether buttons for downloads are shown to those who may download. */
  downloads: boolean;
  /** Names of controls that are not shown. */
  hiddenControls: readonly string[];
  /** Whether the framing page hears which marks are chosen, so that they are worth choosing for that alone. */
  selections: boolean;
  /** Rows are asked for again after so many seconds; undefined: never. */
  refreshSeconds: number | undefined;
}

/** Which colors are used; `transparent` is the light ones without a ground. */
export type Scheme = "light" | "dark" | "transparent";

/** How the page looks if nobody says anything. */
export const PLAIN: Looks = {
  scheme: undefined,
  locale: undefined,
  bordered: false,
  titled: true,
  tabbed: true,
  toolbar: "top",
  refreshable: true,
  downloads: true,
  hiddenControls: [],
  selections: false,
  refreshSeconds: undefined,
};

/** Puts a scheme on the document; its colors are in the style sheet. */
export function wearScheme(scheme: Scheme | undefined, root: HTMLElement): void {
  if (scheme) root.dataset.theme = scheme;
  else delete root.dataset.theme;
}
