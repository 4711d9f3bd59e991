import { expect, it } from "vitest";
import { refusal, refusalOf } from "./refusal.ts";

function problem(status: number, body: object): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/problem+json" } });
}

it("keeps the stable code and says what to do", async () => {
  const refused = await refusal(problem(404, { code: "not_found", detail: "there is nothing here for you" }));
  expect(refused.code).toBe("not_found");
  expect(refused.message).toBe("There is nothing here for you. Ask whoever gave you access.");
});

it("names what cannot be asked", async () => {
  const refused = await refusal(problem(400, { code: "unknown_field", detail: "there is no field `tail`" }));
  expect(refused.message).toBe("This cannot be asked: there is no field `tail`.");
});

it("gives the number under which an administrator finds the failure", async () => {
  const refused = await refusal(problem(500, { code: "internal", correlation_id: "01JD" }));
  expect(refused.message).toContain("01JD");
});

it("copes with answers that are no problem documents", async () => {
  const refused = await refusal(new Response("<html>", { status: 502 }));
  expect(refused.code).toBe("status_502");
});

it("tells a lost connection from a failure of the page", () => {
  expect(refusalOf(new TypeError("Failed to fetch")).code).toBe("connection");
  expect(refusalOf(new Error("x")).code).toBe("page");
});
