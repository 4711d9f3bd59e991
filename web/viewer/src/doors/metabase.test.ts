import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { metabaseDoor } from "./metabase.ts";
import { alone, Frame } from "./testkit.ts";

const CONTENT = { expires_in: 600, viewer: "bea", workbook: "flights", page: null, element: null };

/** What the server answers, by the path of what it is asked; and what it was asked, with which credential. */
let answers: Record<string, () => Response>;
let asked: string[];
beforeEach(() => {
  asked = [];
  answers = {
    "/auth/sso?jwt=a.b.c&response=json": () => Response.json({ id: "vm_1" }),
    "/api/v1/metabase/content?path=%2Fdashboard%2F1-flights": () => Response.json(CONTENT),
  };
  vi.stubGlobal("location", new URL("https://vitrine.example/dashboard/1-flights"));
  vi.stubGlobal("fetch", async (request: Request | string, options: RequestInit = {}) => {
    const url = new URL(request instanceof Request ? request.url : request, "https://vitrine.example");
    const path = url.pathname + url.search;
    const headers = new Headers(request instanceof Request ? request.headers : options.headers);
    asked.push(`${path} ${headers.get("authorization") ?? headers.get("vitrine-session") ?? "nobody"}`);
    return answers[path]?.() ?? new Response(null, { status: 404 });
  });
});
afterEach(() => vi.unstubAllGlobals());

function door(path: string, page: object) {
  return metabaseDoor(new URL(path, "https://vitrine.example"), page as Window);
}

/** The way in of a page in a frame whose host gives it tokens. */
async function enter(path = "/dashboard/1-flights") {
  const frame = new Frame();
  const opening = door(path, frame)?.open();
  frame.connect([{ type: "code", code: "a.b.c" }]);
  const passage = await opening;
  if (!passage) throw new Error("no door");
  return passage;
}

it("is in a frame a page that its host gives tokens, which it exchanges for a session", async () => {
  const passage = await enter("/dashboard/1-flights?origin=JFK#titled=false");
  expect(await passage.askForCode("open")).toBe("a.b.c");
  expect(await passage.redeem("a.b.c", undefined)).toMatchObject({
    handle: "vm_1",
    expires_in: 600,
    same_viewer: false,
    workbook: "flights",
    start: { page: undefined, element: undefined, filters: { origin: ["JFK"] }, looks: { titled: false } },
  });
  expect(asked).toEqual([
    "/auth/sso?jwt=a.b.c&response=json nobody",
    "/api/v1/metabase/content?path=%2Fdashboard%2F1-flights Bearer vm_1",
  ]);
});

it.each([
  ["the same person", { viewer: "bea" }, true],
  ["somebody else", { viewer: "eve" }, false],
  ["nobody known", { viewer: null }, false],
])("keeps what was set for %s alone", async (_, difference, same) => {
  const passage = await enter();
  const first = await passage.redeem("a.b.c", undefined);
  answers["/api/v1/metabase/content?path=%2Fdashboard%2F1-flights"] = () =>
    Response.json({ ...CONTENT, ...difference });
  const second = await passage.redeem("a.b.c", first.handle);
  expect(second).toMatchObject({ same_viewer: same, sameRows: same });
});

it.each([
  ["a text", () => new Response("Token is expired (1)", { status: 401 }), "Token is expired (1)"],
  ["an object", () => Response.json({ status: "x", message: "SSO has not been" }, { status: 400 }), "SSO has not been"],
  ["a problem", () => Response.json({ code: "x", detail: "too often" }, { status: 429 }), "too often"],
])("says why it was refused, which is %s", async (_, refused, message) => {
  const passage = await enter();
  answers["/auth/sso?jwt=a.b.c&response=json"] = refused;
  await expect(passage.redeem("a.b.c", undefined)).rejects.toThrow(message);
});

it("says of hidden and of absent content the same", async () => {
  const passage = await enter("/question/9");
  await expect(passage.redeem("a.b.c", undefined)).rejects.toThrow("There is nothing here for you.");
});

it.each([
  ["in a window", alone(), undefined],
  ["in a frame of the application", new Frame(), "portal"],
])("is %s the page of whoever has the cookie", async (_, page, provider) => {
  answers["/api/v1/session"] = () => Response.json({ session: "vs_1", expires_in: 60 });
  const found = door(`/dashboard/1-flights?origin=JFK${provider ? `&provider=${provider}` : ""}`, page);
  expect(found?.standsAlone).toBe(true);
  const passage = await found?.open();
  expect(await passage?.redeem("", undefined)).toMatchObject({
    handle: "vs_1",
    workbook: "flights",
    start: { filters: { origin: ["JFK"] } },
  });
  expect(asked).toEqual(["/api/v1/session nobody", "/api/v1/metabase/content?path=%2Fdashboard%2F1-flights vs_1"]);
});
