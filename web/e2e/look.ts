import type { BrowserContext } from "playwright-core";
import { HostPage } from "./hosts.ts";

/** What somebody sees of a workbook with one list, called `list`, in a frame of a host's page. */
export interface Seen {
  /** Why the frame, or the list in it, shows nothing. */
  refused?: string;
  rows: string[];
  /** What they may do with the list. */
  actions: string[];
  /** Whether a question of their own is answered. */
  asks: boolean;
}

/** Opens an address as Sigma's hosts sign it in a frame, and closes the host's page. */
export async function look(context: BrowserContext, address: string): Promise<Seen> {
  const body = `<iframe id="orders" title="Orders" width="900" height="600" src="${address}"></iframe>`;
  const [answer, host] = await Promise.all([
    context.waitForEvent("response", (response) => response.url().endsWith("/api/v1/sigma/sessions")),
    HostPage.open(context, body),
  ]);
  const frame = host.frame("#orders");
  const { handle, detail } = await answer.json();
  const nothing = { rows: [], actions: [] };
  try {
    if (!answer.ok()) {
      await frame.getByText(detail).first().waitFor();
      return { refused: detail, ...nothing, asks: false };
    }
    const asks = await mayAsk(address, handle);
    const list = frame.locator('[data-element="list"]');
    await list.waitFor();
    await frame.locator("main:not(:has([aria-busy=true])):not(:has(.skeleton))").waitFor();
    const message = list.getByRole("status").locator("p").first();
    if (await message.isVisible()) return { refused: await message.innerText(), ...nothing, asks };
    const rows = await list.locator("tbody tr").allInnerTexts();
    const menu = list.locator("header [aria-haspopup=menu]");
    if (await menu.isVisible()) await menu.click();
    return { rows, actions: await list.getByRole("menuitem").allInnerTexts(), asks };
  } finally {
    await host.page.close();
  }
}

/** Asks a question that stands on no page, as a script with the frame's handle would. */
async function mayAsk(address: string, handle: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${handle}`, "content-type": "application/json" };
  const body = JSON.stringify({ explore: "sales.orders", fields: ["orders"] });
  return (await fetch(new URL("/api/v1/query", address), { method: "POST", headers, body })).ok;
}
