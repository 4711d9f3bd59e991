import { type Address, addressOf, readAddress } from "../address.ts";
import { redeem } from "../api.ts";
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
  return {
    askForCode: (reason) => host.askForCode(reason),
    redeem: (code, replaces) => admission(address, code, host.origin, replaces),
    send: (event) => host.send(event),
    serve: (stage) => host.serve(stage),
    remember: (page, filters) => history.replaceState(null, "", addressOf(new URL(location.href), page, filters)),
  };
}

async function admission(address: Address, code: string, origin: string, replaces?: string): Promise<Admission> {
  try {
    const redeemed = await redeem(address, code, origin, replaces);
    // The server compares whatever rows depend on before it says that the viewer is the same.
    const { workbook, page, element, filters } = address;
    const start: Start = { page, element, filters, looks: { ...PLAIN, selections: true } };
    return { ...redeemed, workbook, start, sameRows: true };
  } catch (problem) {
    throw refusalOf(problem);
  }
}
