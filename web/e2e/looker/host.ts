import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BrowserContext, FrameLocator } from "playwright-core";
import { expect, inject } from "vitest";
import { HostPage } from "../hosts.ts";
import { Office } from "../office.ts";
import { serve } from "../rig.ts";
import { Tls } from "../tls.ts";
import { withLookerKey } from "./keys.ts";

const SDK = join(fileURLToPath(import.meta.resolve("@looker/embed-sdk")), "../../dist/main.js");

/** A server behind TLS, and a back end that asks Looker's API there. */
export class LookerServer {
  private constructor(
    private readonly tls: Tls,
    private readonly office: Office,
    private readonly token: string,
  ) {}

  static async start(): Promise<LookerServer> {
    const tls = await Tls.listen();
    const publicly = (data: string, log: string) => serve(data, log, { VITRINE_PUBLIC_URL: tls.address });
    const office = await Office.start(withLookerKey, publicly, tls.address);
    tls.standBefore(office.address);
    const { id, secret } = await office.credential("root@portal.example");
    const form = new URLSearchParams({ client_id: id, client_secret: secret });
    const login = await fetch(`${office.address}/api/4.0/login`, { method: "POST", body: form });
    return new LookerServer(tls, office, ((await login.json()) as { access_token: string }).access_token);
  }

  get address(): string {
    return this.tls.address;
  }

  async stop(): Promise<void> {
    await this.office.stop();
    this.tls.close();
  }

  /** What a host's back end asks of Looker's API. */
  async api(method: string, path: string, body: object): Promise<Record<string, unknown>> {
    const headers = { authorization: `Bearer ${this.token}`, "content-type": "application/json" };
    const url = `${this.office.address}/api/4.0${path}`;
    const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
    const answer = (await response.json()) as Record<string, unknown>;
    if (!response.ok) throw new Error(JSON.stringify(answer));
    return answer;
  }
}

/** A buyer of a company, for so many seconds. */
function buyer(company: string, seconds: number, permissions: readonly string[]): object {
  return {
    session_length: seconds,
    external_user_id: `bea of ${company}`,
    permissions,
    models: ["shop"],
    group_ids: ["Buyers"],
    external_group_id: company,
    user_attributes: { company },
  };
}

/** The host: who is logged in there is in the address of the question. Its page loads the SDK and keeps what it hears. */
export async function host(
  context: BrowserContext,
  server: LookerServer,
  seconds: number,
  permissions = ["access_data", "see_looks", "see_user_dashboards"],
) {
  let reference: unknown;
  let renewals = 0;
  const parameter = ({ url }: IncomingMessage, name: string) =>
    new URL(url ?? "", "http://host").searchParams.get(name);
  const answers = {
    "/sdk.js": () => readFileSync(SDK, "utf8"),
    "/auth": async (request: IncomingMessage) => {
      const target_url = parameter(request, "src") ?? "";
      const who = buyer(parameter(request, "company") ?? "", seconds, permissions);
      return JSON.stringify(await server.api("POST", "/embed/sso_url", { ...who, target_url }));
    },
    "/acquire": async (request: IncomingMessage) => {
      const who = buyer(parameter(request, "company") ?? "", seconds, permissions);
      const embed_domain = inject("addresses").pages;
      const tokens = await server.api("POST", "/embed/cookieless_session/acquire", { ...who, embed_domain });
      const { session_reference_token, ...given } = tokens;
      reference = session_reference_token;
      return JSON.stringify(given);
    },
    "/generate": async (request: IncomingMessage) => {
      renewals += 1;
      let body = "";
      for await (const bytes of request) body += bytes;
      const spent = { ...JSON.parse(body), session_reference_token: reference };
      const { session_reference_token, ...given } = await server.api(
        "PUT",
        "/embed/cookieless_session/generate_tokens",
        spent,
      );
      return JSON.stringify(given);
    },
  };
  const body = `<div id="acme"></div><div id="globex"></div><div id="later"></div><script src="/sdk.js"></script>`;
  const opened = await HostPage.open(context, body, answers);
  await opened.page.evaluate((address) => {
    const page = window as unknown as Host;
    page.heard = [];
    page.sdks = {};
    page.signed = (company) => {
      const sdk = new page.LookerEmbedSDK.LookerEmbedExSDK();
      sdk.init(address, { url: "/auth", params: [{ name: "company", value: company }] });
      page.sdks[company] = sdk;
    };
    page.cookieless = (company) => {
      const sdk = new page.LookerEmbedSDK.LookerEmbedExSDK();
      sdk.initCookieless(address, `/acquire?company=${company}`, "/generate");
      page.sdks[company] = sdk;
    };
    page.embed = async (company, place, waitUntilLoaded, url) => {
      const sdk = page.sdks[company];
      if (!sdk) throw new Error(`nobody of ${company} has come`);
      const kinds = {
        explore: sdk.createExploreWithUrl,
        query: sdk.createExploreWithUrl,
        looks: sdk.createLookWithUrl,
      };
      const kind = url?.split("/")[2] as keyof typeof kinds | undefined;
      const begun = kind && url ? kinds[kind].call(sdk, url) : sdk.createDashboardWithId("orders");
      let building = begun.appendTo(place);
      for (const name of NAMES) building = building.on(name, (event: object) => void page.heard.push({ name, event }));
      page.connection = await building.build().connect({ waitUntilLoaded });
    };
    const NAMES = [
      "page:changed",
      "dashboard:run:start",
      "dashboard:run:complete",
      "dashboard:tile:complete",
      "dashboard:filters:changed",
      "dashboard:save:complete",
      "session:status",
      "session:expired",
      "explore:ready",
      "explore:run:start",
      "explore:run:complete",
      "explore:state:changed",
      "look:ready",
      "look:run:start",
      "look:run:complete",
      "look:state:changed",
    ] as const;
  }, server.address);
  const { page } = opened;
  return {
    page,
    errors: opened.errors,
    renewals: () => renewals,
    frame: (place: string): FrameLocator => page.frameLocator(`${place} iframe`),
    heard: async (name: string) => {
      const all = await page.evaluate(() => (window as unknown as Host).heard);
      return all.filter((one) => one.name === name).map(({ event }) => event);
    },
    /** The dashboard, or what is at `url`. */
    embed: (company: string, place: string, waitUntilLoaded = true, url?: string) =>
      page.evaluate(([company, place, loaded, url]) => (window as unknown as Host).embed(company, place, loaded, url), [
        company,
        place,
        waitUntilLoaded,
        url,
      ] as const),
  };
}

type Sdk = import("@looker/embed-sdk").LookerEmbedExSDK;

/** The window of the host's page. */
export interface Host {
  LookerEmbedSDK: typeof import("@looker/embed-sdk");
  sdks: Record<string, Sdk>;
  heard: { name: string; event: object }[];
  connection: import("@looker/embed-sdk").ILookerConnection;
  signed(company: string): void;
  cookieless(company: string): void;
  embed(company: string, place: string, waitUntilLoaded: boolean, url: string | undefined): Promise<void>;
}

/** Rows of a company and of no other one. */
export async function seesOnly(frame: FrameLocator, company: string, where = '[data-element="list"]'): Promise<void> {
  await frame.locator(where).getByText(`CNRY_${company}`).first().waitFor();
  const other = company === "acme" ? "CNRY_globex" : "CNRY_acme";
  expect(await frame.locator("body").innerText()).not.toContain(other);
}
