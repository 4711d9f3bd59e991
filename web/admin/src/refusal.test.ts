import { expect, it } from "vitest";
import { isAbout, refusal, refusalOf } from "./refusal.ts";

it("finds the field that a refusal names, and says the rest as a sentence", () => {
  const { field, message, code } = refusal(400, { code: "invalid_member", detail: "`teams[Ghosts]`: expected a team" });
  expect([field, message, code]).toEqual(["teams[Ghosts]", "Expected a team.", "invalid_member"]);
  expect(refusal(409, { detail: "something else would not hold any more" })).toMatchObject({
    field: undefined,
    message: "Something else would not hold any more.",
  });
});

it("says nothing of a server's own mistakes but where to look", () => {
  const { message, field } = refusal(500, { detail: "`teams`: secret", correlation_id: "abc" });
  expect([message, field]).toEqual([
    "Something went wrong. Try again; if it stays so, report it with the number abc.",
    undefined,
  ]);
  expect(refusal(503, undefined).message).toBe("Vitrine is busy. Try again in a moment.");
  expect(refusalOf(new TypeError("Failed to fetch")).code).toBe("connection");
});

it("is about a member, and about what is in it, and not about one whose name begins so", () => {
  expect(isAbout("teams[Ghosts]", "teams")).toBe(true);
  expect(isAbout("attributes.limit", "attributes")).toBe(true);
  expect(isAbout("ceiling.tenants", "ceiling.tenants")).toBe(true);
  expect(isAbout("attributes.limit", "attributes.lim")).toBe(false);
  expect(isAbout("first_name", "first")).toBe(false);
  expect(isAbout(undefined, "teams")).toBe(false);
});
