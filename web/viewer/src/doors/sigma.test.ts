import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Stage } from "./door.ts";
import { sigmaDoor } from "./sigma.ts";

const VITRINE = "https://vitrine.example";
const HOST = "https://app.acme.example";
const ADDRESS = `${VITRINE}/acme/workbook/F-7f?:jwt=a.b.c&:embed=true`;
const SESSION = {
  handle: "vh_1",
  expires_in: 600,
  same_viewer: false,
  workbook: "flights",
  page: null,
  element: null,
  controls: { origin: ["JFK"] },
  options: { hide_title: true },
};

let asked: object[];
let answer: () => Response;
beforeEach(() => {
  asked = [];
  answer = () => Response.json(SESSION);
  vi.stubGlobal("fetch", async (_: string, { body }: { body: string }) => {
    asked.push(JSON.parse(body));
    return answer();
  });
});
afterEach(() => vi.unstubAllGlobals());

/** A window in a frame of the host's, which remembers what was posted to it. */
class Frame extends EventTarget {
  readonly posted: [object, string][] = [];
  readonly addresses: string[] = [];
  readonly parent = { postMessage: (message: object, origin: string) => this.posted.push([message, origin]) };
  readonly location = {};
  readonly document = {
    referrer: `${HOST}/`,
    querySelector: (selector: string) => ({
      content: selector.includes("vitrine-key") ? "sigma-web" : `https://portal.example ${HOST}`,
    }),
  };
  readonly history = { replaceState: (_: null, __: string, path: string) => this.addresses.push(path) };

  receive(data: object, { source = this.parent as object, origin = HOST } = {}): void {
    this.dispatchEvent(Object.assign(new Event("message"), { source, origin, data }));
  }
}

async function enter(frame: Frame, address = ADDRESS) {
  const passage = await sigmaDoor(new URL(address), frame as unknown as Window)?.open();
  if (!passage) throw new Error("no door");
  return passage;
}

it("cleans the address, and opens with what it was", async () => {
  const frame = new Frame();
  const passage = await enter(frame);
  expect(frame.addresses).toEqual(["/acme/workbook/F-7f?:client_id=sigma-web"]);
  expect(asked).toEqual([]);
  const admission = await passage.redeem(await passage.askForCode("open"), undefined);
  expect(asked).toEqual([{ address: ADDRESS, parent_origin: HOST }]);
  const start = { page: undefined, filters: { origin: ["JFK"] }, looks: { titled: false } };
  expect(admission).toMatchObject({ handle: "vh_1", workbook: "flights", start });
});

it("cannot be loaded again, nor renewed", async () => {
  const again = await enter(new Frame(), `${VITRINE}/acme/workbook/F-7f`);
  await expect(again.askForCode("open")).rejects.toThrow("Session expired. Reload the page.");
  const passage = await enter(new Frame());
  await expect(passage.askForCode("expiring")).rejects.toThrow("Session expired. Reload the page.");
  expect(asked).toEqual([]);
});

it("takes a refusal in Sigma's words for the last one", async () => {
  answer = () => Response.json({ code: "EACCES", detail: "Not shared with you." }, { status: 403 });
  const passage = await enter(new Frame());
  const refused = { name: "OverError", code: "EACCES", message: "Not shared with you." };
  await expect(passage.redeem(ADDRESS, undefined)).rejects.toMatchObject(refused);
});

it("can be tried again when the server was busy", async () => {
  answer = () => Response.json({ code: "unavailable" }, { status: 503 });
  const passage = await enter(new Frame());
  await expect(passage.redeem(ADDRESS, undefined)).rejects.toMatchObject({ name: "RefusalError" });
});

it("obeys its parent only, and sets only what the viewer can set", async () => {
  const frame = new Frame();
  const passage = await enter(frame);
  const obey = vi.fn<Stage["obey"]>();
  const values = () => ({ origin: ["JFK"] });
  const nothing = () => undefined;
  passage.serve({ obey, values, shown: nothing, sight: nothing, reopen: nothing, ask: vi.fn(), turn: vi.fn() });
  const update = { type: "workbook:variables:update", variables: { origin: "LGA", status: "Active" } };
  frame.receive(update, { source: frame });
  frame.receive(update, { origin: "https://evil.example" });
  expect(obey).not.toHaveBeenCalled();
  frame.receive(update);
  expect(obey).toHaveBeenCalledExactlyOnceWith({ type: "filters", values: { origin: ["LGA"] } });
  frame.receive({ type: "workbook:variables:list" });
  expect(frame.posted).toEqual([[{ type: "workbook:variables:current", variables: { origin: "JFK" } }, HOST]]);
});
