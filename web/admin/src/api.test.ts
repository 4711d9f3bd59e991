import { afterEach, expect, it, vi } from "vitest";
import { Api } from "./api.ts";

afterEach(() => vi.unstubAllGlobals());

/** The API of a page, which gets that answer. */
function answeredWith(answer: Response): Api {
  vi.stubGlobal("location", { origin: "https://vitrine.example" });
  vi.stubGlobal("fetch", async () => answer);
  return new Api("a session", () => {});
}

/** An answer of which the connection breaks off, or nobody waits for it any more, before all of it is there. */
function cutOff(status: number): Response {
  const body = new ReadableStream({
    start(stream) {
      stream.enqueue(new TextEncoder().encode('{"items": ['));
      stream.error(new TypeError("network error"));
    },
  });
  return new Response(body, { status });
}

it("takes nothing for an answer that does not arrive whole", async () => {
  await expect(answeredWith(cutOff(200)).get("/api/v1/teams")).rejects.toThrow("network error");
  await expect(answeredWith(new Response("", { status: 200 })).get("/api/v1/teams")).rejects.toThrow();
});

it("says that it was refused also where the reason does not arrive", async () => {
  await expect(answeredWith(cutOff(404)).get("/api/v1/teams")).rejects.toThrow(
    "There is nothing here within your reach.",
  );
});

it("expects nothing of an answer that has no content", async () => {
  const answer = await answeredWith(new Response(null, { status: 204 })).delete("/api/v1/teams/1");
  expect(answer).toBeUndefined();
});
