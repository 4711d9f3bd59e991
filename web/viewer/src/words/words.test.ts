import { afterEach, expect, it } from "vitest";
import { WORDS as ENGLISH } from "./en.ts";
import { speak, word } from "./words.svelte.ts";

const root = { dir: "", lang: "" } as HTMLElement;
afterEach(() => speak("en", root));

function braces(text: string): string[] {
  return [...text.matchAll(/\{\w+\}/g)].map(([found]) => found).sort();
}

it.each(["ar", "de", "es", "fr"])(
  "says in %s what it says in English, with the same values in it",
  async (language) => {
    const { WORDS } = await import(`./${language}.ts`);
    for (const [name, text] of Object.entries(ENGLISH)) {
      expect(WORDS[name], name).toBeTruthy();
      expect(braces(WORDS[name]), name).toEqual(braces(text));
    }
  },
);

it("speaks the language of a locale, turns the page to its direction, and speaks English where it knows no better", async () => {
  await speak("de-CH", root);
  expect([word("chosen", { count: 3 }), root.lang, root.dir]).toEqual(["3 ausgewählt", "de", "ltr"]);
  await speak("ar-EG", root);
  expect([word("all"), root.lang, root.dir]).toEqual(["الكل", "ar", "rtl"]);
  await speak("he", root);
  expect([word("all"), root.lang, root.dir]).toEqual(["All", "en", "rtl"]);
  await speak(undefined, root);
  expect([word("all"), root.lang, root.dir]).toEqual(["All", "en", "ltr"]);
});

it("leaves braces for which there is no value", () => {
  expect(word("loadingOf")).toBe("Loading {title}");
});
