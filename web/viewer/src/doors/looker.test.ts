import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { OverError } from "../session.ts";
import type { Stage } from "./door.ts";
import { lookerDoor } from "./looker.ts";

const VITRINE = "https://vitrine.example";
const HOST = "https://app.acme.example";
const PATH = "/embed/dashboards/3?State=CA&embed_key=looker";
const SESSION = {
  handle: "vh_1",
  session: "ses_1",
  expires_in: 600,
  workbook: "orders",
  page: null,
  element: null,
  controls: { state: ["CA"] },
};

let asked: { url: string; body: object; authorization: string | null }[];
let answer: () => Response;
beforeEach(() => {
  asked = [];
  answer = () => Response.json(SESSION);
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const authorization = new Headers(init.headers).get("authorization");
    asked.push({ url, body: JSON.parse(String(init.body)), authorization });
    return answer();
  });
});
afterEach(() => vi.unstubAllGlobals());

interface Ported {
  action: number;
  data: { eventName: string; payload: unknown[]; sequence?: number };
}

/** A window in a frame of the host's, which remembers its addresses. */
class Frame {
  readonly addresses: string[] = [];
  readonly posted: { message: unknown; origin: string; port: MessagePort | undefined }[] = [];
  readonly kept = new Map<string, string>();
  readonly siblings: object[] = [];
  readonly parent: object;
  readonly location = { href: VITRINE };
  readonly document = { referrer: `${HOST}/`, querySelector: () => ({ content: `https://portal.example ${HOST}` }) };
  readonly history = {
    state: null as unknown,
    replaceState: (state: unknown, _: string, path: string) => {
      this.history.state = state;
      if (path !== this.location.href) this.addresses.push(path);
    },
    pushState: (_: unknown, __: string, path: string) => this.addresses.push(`pushed ${path}`),
  };
  readonly sessionStorage = {
    getItem: (name: string) => this.kept.get(name) ?? null,
    setItem: (name: string, value: string) => this.kept.set(name, value),
  };
  #listener: ((event: object) => void) | undefined;

  constructor() {
    const frames: object[] = this.siblings;
    this.parent = new Proxy(
      {
        postMessage: (message: unknown, origin: string, [port]: MessagePort[] = []) =>
          this.posted.push({ message, origin, port }),
      },
      { get: (own, name) => Reflect.get(Reflect.has(own, name) ? own : frames, name) },
    );
  }

  addEventListener(_: string, listener: (event: object) => void): void {
    this.#listener = listener;
  }

  receive(message: object, origin = HOST, source: object = this.parent): void {
    this.#listener?.({ source, origin, data: JSON.stringify(message) });
  }

  async enter(path: string) {
    const passage = await lookerDoor(new URL(VITRINE + path), this as unknown as Window)?.open();
    if (!passage) throw new Error("no door");
    return passage;
  }
}

