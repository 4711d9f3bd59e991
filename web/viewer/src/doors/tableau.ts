import { awaitPort } from "../host.ts";
import type { Door, Passage } from "./door.ts";

/** Addresses of views. The library in the host's page frames the page and gives it tokens. Without that there is nothing to show. */
export function tableauDoor(url: URL, page: Window): Door | undefined {
  if (!/^\/(t\/[^/]+\/)?views\/[^/]+\/[^/]+$/.test(url.pathname)) return undefined;
  return { standsAlone: false, open: () => enter(url, page) };
}

/** Whatever comes through the port waits until there is somebody to hear it. */
async function enter(url: URL, page: Window): Promise<Passage> {
  const connected = new Promise<[string, MessagePort]>((resolve) =>
    awaitPort(page, (origin, port) => resolve([origin, port])),
  );
  const { TableauPassage } = await import("./tableau-passage.ts");
  return new TableauPassage(url, ...(await connected));
}
