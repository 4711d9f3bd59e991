import { filled, spokenLanguage, type Values } from "../words.svelte.ts";
import type { Language } from "../words.ts";
import { WORDS as ar } from "./ar.ts";
import { WORDS as de } from "./de.ts";
import { WORDS as en } from "./en.ts";
import { WORDS as es } from "./es.ts";
import { WORDS as fr } from "./fr.ts";
import type { Counted, PlotWords } from "./words.ts";

/** All of them come with the drawing library, beside which they are nothing. */
export const LANGUAGES: Record<Language, PlotWords> = { ar, de, en, es, fr };

/** The words of charts in the language that is spoken now, with what stands in their braces. */
export function plotWord(name: keyof PlotWords, values: Values = {}): string {
  const spoken = spokenLanguage();
  return filled(formFor(values.count, LANGUAGES[spoken][name], spoken), values);
}

function formFor(count: string | number | undefined, text: Counted, spoken: Language): string {
  return typeof text === "string" ? text : (text[new Intl.PluralRules(spoken).select(Number(count))] ?? text.other);
}
