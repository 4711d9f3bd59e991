import type { BrowserContext, Dialog, Page, Request, Response } from "playwright-core";
import { expect } from "vitest";
import { canariesOf, canaryOf, TENANTS, type Tenant } from "./rows.ts";

/** What the browser prints about documents whose policy forbids something. */
const POLICY = /content.security.policy|trusted.?types?|TrustedHTML/i;

/** How long the body of an answer may take that has begun, in milliseconds: on one machine, many times what it does. */
const PATIENCE = 15_000;

/**
 * Watches everything that a browser gets and does while somebody looks at the gallery: every answer of every frame, every
 * request, and whatever runs or is refused in a document.
 */
export class Witness {
  readonly #answers: Promise<string>[] = [];
  /** Requests to origins that are neither the host's nor the server's. */
  readonly #strangers: string[] = [];
  /** What ran or was refused that nobody should have tried. */
  readonly #incidents: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    private readonly origins: readonly string[],
  ) {}

  /** Begins to watch all pages of a context. */
  static async of(context: BrowserContext, origins: readonly string[]): Promise<Witness> {
    const witness = new Witness(context, origins);
    context.on("request", (request) => witness.#note(request));
    context.on("response", (response) => witness.#keep(response));
    context.on("dialog", (dialog) => witness.#refuse(dialog));
    context.on("console", (message) => {
      if (POLICY.test(message.text())) witness.#incidents.push(message.text());
    });
    await context.exposeBinding("__witnessed", (_, incident: string) => witness.#incidents.push(incident));
    await context.addInitScript(watchDocument);
    return witness;
  }

  /**
   * Proves of all that has been seen since the last time: nothing of another tenant's, nothing that ran or was refused,
   * nobody else asked; and, so that it proves something, that the tenant's own rows were among it.
   */
  async prove(tenant: Tenant | undefined): Promise<void> {
    for (const page of this.context.pages()) await expectNothingRan(page);
    const answers: string[] = [];
    // Others come while these are read.
    while (this.#answers.length > 0) answers.push(...(await Promise.all(this.#answers.splice(0))));
    const [strangers, incidents] = [this.#strangers.splice(0), this.#incidents.splice(0)];
    for (const other of TENANTS.filter((other) => other !== tenant)) {
      for (const canary of canariesOf(other)) {
        expect(answers.filter((text) => text.includes(canary)).map((text) => around(text, canary))).toEqual([]);
      }
    }
    if (tenant) expect(answers.some((text) => text.includes(canaryOf(tenant)))).toBe(true);
    expect(strangers).toEqual([]);
    expect(incidents).toEqual([]);
  }

  /** Waits until all that has come so far is read: a frame that is left keeps nothing. */
  async read(): Promise<void> {
    await Promise.all(this.#answers);
  }

  /** Forgets what has come while tabs were closed: nobody has got it. */
  forget(): void {
    this.#answers.length = 0;
  }

  #note(request: Request): void {
    const { origin, protocol } = new URL(request.url());
    if (!this.origins.includes(origin) && protocol !== "data:" && protocol !== "blob:") {
      this.#strangers.push(request.url());
    }
  }

  #keep(response: Response): void {
    const text = response.body().then(
      (body) => `${response.url()}\n${body}`,
      async (problem) => {
        // A page that does not want an answer any more has not got it.
        if (await response.finished()) return "";
        throw problem;
      },
    );
    text.catch(() => {});
    this.#answers.push(Promise.race([text, nothingCame()]));
  }

  #refuse(dialog: Dialog): void {
    this.#incidents.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  }
}

/**
 * Of an answer that a page has dropped while it came, the browser sometimes never says whether it ended. Nobody goes on
 * waiting for it: the page does not either.
 */
function nothingCame(): Promise<string> {
  return new Promise((resolve) => {
    setTimeout(resolve, PATIENCE, "").unref();
  });
}

/** Whether one of the hostile texts has run in a frame, or stands there as an element instead of as text. */
async function expectNothingRan(page: Page): Promise<void> {
  for (const frame of page.frames()) {
    const found = await frame.evaluate(() => ({
      ran: "__pwned" in window,
      // What every object has since somebody was called `__proto__`.
      inherited: Object.keys(Object.prototype),
      lent: Object.keys(Object),
      elements: document.querySelectorAll("body script, [onerror], [onload], [onclick], img, base, object, embed")
        .length,
      links: [...document.querySelectorAll("a")].filter(({ protocol }) => !/^(https?|mailto):$/.test(protocol)).length,
    }));
    expect(found).toEqual({ ran: false, inherited: [], lent: [], elements: 0, links: 0 });
  }
}

function around(text: string, canary: string): string {
  const at = text.indexOf(canary);
  return `${text.split("\n", 1)}: …${text.slice(Math.max(0, at - 80), at + 80)}…`;
}

/** Runs in every document before anything else does. */
function watchDocument(): void {
  const tell = (incident: string) =>
    (window as unknown as { __witnessed(incident: string): void }).__witnessed(incident);
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI, sample }) =>
    tell(`refused by ${violatedDirective}: ${blockedURI} ${sample}`),
  );
}
