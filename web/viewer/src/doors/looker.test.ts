import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { OverError } from "../session.ts";
import { lookerDoor } from "./looker.ts";

const VITRINE = "https://vitrine.example";
const HOST = "https://app.acme.example";
const PATH = "/embed/dashboards/3?State=CA&embed_key=looker";
const SESSION = {
  handle: "vh_1",
  expires_in: 600,
  workbook: "orders",
  page: null,
  element: null,
  controls: { state: ["CA"] },
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

/** A window in a frame of the host's, which remembers its addresses. */
function framed() {
  const addresses: string[] = [];
  const page = {
    parent: {},
    location: {},
    document: { referrer: `${HOST}/`, querySelector: () => ({ content: `https://portal.example ${HOST}` }) },
    history: { replaceState: (_: null, __: string, path: string) => addresses.push(path) },
  };
  return { page: page as unknown as Window, addresses };
}

async function enter(address: string) {
  const { page, addresses } = framed();
  const passage = await lookerDoor(new URL(address), page)?.open();
  if (!passage) throw new Error("no door");
  return { passage, addresses };
}

it("takes the code out of the address, and opens with it once", async () => {
  const { passage, addresses } = await enter(`${VITRINE}${PATH}#vc_1`);
  expect(addresses).toEqual([PATH]);
  expect(await passage.askForCode("open")).toBe("vc_1");
  const admission = await passage.redeem("vc_1", undefined);
  expect(asked).toEqual([{ code: "vc_1", address: PATH, parent_origin: HOST }]);
  expect(admission).toMatchObject({ handle: "vh_1", workbook: "orders", start: { filters: { state: ["CA"] } } });
  await expect(passage.askForCode("expiring")).rejects.toThrow(OverError);
});

it("has ended where it was loaded again", async () => {
  const { passage } = await enter(`${VITRINE}${PATH}`);
  await expect(passage.askForCode("open")).rejects.toThrow("Session expired. Reload the page.");
});

it("says what the door refuses in its words", async () => {
  const { passage } = await enter(`${VITRINE}${PATH}#vc_1`);
  answer = () => Response.json({ code: "embed_refused", detail: "The dashboard could not be found." }, { status: 400 });
  await expect(passage.redeem("vc_1", undefined)).rejects.toThrow("The dashboard could not be found.");
  answer = () => Response.json({ code: "code_refused" }, { status: 401 });
  await expect(passage.redeem("vc_1", undefined)).rejects.toThrow(OverError);
});

it("is no door at other addresses", () => {
  for (const path of ["/embed/dashboard/3", "/embed/dashboards/", "/embed/dashboards/3/x", "/embed/explore/a/b"]) {
    expect(lookerDoor(new URL(`${VITRINE}${path}`), framed().page)).toBeUndefined();
  }
});
