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

/** `/workbooks/{workbook}`: whoever has logged in to Vitrine itself looks at a workbook there, outside any frame. */
export function applicationDoor(url: URL): Door | undefined {
  const address = readApplicationAddress(url);
  return address && { standsAlone: true, open: async () => passage(address) };
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

function passage({ workbook, page }: Address): Passage {
  let first: string | undefined;
  return {
    proof: ofPage,
    // The browser has it.
    askForCode: async () => "",
    redeem: async (): Promise<Admission> => {
      const current = await currentSession().catch((problem) => {
        throw refusalOf(problem);
      });
      // Another session is another person's, or has other rights: only a new load of the page shows it.
      if (!current || current.session !== (first ?? current.session)) throw new OverError(OUT);
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
    remember: (now) =>
      history.replaceState(null, "", `/workbooks/${encodeURIComponent(workbook)}/${encodeURIComponent(now)}`),
  };
}
