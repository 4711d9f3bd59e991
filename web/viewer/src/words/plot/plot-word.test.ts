import { afterEach, expect, it } from "vitest";
import { speak } from "../words.svelte.ts";
import { WORDS as ENGLISH } from "./en.ts";
import { LANGUAGES, plotWord } from "./plot-word.ts";
import type { Counted, Forms, PlotWords } from "./words.ts";

const ROOT = { dir: "", lang: "" } as HTMLElement;
afterEach(() => speak("en", ROOT));

function formsOf(text: Counted): Forms {
  return typeof text === "string" ? { other: text } : text;
}

function braces(text: string): string[] {
  return [...text.matchAll(/\{\w+\}/g)].map(([found]) => found).sort();
}

it.each(Object.entries(LANGUAGES))("says in %s what charts say in English, with the same in it", (_, words) => {
  for (const name of Object.keys(ENGLISH) as (keyof PlotWords)[]) {
    const forms = formsOf(words[name]);
    expect(forms.other, name).toBeTruthy();
    expect(braces(forms.other), name).toEqual(braces(formsOf(ENGLISH[name]).other));
    // One and two may be words by themselves.
    expect(braces(forms.other), name).toEqual(expect.arrayContaining(Object.values(forms).flatMap(braces)));
  }
});

it.each(Object.entries(LANGUAGES))("has the forms that %s needs for some hundred things", (language, words) => {
  const rules = new Intl.PluralRules(language);
  const needed = new Set(Array.from({ length: 200 }, (_, count) => rules.select(count)));
  for (const text of Object.values<Counted>({ ...words })) {
    if (typeof text !== "string") expect(new Set(Object.keys(text))).toEqual(needed);
  }
});

it.each([
  ["en", ["0 values", "1 value", "2 values"], [0, 1, 2]],
  ["de", ["0 Werte", "1 Wert", "2 Werte"], [0, 1, 2]],
  ["fr", ["0 valeur", "1 valeur", "2 valeurs"], [0, 1, 2]],
  ["es", ["0 valores", "1 valor", "2 valores"], [0, 1, 2]],
  ["ar", ["بلا قيم", "قيمة واحدة", "قيمتان", "3 قيم", "11 قيمة", "100 قيمة", "103 قيم"], [0, 1, 2, 3, 11, 100, 103]],
])("counts as the grammar of the language does: %s", async (language, texts, counts) => {
  await speak(language, ROOT);
  expect(counts.map((count) => plotWord("values", { count }))).toEqual(texts);
});

it("needs no forms where a language has none", async () => {
  await speak("de", ROOT);
  expect([1, 5].map((count) => plotWord("andSmaller", { count }))).toEqual(["und 1 kleinere", "und 5 kleinere"]);
});
