import { type Address, addressOf, readAddress } from "../address.ts";
import { type Handle, redeem } from "../api.ts";
import { connection, type Host } from "../host.ts";
import { PLAIN } from "../looks.ts";
import { refusalOf } from "../refusal.ts";
import type { Start } from "../view.svelte.ts";
import type { Admission, Door, Passage } from "./door.ts";

/** `/e/{workbook}`: the SDK's element frames the page and gives it codes. Without that there is nothing to show. */
export function vitrineDoor(url: URL, page: Window): Door | undefined {
  const address = readAddress(url);
  return address && { standsAlone: false, open: async () => passage(address, await connection(page)) };
}

function passage(address: Address, host: Host): Passage {
  let viewer: string | null = null;
  return {
    askForCode: (reason) => host.askForCode(reason),
    redeem: async (code, replaces) => {
      const redeemed = await redeem(address, code, host.origin, replaces).catch((problem) => {
        throw refusalOf(problem);
      });
      const before = viewer;
      viewer = redeemed.viewer;
      return admission(address, redeemed, before);
    },
    send: (event) => host.send(event),
    serve: (stage) => host.serve(stage),
    remember: (page, filters) =>
      history.replaceState(null, "", addressOf(new URL(location.href), page, viewer, filters)),
  };
}

/** What somebody else has left in the address is not for this viewer. Other claims of one person have other rows. */
function admission({ workbook, page, element, left }: Address, redeemed: Handle, before: string | null): Admission {
  const filters = left && left.viewer === redeemed.viewer ? left.filters : {};
  const start: Start = { page, element, filters, looks: { ...PLAIN, selections: true } };
  return { ...redeemed, workbook, start, sameRows: redeemed.viewer !== null && redeemed.viewer === before };
}
