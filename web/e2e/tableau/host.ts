import { randomUUID } from "node:crypto";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, FrameLocator, Page } from "playwright-core";
import { expect, inject } from "vitest";
import { HostPage, signed } from "../hosts.ts";
import { Office } from "../office.ts";
import { run } from "../process.ts";
import { binary, serve } from "../rig.ts";
import { Tls } from "../tls.ts";

/** Gives the small world a connected app of Tableau's, in the place of Sigma's key, whose secret it takes, and buyers. */
function withConnectedApp(definitions: string): void {
  const key = `
  - client_id: tableau
    issuer: portal
    dialect: tableau
    secrets: [{secret_file: secrets/sigma}]
    ceiling:
      teams: [Buyers]
      account_types: [Act]
      permissions: [view, drill, view_underlying, export_csv]
      attributes: {company: any}
      content: [{workspace: shop}]
      origins: ["${inject("addresses").pages}"]
      session_seconds: 60
`;
  const keys = join(definitions, "embed_keys.yaml");
  writeFileSync(keys, readFileSync(keys, "utf8").replace(/ {2}- client_id: sigma\n[\s\S]*?(?= {2}- client_id)/, ""));
  appendFileSync(keys, key);
  for (const company of ["acme", "globex"]) {
    const buyer = `{subject: bea@${company}, issuer: portal, kind: embed, account_type: Act, teams: [Buyers]}`;
    appendFileSync(join(definitions, "members.yaml"), `  - ${buyer}\n`);
  }
  const orders = join(definitions, "workbooks/orders.yaml");
  const known = "known_as: {tableau: [Orders], ";
  writeFileSync(orders, readFileSync(orders, "utf8").replace("known_as: {", known));
}

/** A server behind TLS, and a host whose back end signs as Tableau's samples do. */
export class TableauServer {
  private constructor(
    private readonly tls: Tls,
    private readonly office: Office,
    private readonly secretId: string,
  ) {}

  static async start(): Promise<TableauServer> {
    const tls = await Tls.listen();
    const publicly = (data: string, log: string) => serve(data, log, { VITRINE_PUBLIC_URL: tls.address });
    const office = await Office.start(withConnectedApp, publicly, tls.address);
    tls.standBefore(office.address);
    const secretId = await run(binary, ["token", "secret-id", office.secretFile("sigma")]);
    return new TableauServer(tls, office, secretId.trim());
  }

  get address(): string {
    return this.tls.address;
  }

  async stop(): Promise<void> {
    await this.office.stop();
    this.tls.close();
  }

  /** A token for the buyer of a company, but for a change. */
  token(company: string, change: object = {}): Promise<string> {
    const claims = {
      iss: "tableau",
      exp: Math.round(Date.now() / 1000) + 300,
      jti: randomUUID(),
      aud: "tableau",
      sub: `bea@${company}`,
      scp: ["tableau:views:embed"],
      company,
      ...change,
    };
    const secret = new TextEncoder().encode(this.office.secret("sigma"));
    return signed(claims, secret, { kid: this.secretId, iss: "tableau" });
  }
}

/** What the page of the host has heard, and what its script does. */
export interface Window {
  heard: { id: string; type: string; detail: Record<string, unknown> }[];
}

/** A page of the host's with a body as Tableau's documentation writes it. `{server}` stands for the server. */
export async function host(context: BrowserContext, server: TableauServer, body: string) {
  const script = `<script>
    window.told = [];
    function tell(event) { told.push(event.type); }
  </script>
  <script type="module">
    import { TableauEventType, FilterUpdateType, TableauViz } from "${server.address}/javascripts/api/tableau.embedding.3.latest.min.js";
    window.heard = [];
    Object.assign(window, { FilterUpdateType, TableauViz });
    const note = ({ target, type, detail }) => window.heard.push({ id: target.id, type, detail: { message: detail.message } });
    for (const type of Object.values(TableauEventType)) document.addEventListener(type, note);
  </script>`;
  const opened = await HostPage.open(context, script + body.replaceAll("{server}", server.address));
  const { page, errors } = opened;
  return {
    page,
    errors,
    frame: (id: string) => page.locator(`#${id}`).frameLocator("iframe"),
    /** How often an element has said something. */
    heard: (id: string, type: string) => heard(page, id, type).then(({ length }) => length),
    /** What the last error of an element said. */
    failure: (id: string) => heard(page, id, "vizloaderror").then((all) => JSON.parse(all.at(-1) ?? "null")),
    set: (id: string, attribute: string, value: string) =>
      page
        .locator(`#${id}`)
        .evaluate((viz, [name, value]) => viz.setAttribute(name, value), [attribute, value] as const),
  };
}

function heard(page: Page, id: string, type: string): Promise<string[]> {
  return page.evaluate(
    ([id, type]) => {
      const { heard = [] } = window as unknown as Partial<Window>;
      return heard.filter((one) => one.id === id && one.type === type).map(({ detail }) => String(detail.message));
    },
    [id, type] as const,
  );
}

/** Rows of a company and of no other one. */
export async function seesOnly(frame: FrameLocator, company: string): Promise<void> {
  await frame.locator('[data-element="list"]').getByText(`CNRY_${company}`).first().waitFor();
  const other = company === "acme" ? "CNRY_globex" : "CNRY_acme";
  expect(await frame.locator("body").innerText()).not.toContain(other);
}
