import { expect, it } from "vitest";
import { codeOf, inputsOf, LANGUAGES, SIGNED } from "./hostCode.ts";

it("has code for each dialect in each language, which reads the same in all of them", () => {
  const read = SIGNED.map(({ value: dialect }) => {
    const inputs = LANGUAGES.map(({ value: file }) => inputsOf(codeOf(dialect, file) ?? "").join(" "));
    return [dialect, ...new Set(inputs)];
  });
  expect(read).toEqual([
    ["vitrine", "ACCOUNT_TYPE ATTRIBUTES CLIENT_ID CONTENT SECRET SUBJECT TEAMS TENANT"],
    ["sigma", "ACCOUNT_TYPE ATTRIBUTES CLIENT_ID CONTENT SECRET SUBJECT TEAMS TENANT VITRINE_URL"],
    ["looker", "ATTRIBUTES CONTENT HASH MODELS SECRET SUBJECT TEAMS TENANT VITRINE_URL"],
    ["tableau", "ATTRIBUTES CLIENT_ID SECRET SECRET_ID SUBJECT TEAMS"],
    ["metabase", "CONTENT PARAMETERS SECRET"],
  ]);
});

it("has none of what there is not", () => {
  expect(codeOf("vitrine", "sign.pl")).toBeUndefined();
});
