import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { type JWTPayload, SignJWT } from "jose";
import type { BrowserContext, FrameLocator, Page } from "playwright-core";
import { inject } from "vitest";

/** The secret of one of the demo's embed keys, as its host knows it. */
export function secretOf(key: "contrail-metabase" | "contrail-sigma"): Uint8Array {
  return readFileSync(join(inject("addresses").logs, "data/secrets", key));
}

/** A JWT as a plain library makes it. */
export function signed(claims: JWTPayload, secret: Uint8Array, header: object = {}): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "JWT", ...header }).sign(secret);
}

/** The same token with other claims and the signature that it had. */
export function edited(token: string, change: (claims: JWTPayload) => JWTPayload): string {
  const [header, claims, signature] = token.split(".");
  const changed = change(JSON.parse(Buffer.from(claims ?? "", "base64url").toString()));
  return [header, Buffer.from(JSON.stringify(changed)).toString("base64url"), signature].join(".");
}

/** A guest token for the flights of a carrier that lives so many seconds. */
export function guestToken(carrier: string, seconds = 600): Promise<string> {
  const exp = Math.round(Date.now() / 1000) + seconds;
  return signed({ resource: { dashboard: 1 }, params: { carrier }, exp }, secretOf("contrail-metabase"));
}

/** The address of the flights in Sigma's way for the manager of a carrier. */
export async function sigmaAddress(
  carrier: string,
  origin = inject("addresses").vitrine,
  search = "",
): Promise<string> {
  const claims = { teams: ["Station managers"], account_type: "Act", user_attributes: { carrier } };
  const key = { id: "contrail-sigma", secret: secretOf("contrail-sigma") };
  const path = `${origin}/contrail/workbook/Flights-7f55QbPFuCnK2n0P2tSuBl`;
  const address = await sigmaAddressOf(path, `manager@${carrier.toLowerCase()}.example`, claims, key);
  return `${address}${search}`;
}

/** The address of a workbook in Sigma's way for somebody of whom a host claims something. */
export async function sigmaAddressOf(
  path: string,
  sub: string,
  claims: JWTPayload,
  key: { id: string; secret: Uint8Array },
): Promise<string> {
  const iat = Math.round(Date.now() / 1000);
  const payload = { sub, jti: randomUUID(), iat, exp: iat + 600, ...claims };
  return `${path}?:jwt=${await signed(payload, key.secret, { kid: key.id })}&:embed=true`;
}

type Answer = (request: IncomingMessage) => string | Promise<string>;

/** A page of a host's with a body of one's own; what it asks of the host is answered by `answers`. */
export class HostPage {
  /** Errors that the browser has printed or pages have thrown. */
  readonly errors: string[] = [];

  private constructor(readonly page: Page) {
    page.on("console", (message) => message.type() === "error" && this.errors.push(message.text()));
    page.on("pageerror", (error) => this.errors.push(String(error)));
  }

  /**
   * Serves the page from an origin of its own until it is closed.
   *
   * Browsers let no page that they believe to be from elsewhere at a server of this machine, so a real one serves it.
   */
  static async open(context: BrowserContext, body: string, answers: Record<string, Answer> = {}): Promise<HostPage> {
    const html = `<!doctype html><title>A host</title><link rel="icon" href="data:,">${body}`;
    const server = createServer(async (request, response) => {
      const { pathname } = new URL(request.url ?? "/", inject("addresses").pages);
      const answer = answers[pathname];
      const type = answer ? (/\.m?js$/.test(pathname) ? "text/javascript" : "application/json") : "text/html";
      response.setHeader("content-type", type).end(answer ? await answer(request) : html);
    });
    server.listen(Number(new URL(inject("addresses").pages).port), "localhost");
    await once(server, "listening");
    const page = await context.newPage();
    page.once("close", () => {
      server.closeAllConnections();
      server.close();
    });
    const host = new HostPage(page);
    await page.goto(inject("addresses").pages);
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
