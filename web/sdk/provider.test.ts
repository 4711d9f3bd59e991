import { expect, it, vi } from "vitest";
import { entityId, tokenFrom, type Wanted } from "./provider.ts";

const WANTED: Wanted = { entityType: "dashboard", entityId: 7, customContext: { plan: "pro" } };

function tokenOf(claims: unknown): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
}

it("asks with the person's cookies, and takes the token of the answer", async () => {
  const ask = vi.fn(async () => Response.json({ jwt: " a.b.c " }));
  expect(await tokenFrom("/api/guest-token", WANTED, ask)).toBe("a.b.c");
  expect(ask).toHaveBeenCalledExactlyOnceWith("/api/guest-token", {
    method: "POST",
    credentials: "include",
    headers: { "content-type": "application/json" },
    body: '{"entityType":"dashboard","entityId":7,"customContext":{"plan":"pro"}}',
  });
});

it.each([
  ["another member", () => Response.json({ token: "a.b.c" })],
  ["an empty token", () => Response.json({ jwt: " " })],
  ["no text", () => Response.json({ jwt: 7 })],
  ["null", () => Response.json(null)],
  ["no JSON", () => new Response("<html>")],
  ["a failure", () => Response.json({ jwt: "a.b.c" }, { status: 500 })],
])("takes no token from %s", async (_, answer) => {
  await expect(tokenFrom("/api/guest-token", WANTED, async () => answer())).rejects.toThrow("gave no token");
});

it.each([
  ["7", null, 7],
  ["Vq3m0J_8xZ", null, "Vq3m0J_8xZ"],
  ["7", tokenOf({ resource: { dashboard: 8 } }), 7],
  [null, tokenOf({ resource: { dashboard: 8 } }), 8],
  [null, tokenOf({ resource: { question: 8 } }), undefined],
  [null, tokenOf({ resource: { dashboard: {} } }), undefined],
  [null, tokenOf(null), undefined],
  [null, "no token", undefined],
  [null, null, undefined],
])("of the attribute %s and the token %s the id is %s", (attribute, token, id) => {
  expect(entityId("dashboard", attribute, token)).toBe(id);
});
