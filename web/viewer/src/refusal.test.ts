import { expect, it } from "vitest";
import { refusal, refusalOf } from "./refusal.ts";

function refused(status: number, body: unknown) {
  return refusal(new Response(null, { status }), body);
}

it("keeps the stable code and says what to do", () => {
  const said = refused(404, { code: "not_found", detail: "there is nothing here for you" });
  expect(said.code).toBe("not_found");
  expect(said.message).toBe("There is nothing here for you. Ask whoever gave you access.");
});

it("names what cannot be asked", () => {
  const said = refused(400, { code: "unknown_field", detail: "there is no field `tail`" });
  expect(said.message).toBe("This cannot be asked: there is no field `tail`.");
});

it("gives the number under which an administrator finds the failure", () => {
  const said = refused(500, { code: "internal", correlation_id: "01JD" });
  expect(said.message).toContain("01JD");
});

it("copes with answers that are no problem documents", () => {
  const said = refused(502, "<html>");
  expect(said.code).toBe("status_502");
});

it("tells a lost connection from a failure of the page", () => {
  expect(refusalOf(new TypeError("Failed to fetch")).code).toBe("connection");
  expect(refusalOf(new Error("x")).code).toBe("page");
});
