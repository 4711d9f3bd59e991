import { currentSession, ofPage } from "../api.ts";
import { PLAIN } from "../looks.ts";
import { refusalOf } from "../refusal.ts";
import { OverError } from "../session.ts";
import type { Admission, Door, Passage } from "./door.ts";

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
  // Without a provider in its address no page is in a frame: the server sees to that.
  const frame = page.parent === page ? undefined : (url.searchParams.get("provider") ?? "");
  return address && { standsAlone: true, open: async () => passage(address, frame) };
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

function passage({ workbook, page }: Address, frame: string | undefined): Passage {
  let first: string | undefined;
  return {
    proof: ofPage(frame),
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
      const start = { page, element: undefined, filters: {}, looks: PLAIN };
      return {
        handle: current.session,
        expires_in: current.expires_in,
        same_viewer: true,
        sameRows: true,
        workbook,
        start,
      };
    },
    send: () => {},
    serve: () => {},
    // In a frame the address goes on naming the provider, for a reload.
    remember: (now) => {
      const path = `/workbooks/${encodeURIComponent(workbook)}/${encodeURIComponent(now)}`;
      const search = frame === undefined ? "" : `?${new URLSearchParams({ provider: frame })}`;
      history.replaceState(null, "", path + search);
    },
  };
}
