import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { run, type Server, startServer } from "./process.ts";

/** Where the two servers of this run are: two origins on two sites. */
export interface Addresses {
  vitrine: string;
  host: string;
  /** Another origin that the demo's keys allow, for pages that tests serve themselves. */
  pages: string;
  /** The folder with what both have printed: `vitrine.log`, `host.log`. */
  logs: string;
}

declare module "vitest" {
  interface ProvidedContext {
    addresses: Addresses;
  }
}

/** Where the demo's host usually is, as its embed key says. */
const USUAL_HOST = "http://localhost:8090";
/** And the one that was written for Looker. */
const USUAL_LOOKER_HOST = "http://localhost:8091";
/** And the one that was written for Tableau. */
const USUAL_TABLEAU_HOST = "http://localhost:8092";
/** And those that were written for Sigma and Metabase, whose keys allow the usual host as well. */
const USUAL_SIGMA_HOST = "http://localhost:8093";
const USUAL_METABASE_HOST = "http://localhost:8094";

/** The demo's embed keys. */
const KEYS = ["contrail-web", "contrail-metabase", "contrail-sigma", "contrail-looker", "contrail-tableau"];

const root = fileURLToPath(new URL("../..", import.meta.url));
/** The program under test. */
export const binary =
  process.env.VITRINE_BIN ??
  join(process.env.CARGO_TARGET_DIR ?? join(homedir(), ".cache/vitrine/target"), "debug/vitrine");
const definitions = process.env.VITRINE_DEFINITIONS ?? join(root, "demo");

/** Starts the demo on free ports with a store of its own, and ends it after the run. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "vitrine-e2e-"));
  const servers: Server[] = [];
  const stop = async () => {
    for (const server of servers.reverse()) await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const hostPort = await freePort();
    const pages = `http://localhost:${await freePort()}`;
    const vitrine = await startVitrine(folder, [`http://localhost:${hostPort}`, pages]);
    servers.push(vitrine);
    const host = await startHost(folder, hostPort, vitrine.address);
    servers.push(host);
    provide("addresses", { vitrine: vitrine.address, host: host.address, pages, logs: folder });
    return stop;
  } catch (problem) {
    await stop();
    throw problem;
  }
}

async function startVitrine(folder: string, hosts: string[]): Promise<Server> {
  const data = join(folder, "data");
  mkdirSync(join(data, "secrets"), { recursive: true });
  for (const key of KEYS) {
    writeFileSync(join(data, "secrets", key), randomBytes(32).toString("base64url"), { mode: 0o600 });
  }
  await apply(definitionsFor(hosts, folder), data);
  return serve(data, join(folder, "vitrine.log"));
}

/** Makes a folder of definitions the organization of a data directory. */
export function apply(definitions: string, data: string): Promise<string> {
  return run(binary, ["apply", definitions, "--data-dir", data]);
}

/** A link with which the internal member of that e-mail address logs in once at a server. */
export async function loginLink(data: string, email: string, server: string): Promise<string> {
  const printed = await run(binary, ["login-code", email, "--data-dir", data], { VITRINE_PUBLIC_URL: server });
  return printed.trim();
}

/** Starts a Vitrine server on a free port over a data directory, which it may share with others. */
export function serve(data: string, log: string, env: NodeJS.ProcessEnv = {}): Promise<Server> {
  return startServer(binary, ["serve", "--data-dir", data, "--listen", "127.0.0.1:0"], { env, log });
}

/** The same, whose address has a host name: browsers have no passkeys for numbers. */
export async function serveNamed(data: string, log: string): Promise<Server> {
  const port = await freePort();
  const address = `http://localhost:${port}`;
  const started = ["serve", "--data-dir", data, "--listen", `127.0.0.1:${port}`];
  const server = await startServer(binary, started, { env: { VITRINE_PUBLIC_URL: address }, log });
  return { ...server, address };
}

function startHost(folder: string, port: number, vitrine: string): Promise<Server> {
  const env = {
    PORT: String(port),
    VITRINE_URL: vitrine,
    VITRINE_SECRET_FILE: join(folder, "data/secrets/contrail-web"),
    VITRINE_METABASE_SECRET_FILE: join(folder, "data/secrets/contrail-metabase"),
    VITRINE_SIGMA_SECRET_FILE: join(folder, "data/secrets/contrail-sigma"),
  };
  const script = join(root, "examples/host-node/server.js");
  return startServer(process.execPath, [script], { env, log: join(folder, "host.log") });
}

/** A copy of the demo whose embed keys allow this run's hosts. */
function definitionsFor(hosts: string[], folder: string): string {
  const copy = join(folder, "demo");
  cpSync(definitions, copy, { recursive: true });
  for (const path of readdirSync(copy, { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith(".yaml")) continue;
    const text = readFileSync(join(copy, path), "utf8");
    const usual = [USUAL_HOST, USUAL_LOOKER_HOST, USUAL_TABLEAU_HOST, USUAL_SIGMA_HOST, USUAL_METABASE_HOST];
    writeFileSync(
      join(copy, path),
      usual.reduce((text, one) => text.replaceAll(one, hosts.join(", ")), text),
    );
  }
  return copy;
}

/** Hosts' origins must be known before hosts are started: Vitrine reads them first. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "localhost");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
