import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { TableauCall } from "../../../shared/tableau-messages.ts";
import type { Workbook } from "../api.ts";
import type { Stage } from "./door.ts";
import { tableauDoor } from "./tableau.ts";

const VITRINE = "https://vitrine.example";
const HOST = "https://portal.example";
const ADDRESS = "/t/acme/views/Sales/Overview?Category=Technology&:toolbar=top&:tabs=no";
const SESSION = {
  handle: "vh_1",
  expires_in: 600,
  same_viewer: false,
  workbook: "sales",
  page: "overview",
  element: null,
  controls: { category: ["Technology"] },
};
const WORKBOOK: Workbook = {
  name: "sales",
  title: "Sales",
  actions: [],
  presentation: {},
  pages: [
    {
      name: "overview",
      title: "Overview",
      controls: [
        { name: "category", title: "Category", type: "list", default: [], locked: false },
        { name: "tenant", title: "Tenant", type: "list", default: [], locked: true },
      ],
      elements: [
        {
          name: "total",
          title: "Total",
          width: 12,
          controls: ["category"],
          chart: { type: "table" },
          underlying: false,
        } as Workbook["pages"][number]["elements"][number],
      ],
    },
    { name: "more", title: "More", controls: [], elements: [] },
  ],
};

let asked: [string, Record<string, unknown>][];
let answer: () => Response;
beforeEach(() => {
  asked = [];
  answer = () => Response.json(SESSION);
  vi.stubGlobal("location", { origin: VITRINE });
  vi.stubGlobal("fetch", async (given: string | Request, init?: { body: string }) => {
    const request = given instanceof Request ? given : undefined;
    const url = request ? new URL(request.url).pathname : String(given);
    asked.push([url, JSON.parse(request ? await request.text() : (init?.body ?? "{}"))]);
    return answer();
  });
});
afterEach(() => vi.unstubAllGlobals());

/** A page in a frame of the host's, and the host's end of the port. */
async function enter(address = ADDRESS) {
  const window = Object.assign(new EventTarget(), {
    parent: {},
    document: { querySelector: () => ({ content: HOST }) },
  });
  const door = tableauDoor(new URL(address, VITRINE), window as unknown as Window);
  if (!door) throw new Error("no door");
  const opening = door.open();
  const { port1, port2 } = new MessageChannel();
  const heard: Record<string, unknown>[] = [];
  port1.onmessage = ({ data }) => heard.push(data);
  const message = { source: window.parent, data: { v: 1, type: "connect" }, ports: [port2] };
  window.dispatchEvent(Object.assign(new Event("message"), { ...message, origin: "https://evil.example" }));
  window.dispatchEvent(Object.assign(new Event("message"), { ...message, origin: HOST }));
  const passage = await opening;
  const say = (request: object) => port1.postMessage({ v: 1, ...request });
  const hears = (type: string) =>
    vi.waitFor(() => {
      const found = heard.filter((one) => one.type === type).at(-1);
      if (!found) throw new Error(`not heard: ${type}`);
      return found;
    });
  let calls = 0;
  const call = async (call: TableauCall) => {
    calls += 1;
    const id = calls;
    say({ type: "call", id, call });
    return vi.waitFor(() => {
      const found = heard.find((one) => one.id === id);
      if (!found) throw new Error("no answer");
      return found;
    });
  };
  return { passage, heard, say, hears, call };
}

function stage(values: Record<string, string[]> = { category: ["Technology"] }) {
  const [page] = WORKBOOK.pages;
  return {
    obey: vi.fn<Stage["obey"]>((command) => {
      if (command.type === "filters") Object.assign(values, command.values);
      return undefined;
    }),
    values: () => ({ ...values }),
    shown: () => undefined,
    sight: () => (page ? { workbook: WORKBOOK, page } : undefined),
    reopen: vi.fn<Stage["reopen"]>(),
    ask: vi.fn<Stage["ask"]>(),
    turn: vi.fn<Stage["turn"]>(),
  } satisfies Stage;
}

it.each(["/views/a", "/t/acme/views/a", "/views/a/b/c", "/t/views/a/b", "/e/sales"])(
  "%s is none of its addresses",
  (path) => {
    expect(tableauDoor(new URL(path, VITRINE), window())).toBeUndefined();
  },
);

function window(): Window {
  return new EventTarget() as unknown as Window;
}

