import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { entityId, signInToken, tokenFrom, type Wanted } from "./provider.ts";

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

const SERVER = "https://vitrine.example/";

beforeEach(() => vi.stubGlobal("location", new URL("https://app.acme.example/reports/1")));
afterEach(() => vi.unstubAllGlobals());

/** Answers by address; notes what is asked, and with whose cookies. */
function answering(answers: Record<string, () => Response>) {
  const asked: string[] = [];
  const ask = async (address: RequestInfo | URL, options?: RequestInit) => {
    asked.push(`${options?.credentials} ${address}`);
    return answers[String(address)]?.() ?? new Response(null, { status: 404 });
  };
  return { asked, ask };
}

it("asks the identity provider that the page names, for JSON and with the person's cookies", async () => {
  const { asked, ask } = answering({
    "https://app.acme.example/sso?tenant=acme&response=json": () => Response.json({ jwt: "a.b.c" }),
  });
  expect(await signInToken({ jwtProviderUri: "/sso?tenant=acme" }, SERVER, ask)).toBe("a.b.c");
  expect(asked).toEqual(["include https://app.acme.example/sso?tenant=acme&response=json"]);
});

it("asks the server where the identity provider is, without anybody's cookies", async () => {
  const { asked, ask } = answering({
    "https://vitrine.example/auth/sso?response=json": () =>
      Response.json({ url: "https://app.acme.example/sso", method: "jwt" }),
    "https://app.acme.example/sso?response=json": () => Response.json({ jwt: "a.b.c" }),
  });
  expect(await signInToken({}, SERVER, ask)).toBe("a.b.c");
  expect(asked).toEqual([
    "omit https://vitrine.example/auth/sso?response=json",
    "include https://app.acme.example/sso?response=json",
  ]);
});

it("leaves everything to the host's own way to a token", async () => {
  const { asked, ask } = answering({});
  const fetchRequestToken = async () => ({ jwt: "a.b.c" });
  expect(await signInToken({ fetchRequestToken, jwtProviderUri: "/sso" }, SERVER, ask)).toBe("a.b.c");
  expect(asked).toEqual([]);
  for (const odd of [undefined, null, {}, { jwt: "" }, "a.b.c"]) {
    const signIn = { fetchRequestToken: async () => odd };
    await expect(signInToken(signIn, SERVER, ask)).rejects.toThrow("The application gave no token.");
  }
});

it("says when the server names no provider", async () => {
  for (const answer of [() => new Response("SDK Embedding is disabled", { status: 402 }), () => Response.json({})]) {
    const { ask } = answering({ "https://vitrine.example/auth/sso?response=json": answer });
    await expect(signInToken({}, SERVER, ask)).rejects.toThrow("The server names no identity provider.");
  }
});