function stage() {
  const shown = {
    title: "Orders",
    controls: [{ name: "order_status", title: "Order Status" }],
    elements: [{ name: "list", title: "All orders" }],
  };
  const staged = {
    obey: vi.fn<Stage["obey"]>(),
    ask: vi.fn<Stage["ask"]>(),
    turn: vi.fn<Stage["turn"]>(),
    shown: () => shown,
    sight: () => undefined,
    reopen: vi.fn<Stage["reopen"]>(),
    values: () => ({ order_status: ["paid", "Smith, John"] }),
  };
  return staged satisfies Stage;
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

it("takes the code out of the address, and opens with it once", async () => {
  const frame = new Frame();
  const passage = await frame.enter(`${PATH}#vc_1`);
  expect(frame.addresses).toEqual([PATH]);
  expect(await passage.askForCode("open")).toBe("vc_1");
  const admission = await passage.redeem("vc_1", undefined);
  expect(asked.map(({ body }) => body)).toEqual([{ code: "vc_1", address: PATH, parent_origin: HOST }]);
  expect(admission).toMatchObject({ handle: "vh_1", workbook: "orders", start: { filters: { state: ["CA"] } } });
  await expect(passage.askForCode("expiring")).rejects.toThrow(OverError);
});

it("says after a reload, and in later frames, of which session it is", async () => {
  const first = new Frame();
  await (await first.enter(`${PATH}#vc_1`)).redeem("vc_1", undefined);
  const says = async (frame: Frame) => {
    const passage = await frame.enter(PATH);
    await passage.redeem(await passage.askForCode("open"), undefined);
    return asked.at(-1)?.body;
  };
  const same = { session: "ses_1", address: PATH, parent_origin: HOST };
  expect(await says(first)).toEqual(same);

  const later = new Frame();
  for (const [name, session] of first.kept) later.kept.set(name, session);
  expect(await says(later)).toEqual(same);

  const beside = new Frame();
  beside.siblings.push({ history: { state: { embed_session: "ses_7" } } });
  expect(await says(beside)).toEqual({ ...same, session: "ses_7" });
});

it("is nobody's where two people are on the page, or where nobody has logged in", async () => {
  const frame = new Frame();
  frame.kept.set("vitrine-embed-session", "ses_1");
  frame.siblings.push(
    { history: { state: { embed_session: "ses_1" } } },
    { history: { state: { embed_session: "ses_2" } } },
  );
  for (const one of [frame, new Frame()]) {
    const passage = await one.enter(PATH);
    await expect(passage.redeem("", undefined)).rejects.toThrow("Session expired. Reload the page.");
  }
  expect(asked).toEqual([]);
});

it("says what the door refuses in its words", async () => {
  const passage = await new Frame().enter(`${PATH}#vc_1`);
  answer = () => Response.json({ code: "embed_refused", detail: "The dashboard could not be found." }, { status: 400 });
  await expect(passage.redeem("vc_1", undefined)).rejects.toThrow("The dashboard could not be found.");
  answer = () => Response.json({ code: "code_refused" }, { status: 401 });
  await expect(passage.redeem("vc_1", undefined)).rejects.toThrow(OverError);
});

it("speaks to hosts without the SDK in texts, at the origin in its address only", async () => {
  const frame = new Frame();
  const passage = await frame.enter(`${PATH}&embed_domain=${HOST}#vc_1`);
  const staged = stage();
  passage.serve(staged);
  passage.send({ type: "filters", values: {} });
  const [{ message, origin } = { message: "", origin: "" }] = frame.posted;
  expect(origin).toBe(HOST);
  expect(JSON.parse(String(message))).toMatchObject({
    type: "dashboard:filters:changed",
    dashboard: { id: "3", title: "Orders", dashboard_filters: { "Order Status": "paid,Smith^, John" } },
  });
  const update = { type: "dashboard:filters:update", filters: { "Order Status": "open,a^,b", Nonsense: "-x", Odd: 1 } };
  frame.receive(update, "https://evil.example");
  frame.receive(update, HOST, frame);
  await settled();
  expect([asked, staged.obey.mock.calls]).toEqual([[], []]);

  // What a filter says is for the server to read; what the host says next waits for that.
  const values = { order_status: ["open", "a,b"] };
  answer = () => Response.json({ ...SESSION, controls: values });
  frame.receive(update);
  frame.receive({ type: "dashboard:run" });
  await settled();
  const address = "/embed/dashboards/3?Order+Status=open%2Ca%5E%2Cb&Nonsense=-x";
  expect(asked.map(({ url, body }) => ({ url, body }))).toEqual([{ url: "/api/v1/looker/content", body: { address } }]);
  expect(staged.obey.mock.calls).toEqual([[{ type: "filters", values }], [{ type: "refresh" }]]);

  // What cannot be set changes nothing, and the host hears what there is.
  answer = () => Response.json({ code: "embed_refused", detail: "no filter" }, { status: 400 });
  const said = frame.posted.length;
  frame.receive(update);
  await settled();
  expect(staged.obey).toHaveBeenLastCalledWith({ type: "filters", values: {} });
  expect(JSON.parse(String(frame.posted[said]?.message))).toMatchObject({
    dashboard: { dashboard_filters: { "Order Status": "paid,Smith^, John" } },
  });

  for (const domain of ["https://evil.example", "*", ""]) {
    const silent = new Frame();
    (await silent.enter(`${PATH}&embed_domain=${encodeURIComponent(domain)}#vc_1`)).send({ type: "ready" });
    expect(silent.posted, domain).toEqual([]);
  }
});

/** What the SDK does on its side of the port. */
async function connected(frame: Frame) {
  const [{ message, origin, port } = { message: undefined, origin: "", port: undefined }] = frame.posted;
  expect([message, origin]).toEqual([{ action: 0 }, HOST]);
  if (!port) throw new Error("no port");
  const heard: Ported[] = [];
  port.onmessage = ({ data }) => heard.push(data);
  port.postMessage({ action: 0, data: {} });
  await settled();
  return { port, heard };
}

it("speaks to the SDK over a port, and asks it before it drills", async () => {
  const frame = new Frame();
  const passage = await frame.enter(`${PATH}&embed_domain=${HOST}&sdk=3#vc_1`);
  const staged = stage();
  passage.serve(staged);
  passage.send({ type: "ready" });
  const { port, heard } = await connected(frame);
  expect(heard[0]).toEqual({ action: 1 });
  expect(heard[1]).toMatchObject({
    action: 2,
    data: { eventName: "page:changed", payload: [{ page: { type: "dashboards" } }] },
  });

  for (const event of [
    { type: "element_asked", element: "list" },
    { type: "element_failed", element: "list", code: "no", message: "Not now." },
  ] as const)
    passage.send(event);
  await settled();
  const names = heard.slice(2).map(({ data }) => data.eventName);
  expect(names).toEqual([
    "dashboard:run:start",
    "dashboard:tile:start",
    "dashboard:tile:complete",
    "dashboard:run:complete",
  ]);
  const complete = heard.at(-1)?.data.payload[0];
  expect(complete).toMatchObject({ status: "error", tileStatuses: [{ tileId: "list", status: "error" }] });

  for (const [payload, may] of [
    [[{ cancel: true }], false],
    [[undefined, {}], true],
    [[], true],
  ] as const) {
    const consent = passage.send({ type: "drilling", element: "list", label: "Show rows" });
    await settled();
    const { action, data } = heard.at(-1) ?? { action: 0, data: { eventName: "", payload: [], sequence: 0 } };
    expect([action, data.eventName]).toEqual([3, "drillmenu:click"]);
    port.postMessage({ action: 3, data: { eventName: data.eventName, payload, sequence: data.sequence } });
    expect(await consent).toBe(may);
  }
  port.close();
});

it("turns to what the host loads, and says what was wrong otherwise", async () => {
  const frame = new Frame();
  const passage = await frame.enter(`${PATH}&embed_domain=${HOST}&sdk=3#vc_1`);
  const staged = stage();
  passage.serve(staged);
  await passage.redeem("vc_1", undefined);
  const { port, heard } = await connected(frame);
  const load = async (url: string, sequence: number) => {
    port.postMessage({ action: 2, data: { eventName: "page:load", payload: [{ url, pushHistory: true }], sequence } });
    await settled();
    return heard.at(-1);
  };
  expect(await load("/embed/looks/4?x=1", 1)).toMatchObject({ action: 4, data: { sequence: 1 } });
  expect(asked.at(-1)).toMatchObject({ url: "/api/v1/looker/content", authorization: "Bearer vh_1" });
  expect(asked.at(-1)?.body).toEqual({ address: "/embed/looks/4?x=1" });
  expect(staged.turn).toHaveBeenCalledOnce();
  expect(frame.addresses.at(-1)).toBe("pushed /embed/looks/4?x=1");
  for (const odd of ["https://evil.example/embed/looks/4", "/admin", "/embed/merge/a/b", "/embed/explore/a"]) {
    expect(await load(odd, 2)).toMatchObject({ action: 5, data: { sequence: 2 } });
  }
  answer = () => Response.json({ code: "embed_refused", detail: "could not be found" }, { status: 400 });
  expect(await load("/embed/looks/5", 3)).toMatchObject({ action: 5, data: { payload: "could not be found" } });
  expect(staged.turn).toHaveBeenCalledOnce();
  port.close();
});

it("asks the host for the tokens of a session without cookies, and again in time", async () => {
  const frame = new Frame();
  const passage = await frame.enter(`${PATH}&embed_domain=${HOST}&embed_navigation_token=vt_n`);
  passage.serve(stage());
  const tokens = async (reply: object, reason: "open" | "expiring" = "open") => {
    const asking = passage.askForCode(reason);
    expect(JSON.parse(String(frame.posted.at(-1)?.message))).toEqual({ type: "session:tokens:request" });
    frame.receive({ type: "session:tokens", ...reply });
    return asking;
  };
  const given = { api_token_ttl: 500, navigation_token: "vt_m", session_reference_token_ttl: 900 };
  const code = await tokens({ ...given, api_token: "vt_1" });
  answer = () => Response.json({ ...SESSION, expires_in: 900 });
  expect(await passage.redeem(code, undefined)).toMatchObject({ handle: "vt_1", expires_in: 500 });
  expect(asked.at(-1)).toMatchObject({ url: "/api/v1/looker/content", authorization: "Bearer vt_1" });
  expect(asked.at(-1)?.body).toEqual({ address: expect.stringContaining("embed_navigation_token=vt_m") });

  const next = await tokens({ ...given, api_token: "vt_2" }, "expiring");
  expect(await passage.redeem(next, "vt_1")).toMatchObject({ handle: "vt_2", same_viewer: true });
  await expect(tokens({})).rejects.toThrow("no tokens");
  expect(JSON.parse(String(frame.posted.at(-1)?.message))).toMatchObject({ type: "session:status", interrupted: true });
  await expect(tokens({ api_token: "session expired", session_reference_token_ttl: 0 })).rejects.toThrow(OverError);

  // The server has said when it is over: nobody needs to be asked then.
  const said = frame.posted.length;
  vi.setSystemTime(Date.now() + 901_000);
  await expect(passage.askForCode("ended")).rejects.toThrow(OverError);
  expect(frame.posted.length).toBe(said);
  vi.useRealTimers();
});

it("is no door at other addresses", () => {
  for (const path of ["/embed/dashboard/3", "/embed/dashboards/", "/embed/dashboards/3/x", "/embed/explore/a/"]) {
    expect(lookerDoor(new URL(`${VITRINE}${path}`), new Frame() as unknown as Window)).toBeUndefined();
  }
});