it("asks the host for a token, and hands it in with the address", async () => {
  const { passage, say, hears } = await enter();
  const token = passage.askForCode("open");
  expect(await hears("token_needed")).toMatchObject({ reason: "open" });
  say({ type: "token", token: "a.b.c" });
  const admission = await passage.redeem(await token, undefined);
  expect(asked).toEqual([["/api/v1/tableau/sessions", { address: ADDRESS, token: "a.b.c", parent_origin: HOST }]]);
  const looks = { toolbar: "top", tabbed: false, titled: true };
  expect(admission).toMatchObject({
    handle: "vh_1",
    workbook: "sales",
    filtersOfHost: true,
    start: { page: "overview", filters: { category: ["Technology"] }, looks },
  });
  await hears("opened");
});

it("is over when there is no token, and opens again when there is one", async () => {
  const { passage, say, hears } = await enter();
  const staged = stage();
  passage.serve(staged);
  const token = passage.askForCode("ended");
  await hears("token_needed");
  say({ type: "no_token" });
  await expect(token).rejects.toMatchObject({ name: "OverError", code: "expired" });
  passage.send({ type: "expired" });
  expect(await hears("failed")).toMatchObject({ problem: { reason: "session_expired" } });
  say({ type: "renew" });
  await vi.waitFor(() => expect(staged.reopen).toHaveBeenCalledOnce());
});

it("says why a token is refused, with Tableau's code and the skew of the clock", async () => {
  const { passage, hears } = await enter();
  const problem = {
    code: "token_refused",
    detail: "`exp` has passed",
    error_code: 10084,
    reason: "token_expired",
    clock_skew_seconds: -90,
  };
  answer = () => Response.json(problem, { status: 401 });
  const refused = { name: "OverError", code: "token_expired", message: "`exp` has passed" };
  await expect(passage.redeem("a.b.c", "vh_0")).rejects.toMatchObject(refused);
  expect(asked[0]?.[1]).toMatchObject({ replaces: "vh_0" });
  passage.send({ type: "error", code: "token_expired", message: "`exp` has passed" });
  expect(await hears("failed")).toMatchObject({
    problem: { reason: "token_expired", errorCode: 10084, clockSkewSeconds: -90, message: "`exp` has passed" },
  });
  answer = () => Response.json({ code: "unavailable" }, { status: 503 });
  await expect(passage.redeem("a.b.c", undefined)).rejects.toMatchObject({ name: "RefusalError" });
});

it("tells of sheets and fields that can be set, and when it can be used", async () => {
  const { passage, heard, hears } = await enter();
  await passage.redeem("a.b.c", undefined);
  passage.serve(stage());
  passage.send({ type: "ready" });
  passage.send({ type: "loaded" });
  passage.send({ type: "loaded" });
  const fields = [{ name: "category", title: "Category", type: "list", values: ["Technology"] }];
  expect(await hears("shown")).toMatchObject({
    sight: { title: "Sales", single: false, active: "overview", pages: [{ fields }, {}] },
  });
  await hears("interactive");
  expect(heard.filter(({ type }) => type === "interactive")).toHaveLength(1);
  expect(heard.filter(({ type }) => type === "filtered")).toHaveLength(0);
});

it("does what the host wants as far as the viewer could", async () => {
  const { passage, call, hears } = await enter();
  await passage.redeem("a.b.c", undefined);
  const staged = stage();
  passage.serve(staged);
  passage.send({ type: "ready" });
  expect(await call({ name: "filter", fields: { Category: ["Furniture"] } })).toMatchObject({ type: "answer" });
  expect(staged.obey).toHaveBeenCalledWith({ type: "filters", values: { category: ["Furniture"] } });
  expect(await hears("filtered")).toMatchObject({ fields: ["category"] });
  for (const field of ["Tenant", "tenant", "none", "__proto__"]) {
    const refused = await call({ name: "filter", fields: { [field]: ["x"] } });
    expect(refused, field).toMatchObject({ type: "refused", code: "invalid_parameter" });
  }
  expect(staged.obey).toHaveBeenCalledTimes(1);
  await call({ name: "revert" });
  expect(staged.obey).toHaveBeenLastCalledWith({ type: "filters", values: { category: [] } });
  await call({ name: "turn", sheet: "More" });
  expect(staged.obey).toHaveBeenLastCalledWith({ type: "navigate", page: "more" });
  expect(await call({ name: "turn", sheet: "None" })).toMatchObject({
    type: "refused",
    message: "there is no sheet `None` here: expected one of `Overview`, `More`",
  });
});

it("asks for rows of a sheet as the page does", async () => {
  const { passage, call } = await enter();
  await passage.redeem("a.b.c", undefined);
  passage.serve(stage());
  answer = () => Response.json({ columns: [], rows: [["South"]] });
  expect(await call({ name: "rows", sheet: "Total" })).toMatchObject({ value: { rows: [["South"]] } });
  expect(asked.at(-1)).toEqual([
    "/api/v1/workbooks/sales/pages/overview/elements/total/query",
    { controls: { category: ["Technology"] }, drill: [] },
  ]);
});
