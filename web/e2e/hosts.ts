import { createHmac, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, FrameLocator, Page } from "playwright-core";
import { inject } from "vitest";

/** The secret of one of the demo's embed keys, as its host knows it. */
export function secretOf(key: "contrail-metabase" | "contrail-sigma"): string {
  return readFileSync(join(inject("addresses").logs, "data/secrets", key), "utf8").trim();
}

/** A JWT as plain libraries make it. */
export function signed(claims: object, secret: string, header: object = {}): string {
  const parts = [{ alg: "HS256", typ: "JWT", ...header }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  const text = parts.join(".");
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

/** A guest token for the flights of a carrier that lives so many seconds. */
export function guestToken(carrier: string, seconds = 600): string {
  const exp = Math.round(Date.now() / 1000) + seconds;
  return signed({ resource: { dashboard: 1 }, params: { carrier }, exp }, secretOf("contrail-metabase"));
}

/** The address of the flights in Sigma's way for the manager of a carrier. */
export function sigmaAddress(carrier: string, origin = inject("addresses").vitrine, search = ""): string {
  const now = Math.round(Date.now() / 1000);
  const claims = {
    sub: `manager@${carrier.toLowerCase()}.example`,
    jti: randomUUID(),
    iat: now,
    exp: now + 600,
    teams: ["Station managers"],
    account_type: "Act",
    user_attributes: { carrier },
  };
  const token = signed(claims, secretOf("contrail-sigma"), { kid: "contrail-sigma" });
  return `${origin}/contrail/workbook/Flights-7f55QbPFuCnK2n0P2tSuBl?:jwt=${token}&:embed=true${search}`;
}

/** A page of the host's origin with a body of one's own; what it asks of the host is answered by `answers`. */
export class HostPage {
  /** Errors that the browser has printed or pages have thrown. */
  readonly errors: string[] = [];

  private constructor(readonly page: Page) {
    page.on("console", (message) => message.type() === "error" && this.errors.push(message.text()));
    page.on("pageerror", (error) => this.errors.push(String(error)));
  }

  static async open(context: BrowserContext, body: string, answers: Record<string, () => string> = {}) {
    const host = new HostPage(await context.newPage());
    const html = `<!doctype html><title>A host</title><link rel="icon" href="data:,">${body}`;
    await host.page.route(`${inject("addresses").host}/**`, (route) => {
      const answer = answers[new URL(route.request().url()).pathname];
      if (answer) return route.fulfill({ contentType: "application/json", body: answer() });
      return route.fulfill({ contentType: "text/html", body: html });
    });
    await host.page.goto(`${inject("addresses").host}/a-page`);
    return host;
  }

  /** What is in the frame that the selector names. */
  frame(selector: string): FrameLocator {
    return this.page.frameLocator(selector);
  }
}

/** Waits until a frame shows so many flights. */
export async function seesFlights(frame: FrameLocator, text: string): Promise<void> {
  await frame.locator('[data-element="total"]').getByText(text, { exact: true }).waitFor();
}
