import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BrowserContext, Locator, Page } from "playwright-core";
import { inject } from "vitest";
import type { components } from "../shared/schema.ts";
import { HostPage } from "./hosts.ts";
import type { Server } from "./process.ts";
import { apply, loginLink, serve } from "./rig.ts";

const world = fileURLToPath(new URL("../../crates/testkit/world", import.meta.url));

/** A server of its own with the small world of tenants and canaries, for tests that change the organization. */
export class Office {
  private constructor(
    private readonly folder: string,
    private readonly server: Server,
    /** The origin of its pages, if that is not where it listens. */
    private readonly origin = server.address,
  ) {}

  /**
   * `edit` may change the definitions in their folder before they are applied. `origin`: where something stands that speaks TLS
   * for it.
   */
  static async start(edit?: (definitions: string) => void, start = serve, origin?: string): Promise<Office> {
    const folder = mkdtempSync(join(tmpdir(), "vitrine-office-"));
    const [definitions, data] = [join(folder, "world"), join(folder, "data")];
    cpSync(world, definitions, { recursive: true });
    const keys = join(definitions, "embed_keys.yaml");
    const written = readFileSync(keys, "utf8").replaceAll("https://portal.example", inject("addresses").pages);
    writeFileSync(keys, written);
    edit?.(definitions);
    mkdirSync(join(data, "secrets"), { recursive: true });
    for (const [, name] of written.matchAll(/secret_file: secrets\/([\w-]+)/g)) {
      writeFileSync(join(data, "secrets", `${name}`), randomBytes(32).toString("base64url"), { mode: 0o600 });
    }
    await apply(definitions, data);
    return new Office(folder, await start(data, join(folder, "vitrine.log")), origin);
  }

