import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { guestDoor } from "./guest.ts";
import { alone, Frame } from "./testkit.ts";

const SESSION = { workbook: "flights", page: "overview", element: null, expires_in: 600, anonymous: true };

/** What the server says of each token; a token that is not here does not count. */
let sessions: Record<string, object>;
beforeEach(() => {
  sessions = { first: SESSION };
  vi.stubGlobal("location", new URL("https://vitrine.example"));
  vi.stubGlobal("fetch", async ({ headers }: Request) => {
    const found = sessions[headers.get("authorization")?.replace("Bearer ", "") ?? ""];
    return found ? Response.json(found) : new Response(null, { status: 401 });
  });
});
afterEach(() => vi.unstubAllGlobals());

async function enter(path: string, page: object) {
  const passage = await guestDoor(new URL(path, "https://vitrine.example"), page as Window)?.open();
  if (!passage) throw new Error("no door");
  return passage;
}

it("opens by itself with the token in the address", async () => {
  const passage = await enter("/embed/dashboard/first?origin=JFK#titled=false", alone());
  expect(await passage.askForCode("open")).toBe("first");
  expect(await passage.redeem("first", undefined)).toMatchObject({
    handle: "first",
    expires_in: 600,
    workbook: "flights",
    start: { page: "overview", element: undefined, filters: { origin: ["JFK"] }, looks: { titled: false } },
  });
});

it("is over when the token is and nobody can give another", async () => {
  const passage = await enter("/embed/dashboard/old", alone());
  await expect(passage.redeem("old", undefined)).rejects.toThrow("Session expired. Reload the page.");
  await expect(passage.askForCode("ended")).rejects.toThrow("Session expired. Reload the page.");
});

it("asks the host for another token, even if the first is too old already", async () => {
  const frame = new Frame();
  const passage = await enter("/embed/dashboard/old", frame);
  const opened = passage.redeem("old", undefined);
  frame.connect([{ type: "code", code: "first" }]);
  expect(await opened).toMatchObject({ handle: "first" });
});

it.each([
  ["workbook", { workbook: "sales" }],
  ["page", { page: null }],
  ["element", { element: "total" }],
])("takes no token for another %s", async (_, difference) => {
  const passage = await enter("/embed/dashboard/first", new Frame());
  await passage.redeem("first", undefined);
  sessions = { second: SESSION, third: { ...SESSION, ...difference } };
  expect(await passage.redeem("second", "first")).toMatchObject({ handle: "second", same_viewer: true });
  await expect(passage.redeem("third", "second")).rejects.toThrow("Session expired. Reload the page.");
});

it("tells a host that connects late what has happened, once and without the token", async () => {
  const frame = new Frame();
  const passage = await enter("/embed/dashboard/first", frame);
  passage.send({ type: "ready" });
  passage.send({ type: "height", px: 100 });
  passage.send({ type: "height", px: 200 });
  expect(frame.connect([], "https://evil.example")).toEqual([]);
  const heard = frame.connect();
  await Promise.resolve();
  expect(heard).toEqual([
    { v: 1, type: "ready" },
    { v: 1, type: "height", px: 200 },
  ]);
});
