import { expect, test } from "vitest";
import { answer, createVitrine, every, VitrineError } from "./api.ts";

/** A server that answers each request in turn, and remembers what it was asked. */
function answering(...answers: [number, unknown, Record<string, string>?][]) {
  const asked: Request[] = [];
  const fetch = async (request: Request | string | URL) => {
    asked.push(request as Request);
    const [status, body, headers] = answers.shift() ?? [500, undefined];
    const text = body === undefined ? null : JSON.stringify(body);
    return new Response(text, { status, headers: { "content-type": "application/json", ...headers } });
  };
  return { asked, fetch: fetch as typeof globalThis.fetch };
}

test("credentials are shown as the server takes them, also those that are not ASCII", async () => {
  const { asked, fetch } = answering([201, {}], [200, {}]);
  const host = createVitrine("https://vitrine.example/", { clientId: "web", secret: "grün" }, fetch);
  await host.POST("/api/v1/embed/sessions", { body: { subject: "bea@acme.example" } });
  const office = createVitrine("https://vitrine.example", { credential: "va_1" }, fetch);
  await office.GET("/api/v1/teams/{id}", { params: { path: { id: "a/b" } } });
  expect(asked.map((request) => request.url)).toEqual([
    "https://vitrine.example/api/v1/embed/sessions",
    "https://vitrine.example/api/v1/teams/a%2Fb",
  ]);
  const shown = asked.map((request) => request.headers.get("authorization"));
  expect(shown).toEqual([`Basic ${Buffer.from("web:grün").toString("base64")}`, "Bearer va_1"]);
  expect(await asked[0]?.json()).toEqual({ subject: "bea@acme.example" });
});

test("a refusal is an error with its code, and with when to try again", async () => {
  const problem = { type: "about:blank", status: 429, code: "rate_limited", detail: "too many", correlation_id: "01" };
  const { fetch } = answering([429, problem, { "retry-after": "7" }], [502, undefined]);
  const vitrine = createVitrine("https://vitrine.example", { credential: "va_1" }, fetch);
  const refused = await answer(vitrine.GET("/api/v1/teams")).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(VitrineError);
  expect(refused).toMatchObject({ status: 429, code: "rate_limited", message: "too many", retryAfter: 7 });
  expect(refused).toMatchObject({ correlationId: "01" });
  const between = await answer(vitrine.GET("/api/v1/teams")).catch((error: unknown) => error);
  expect(between).toMatchObject({ status: 502, code: "", message: "Vitrine answered 502", retryAfter: undefined });
});

test("a list is walked to its end", async () => {
  const { asked, fetch } = answering([200, { items: [{ id: "1" }], next: "bmV4dA" }], [200, { items: [{ id: "2" }] }]);
  const vitrine = createVitrine("https://vitrine.example", { credential: "va_1" }, fetch);
  const ids: string[] = [];
  const teams = every((next) => answer(vitrine.GET("/api/v1/teams", { params: { query: { limit: 1, ...next } } })));
  for await (const team of teams) ids.push(team.id);
  expect(ids).toEqual(["1", "2"]);
  expect(asked.map((request) => new URL(request.url).search)).toEqual(["?limit=1", "?limit=1&after=bmV4dA"]);
});
