/** How the page looks, as far as whoever shows it has a say. Cosmetic: nothing is protected by being hidden here. */
export interface Looks {
  /** Undefined: as the browser prefers. */
  theme: Theme | undefined;
  bordered: boolean;
  titled: boolean;
  /** Whether the pages of the workbook can be turned. */
  tabbed: boolean;
  /** Whether buttons for downloads are shown to those who may download. */
  downloads: boolean;
  /** Names of controls that are not shown. */
  hiddenControls: readonly string[];
  /** Rows are asked for again after so many seconds; undefined: never. */
  refreshSeconds: number | undefined;
}

export type Theme = "light" | "dark" | "transparent";

/** How the page looks if nobody says anything. */
export const PLAIN: Looks = {
  theme: undefined,
  bordered: false,
  titled: true,
  tabbed: true,
  downloads: true,
  hiddenControls: [],
  refreshSeconds: undefined,
};

/** Puts a theme on the document; its colours are in the style sheet. */
export function wear(theme: Theme | undefined, root: HTMLElement): void {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
}
