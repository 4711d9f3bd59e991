import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { guestDoor } from "./guest.ts";

const SESSION = { workbook: "flights", page: "overview", element: null, expires_in: 600, anonymous: true };
const HOST = "https://app.acme.example";

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

/** A window in a frame, whose parent has the origin that the document lists. */
class Frame extends EventTarget {
  readonly parent = {};
  readonly document = { querySelector: () => ({ content: HOST }) };

  /** Connects as the host does, and answers the page's questions with `answers`. */
  connect(answers: object[] = [], origin = HOST): object[] {
    const heard: object[] = [];
    const port = {
      onmessage: (_: { data: object }) => {},
      postMessage(message: { type: string }) {
        heard.push(message);
        const answer = message.type === "code_needed" && answers.shift();
        if (answer) setImmediate(() => port.onmessage({ data: { v: 1, ...answer } }));
      },
    };
    const data = { v: 1, type: "connect" };
    this.dispatchEvent(Object.assign(new Event("message"), { source: this.parent, origin, data, ports: [port] }));
    return heard;
  }
}

async function enter(path: string, page: object) {
  const passage = await guestDoor(new URL(path, "https://vitrine.example"), page as Window)?.open();
  if (!passage) throw new Error("no door");
  return passage;
}

/** A page by itself, in no frame. */
function alone(): object {
  const page = { parent: {} };
  page.parent = page;
  return page;
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
