import type { ControlValues } from "../../../shared/messages.ts";
import { currentSession, ofPage, type Proof } from "../api.ts";
import { refusalOf } from "../refusal.ts";
import { OverError } from "../session.ts";
import { startAt } from "../view.svelte.ts";
import type { Admission, Door, Passage, WorkbookScene } from "./door.ts";

/** What people read who are not logged in. */
const OUT = "You are not logged in. Log in to Vitrine, then reload this page.";

/** What the address says: `/workbooks/{workbook}[/{page}]`. */
interface Address {
  workbook: string;
  page: string | undefined;
}

/** What they read in a frame of a host. */
const OUT_IN_FRAME = "You are not logged in.";

/**
 * `/workbooks/{workbook}`: whoever has logged in looks at a workbook there; in a frame, for hosts of the identity provider
 * that the address names.
 */
export function applicationDoor(url: URL, page: Window): Door | undefined {
  const address = readApplicationAddress(url);
  if (!address) return undefined;
  const { workbook, page: first } = address;
  const content: Content = {
    find: async () => ({ workbook, start: startAt(first) }),
    at: (address, now) => {
      address.pathname = `/workbooks/${encodeURIComponent(workbook)}/${encodeURIComponent(now)}`;
      address.search = "";
      return address;
    },
  };
  return { standsAlone: true, open: async () => passageTo(content, url, page) };
}

/** What an address of the application shows. */
export interface Content {
  /** Finds it, in a session that is shown like this; fails with a message for people. */
  find(by: ReturnType<Proof>): Promise<WorkbookScene>;
  /** Where it is found again, when it has been turned to a page and filtered. */
  at(address: URL, page: string, filters: ControlValues): URL;
}

/** Where somebody in a frame logs in, to come back to that path. */
export function signOnAddress(provider: string, path: string): string {
  return `/auth/sso?${new URLSearchParams({ provider, return_to: path })}`;
}

/** Reads the address; undefined if it is not one of these. */
export function readApplicationAddress(url: URL): Address | undefined {
  const [, start, workbook, page, ...rest] = url.pathname.split("/");
  if (start !== "workbooks" || !workbook || rest.length > 0) return undefined;
  try {
    return { workbook: decodeURIComponent(workbook), page: page ? decodeURIComponent(page) : undefined };
  } catch {
    return undefined;
  }
}

/** The way to content for the person whose cookie the browser has. */
export function passageTo(content: Content, url: URL, page: Window): Passage {
  // Without a provider in its address no page is in a frame: the server sees to that.
  const frame = page.parent === page ? undefined : (url.searchParams.get("provider") ?? "");
  const proof = ofPage(frame);
  let first: string | undefined;
  return {
    proof,
    signOn: frame === undefined ? undefined : () => signOnAddress(frame, location.pathname),
    // The browser has it.
    askForCode: async () => "",
    redeem: async (): Promise<Admission> => {
      const current = await currentSession(frame).catch((problem) => {
        throw refusalOf(problem);
      });
      // Another session is another person's, or has other rights: only a new load of the page shows it.
      if (!current || current.session !== (first ?? current.session)) {
        throw new OverError(frame === undefined ? OUT : OUT_IN_FRAME);
      }
      first = current.session;
      const { session: handle, expires_in } = current;
      return { handle, expires_in, same_viewer: true, sameRows: true, ...(await content.find(proof(handle))) };
    },
    send: () => {},
    serve: () => {},
    // In a frame the address goes on naming the provider, for a reload.
    remember: (now, filters) => {
      const address = content.at(new URL(location.href), now, filters);
      if (frame !== undefined) address.searchParams.set("provider", frame);
      history.replaceState(null, "", address);
    },
  };
}
