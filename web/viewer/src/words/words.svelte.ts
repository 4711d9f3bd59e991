import { WORDS as ENGLISH } from "./en.ts";
import type { Language, Words } from "./words.ts";

/** Languages besides English, each a file that is loaded when somebody reads it. */
const LANGUAGES: Record<string, () => Promise<{ WORDS: Words }>> = {
  ar: () => import("./ar.ts"),
  de: () => import("./de.ts"),
  es: () => import("./es.ts"),
  fr: () => import("./fr.ts"),
};

/** Languages that are written from right to left. */
const RIGHT_TO_LEFT = ["ar", "fa", "he", "ur"];

let present = $state.raw(ENGLISH);

/** What stands in the braces of words. */
export type Values = Record<string, string | number>;

/** The words of the language that is spoken now, with what stands in their braces. */
export function word(name: keyof Words, values: Values = {}): string {
  return filled(present[name], values);
}

/** The language that is spoken now. */
export function spokenLanguage(): Language {
  return present.language;
}

export function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (braces, key: string) => String(values[key] ?? braces));
}

/** Speaks the language of a locale, or English where we do not know it, and turns the page to its direction. */
export async function speak(locale: string | undefined, root: HTMLElement): Promise<void> {
  const language = locale?.split("-")[0]?.toLowerCase() ?? "en";
  // The direction is that of the reader's language, whose titles and values the page is full of.
  root.dir = RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
  root.lang = language in LANGUAGES ? language : "en";
  const { WORDS } = await (LANGUAGES[language]?.() ?? { WORDS: ENGLISH });
  present = WORDS;
}
