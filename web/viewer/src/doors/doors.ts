import { applicationDoor } from "./application.ts";
import type { Door } from "./door.ts";
import { guestDoor } from "./guest.ts";
import { lookerDoor } from "./looker.ts";
import { metabaseDoor } from "./metabase.ts";
import { sigmaDoor } from "./sigma.ts";
import { tableauDoor } from "./tableau.ts";
import { vitrineDoor } from "./vitrine.ts";

/** Each knows its own addresses. */
const DOORS = [vitrineDoor, applicationDoor, metabaseDoor, guestDoor, sigmaDoor, lookerDoor, tableauDoor];

/** The door at an address; undefined if it is none of ours. */
export function doorAt(url: URL, page: Window): Door | undefined {
  for (const door of DOORS) {
    const found = door(url, page);
    if (found) return found;
  }
  return undefined;
}
