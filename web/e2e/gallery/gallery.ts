import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Server } from "../process.ts";
import { apply, freePort, serve } from "../rig.ts";
import { files } from "./rows.ts";

const here = fileURLToPath(new URL(".", import.meta.url));

/** What the host says of somebody who looks; the rest is said by `claimsOf`. */
export interface Person {
  tenant: string;
  account_type?: "View" | "Analyze" | "Take";
  attributes?: Record<string, unknown>;
  locale?: string;
  time_zone?: string;
  subject?: string;
  locked_parameters?: Record<string, unknown>;
}

/** What is embedded in the page of the host: the attributes of the SDK's element. */
export type Attributes = Record<string, string>;

/** A visit to the host's page. */
interface Visit {
  person: Person;
  attributes: Attributes;
}

/** A server of its own with the gallery in it, and the host whose page has it in a frame. */
export class Gallery {
  readonly #visits = new Map<string, Visit>();

  private constructor(
    private readonly folder: string,
    readonly vitrine: Server,
    readonly host: Server,
  ) {}

  static async start(): Promise<Gallery> {
    const folder = mkdtempSync(join(tmpdir(), "vitrine-gallery-"));
    const port = await freePort();
    const vitrine = await startVitrine(folder, `http://localhost:${port}`);
    const gallery: Gallery = new Gallery(folder, vitrine, await listen(port, (...call) => gallery.#answer(...call)));
    return gallery;
  }

  async stop(): Promise<void> {
    await this.host.stop();
    await this.vitrine.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The address of a page of the host on which this person sees what the attributes say. */
  visit(person: Person, attributes: Attributes): string {
    const id = randomUUID();
    // One person for the whole visit, whoever else has the same claims.
    this.#visits.set(id, { person: { subject: `${id}@host.example`, ...person }, attributes });
    return `${this.host.address}/${id}`;
  }

  secretOf(key: "gallery" | "gallery-guests"): Buffer {
    return readFileSync(join(this.folder, "data/secrets", key));
  }

  async #answer({ method, url = "/" }: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, id = "", rest] = url.split("/");
    const visit = this.#visits.get(id);
    response.setHeader("content-security-policy", policyFor(this.vitrine.address));
    if (url === "/host.js" || url === "/host.css") {
      response.setHeader("content-type", url.endsWith(".js") ? "text/javascript" : "text/css");
      response.end(readFileSync(join(here, url)));
    } else if (visit && method === "POST" && rest === "code") {
      const answer = await this.#open(visit.person);
      response.writeHead(answer.code ? 200 : 502).end(answer.code ?? JSON.stringify(answer));
    } else if (visit) {
      response.setHeader("content-type", "text/html; charset=utf-8").end(this.#page(visit));
    } else response.writeHead(404).end();
  }

  /** Opens a session, as the host's back end does. */
  async #open(person: Person): Promise<{ code?: string }> {
    const answer = await fetch(`${this.vitrine.address}/api/v1/embed/sessions`, {
      method: "POST",
      headers: {
        authorization: `Basic ${Buffer.from(`gallery:${this.secretOf("gallery")}`).toString("base64")}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ ...claimsOf(person), origin: this.host.address }),
    });
    return answer.json() as Promise<{ code?: string }>;
  }

  #page({ attributes }: Visit): string {
    const element = "element" in attributes ? "vitrine-element" : "vitrine-dashboard";
    const all = { server: this.vitrine.address, "client-id": "gallery", workbook: "gallery", ...attributes };
    const written = Object.entries(all).map(([name, value]) => `${name}="${escaped(value)}"`);
    return `<!doctype html><html lang="en"><title>A host</title><link rel="icon" href="data:,">
      <link rel="stylesheet" href="/host.css">
      <script type="module" src="${this.vitrine.address}/sdk/v1.js"></script><script type="module" src="/host.js"></script>
      <${element} ${written.join(" ")}></${element}>`;
  }
}

function claimsOf(person: Person): object {
  return { teams: ["Viewers"], account_type: "Analyze", ...person };
}

async function startVitrine(folder: string, host: string): Promise<Server> {
  const data = join(folder, "data");
  mkdirSync(join(data, "secrets"), { recursive: true });
  for (const key of ["gallery", "gallery-guests"]) {
    writeFileSync(join(data, "secrets", key), randomBytes(32).toString("base64url"), { mode: 0o600 });
  }
  await apply(definitionsFor(folder, host), data);
  return serve(data, join(folder, "vitrine.log"));
}

/** The definitions with their data, and with the host of this run. */
function definitionsFor(folder: string, host: string): string {
  const copy = join(folder, "definitions");
  cpSync(join(here, "definitions"), copy, { recursive: true });
  const keys = join(copy, "embed_keys.yaml");
  writeFileSync(keys, readFileSync(keys, "utf8").replaceAll("HOST]", `${host}]`));
  mkdirSync(join(copy, "data"));
  for (const [name, text] of Object.entries(files())) writeFileSync(join(copy, "data", name), text);
  return copy;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

async function listen(port: number, answer: Answer): Promise<Server> {
  const server = createServer((request, response) => {
    answer(request, response).catch((problem) => response.writeHead(500).end(String(problem)));
  });
  server.listen(port, "localhost");
  await once(server, "listening");
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { address: `http://localhost:${port}`, stop };
}

/** What a careful host allows. */
function policyFor(vitrine: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' ${vitrine}`,
    `frame-src ${vitrine}`,
    "style-src 'self'",
    "img-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