  /** The same with nothing in it but an administrator and files of data, by name, in the folder that `folder` is told. */
  static empty(administrator: string, files: Record<string, string>, folder: (path: string) => void): Promise<Office> {
    const held = "members, teams, attributes, account_types, grants, workspaces, connections, models, keys, settings";
    const permissions = `view, explore, export_csv, administer, manage_${held.replaceAll(", ", ", manage_")}`;
    const member = `{subject: ${administrator}, kind: internal, account_type: Admin, has_logged_in: true}`;
    return Office.start((definitions) => {
      for (const name of readdirSync(definitions)) rmSync(join(definitions, name), { recursive: true });
      for (const [name, text] of Object.entries({
        ...files,
        "vitrine.yaml": "name: Portal\n",
        "account_types.yaml": `account_types:\n  - {name: Admin, permissions: [${permissions}]}\n`,
        "members.yaml": `members:\n  - ${member}\n`,
      })) {
        writeFileSync(join(definitions, name), text);
      }
      folder(definitions);
    });
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get address(): string {
    return this.server.address;
  }

  /** What the server has logged. */
  get log(): string {
    return readFileSync(join(this.folder, "vitrine.log"), "utf8");
  }

  /** The secret of an embed key. */
  secret(key: string): string {
    return readFileSync(this.secretFile(key), "utf8");
  }

  /** Where that is kept. */
  secretFile(key: string): string {
    return join(this.folder, "data/secrets", key);
  }

  link(email: string): Promise<string> {
    return loginLink(join(this.folder, "data"), email, this.address);
  }

  /** The link in the last mail to an address. */
  mailedLink(email: string): string | undefined {
    const folder = join(this.folder, "data/mail");
    const mails = readdirSync(folder)
      .sort()
      .map((name) => readFileSync(join(folder, name), "utf8"));
    const last = mails.filter((mail) => mail.includes(`To: ${email}\r\n`)).at(-1);
    return last?.match(/^http\S+$/m)?.[0];
  }

  /** An API credential of an internal member, who may administer credentials, with all that they may. */
  async credential(email: string): Promise<{ id: string; secret: string }> {
    const link = await this.link(email);
    const page = { origin: this.origin, "content-type": "application/json" };
    const code = link.slice(link.indexOf("#") + 1);
    const login = { method: "POST", headers: page, body: JSON.stringify({ code }) };
    const entered = await fetch(`${this.address}/api/v1/login`, login);
    const cookie = `${entered.headers.get("set-cookie")}`.split(";")[0];
    const { session } = (await entered.json()) as components["schemas"]["LoggedIn"];
    const headers = { ...page, cookie: `${cookie}`, "vitrine-session": session };
    const me = await fetch(`${this.address}/api/v1/whoami`, { headers });
    const { member, permissions } = (await me.json()) as components["schemas"]["Whoami"];
    const expires_at = new Date(Date.now() + 3_600_000).toISOString();
    const body = JSON.stringify({ name: "Back end", owner: member, scopes: permissions, expires_at });
    const made = await fetch(`${this.address}/api/v1/api-credentials`, { method: "POST", headers, body });
    const { id, secret } = (await made.json()) as components["schemas"]["Credential"];
    return { id, secret: secret ?? "" };
  }

  /** A tab in which somebody has logged in. Whoever else has logged in in that browser is out then. */
  async desk(context: BrowserContext, email: string): Promise<Desk> {
    const desk = await Desk.open(context, await this.link(email));
    await desk.title("Administration").waitFor();
    return desk;
  }

  /** The answer to a host that opens a session for a buyer of a company. */
  async openBuyer(company: string): Promise<{ status: number; code?: string; detail?: string }> {
    const secret = this.secret("portal");
    const response = await fetch(`${this.address}/api/v1/embed/sessions`, {
      method: "POST",
      headers: {
        authorization: `Basic ${Buffer.from(`portal:${secret}`).toString("base64")}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({
        subject: `bea@${company}.example`,
        tenant: company,
        teams: ["Buyers"],
        account_type: "Analyze",
        attributes: { company },
        content: { workbook: "orders" },
        origin: inject("addresses").pages,
      }),
    });
    return { status: response.status, ...((await response.json()) as object) };
  }

  /** A page of the host's that embeds the orders for a buyer of a company. */
  embed(context: BrowserContext, company: string): Promise<HostPage> {
    const body = `<vitrine-dashboard server="${this.address}" client-id="portal" workbook="orders"></vitrine-dashboard>
      <script type="module" src="${this.address}/sdk/v1.js"></script>
      <script type="module">
        const dashboard = document.querySelector("vitrine-dashboard");
        dashboard.getCode = async () => (await (await fetch("/code")).json()).code;
      </script>`;
    return HostPage.open(context, body, { "/code": async () => JSON.stringify(await this.openBuyer(company)) });
  }
}

/**
 * What is written into a form, by the label of each field or the name of each permission. `{kind: name}` says of what kind a name is,
 * other objects and lists of a text field are written as JSON, and `any` ticks the box of that name.
 */
export type Filled = Record<string, string | boolean | object>;

/** A tab with the pages of administrators. */
export class Desk {
  /** Errors that the browser has printed or pages have thrown, without answers that refuse something. */
  readonly errors: string[] = [];
  /** Every address that was asked for. */
  readonly asked: string[] = [];
  /** Everything that the server has said. */
  readonly told: Promise<string>[] = [];

  private constructor(readonly page: Page) {
    page.on("console", (message) => {
      const isRefusal = message.text().startsWith("Failed to load resource");
      if (message.type() === "error" && !isRefusal) this.errors.push(message.text());
    });
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("request", (request) => this.asked.push(request.url()));
    page.on("response", (response) => this.told.push(response.text().catch(() => "")));
  }

  static async open(context: BrowserContext, address: string): Promise<Desk> {
    const desk = new Desk(await context.newPage());
    desk.page.setDefaultTimeout(Number(process.env.PATIENCE ?? 30000));
    await desk.page.goto(address);
    return desk;
  }

  /** The heading of the page. */
  title(text: string): Locator {
    return this.page.getByRole("heading", { level: 1, name: text, exact: true });
  }

  /** Turns to a page by the list of pages. */
  async turnTo(title: string): Promise<void> {
    await this.pages.getByRole("link", { name: title, exact: true }).click();
    await this.title(title).waitFor();
  }

  get pages(): Locator {
    return this.page.getByRole("navigation", { name: "Pages" });
  }

  /** A field by its label. */
  field(label: string): Locator {
    return this.page.getByLabel(label, { exact: true });
  }

  /** The box of a permission. */
  tick(permission: string): Locator {
    return this.page.getByRole("checkbox", { name: new RegExp(` ${permission}$`) });
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** The line of a list whose first cell is `name`. */
  line(name: string): Locator {
    return this.page.getByRole("row").filter({ has: this.page.getByRole("rowheader", { name, exact: true }) });
  }

  /** Makes something on the page of its kind, and stays on its own. */
  async make(title: string, filled: Filled): Promise<void> {
    await this.turnTo(title);
    await this.page.getByRole("link", { name: /^New / }).click();
    await this.submit(filled, /^Make /);
  }

  /** Changes something that is in the list of a page. */
  async change(title: string, name: string, filled: Filled): Promise<void> {
    await this.turnTo(title);
    await this.page.getByRole("link", { name, exact: true }).click();
    await this.title(name).waitFor();
    await this.submit(filled, "Save");
  }

  /** Shares something with a team by the button on its page, where it says then that the team reaches it. */
  async share(title: string, name: string, team: string, level?: string): Promise<void> {
    const open = async () => {
      await this.turnTo(title);
      await this.page.getByRole("link", { name, exact: true }).click();
    };
    await open();
    await this.page.getByRole("link", { name: "Share", exact: true }).click();
    await this.title("New grant").waitFor();
    await this.submit({ To: { team }, ...(level && { Level: level }) }, "Make grant");
    await open();
    await this.line(`team ${team}`).waitFor();
  }

  /** Fills the form of the page in, and sends it. */
  async submit(filled: Filled, button: string | RegExp): Promise<void> {
    await this.enter(filled);
    await this.page.getByRole("button", { name: button, exact: true }).click();
    await this.saved();
  }

  /** Fills the form of the page in. */
  async enter(filled: Filled): Promise<void> {
    for (const [label, value] of Object.entries(filled)) await this.fill(label, value);
  }

  private async fill(label: string, value: string | boolean | object): Promise<void> {
    if (typeof value === "boolean") {
      return this.page.getByRole("switch", { name: label, exact: true }).or(this.tick(label)).setChecked(value);
    }
    if (value === "any")
      return this.page.getByRole("group", { name: label }).getByLabel("Any", { exact: true }).check();
    const field = this.page.getByLabel(new RegExp(`^${label}( \\(optional\\))?$`));
    const tag = await field.evaluate((element) => element.tagName);
    if (tag === "SELECT") await field.selectOption(String(value));
    else if (typeof value === "string") await field.fill(value);
    else if (tag === "TEXTAREA") await field.fill(JSON.stringify(value));
    else if (!Array.isArray(value)) await this.name(label, field, value);
    else {
      for (const one of value) {
        if (typeof one === "string") await field.fill(one);
        else await this.name(label, field, one);
        await field.press("Enter");
      }
    }
  }

  private async name(label: string, field: Locator, value: object): Promise<void> {
    const [kind = "", name] = Object.entries(value)[0] ?? [];
    await this.field(`${label}: what kind`).selectOption(kind);
    await field.fill(String(name));
  }

  /** Waits until what was changed is saved. */
  async saved(): Promise<void> {
    await this.page.getByRole("status").getByText("Saved.", { exact: true }).waitFor();
  }
}
