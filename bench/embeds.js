// A server with the demo and a long table in it, and a host that embeds them: for whatever is measured in a browser.

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { claimsFor, personNamed } from "../examples/host-node/people.js";
import { openSession } from "../examples/host-node/vitrine.js";
import { startServer } from "./server.js";

export const DEMO = fileURLToPath(new URL("../demo", import.meta.url));
const USUAL_HOST = "http://localhost:8090";
export const KEY = "contrail-web";
const SECRETS = [KEY, "contrail-metabase", "contrail-sigma", "contrail-looker", "contrail-tableau"];

/** Rows of the long table: the most that the server ever sends. */
export const ROWS = 100_000;

/** Starts both: `{vitrine, page, stop}`, of which `page` gives the address of a page of the host's. */
export async function startEmbeds(program) {
  const folder = mkdtempSync(join(tmpdir(), "vitrine-bench-"));
  const contrail = {};
  const listener = createServer((request, response) => answer(contrail, request, response)).listen(0, "localhost");
  await once(listener, "listening");
  contrail.origin = `http://localhost:${listener.address().port}`;
  const dataDir = join(folder, "data");
  writeSecrets(dataDir);
  execFileSync(program, ["apply", writeDefinitions(folder, contrail.origin), "--data-dir", dataDir]);
  const server = await startServer(program, dataDir, { VITRINE_LIMITS_ROWS: String(ROWS) });
  const secret = readFileSync(join(dataDir, "secrets", KEY), "utf8");
  contrail.vitrine = { url: server.address, clientId: KEY, secret };
  return {
    vitrine: server.address,
    page: (attributes) => `${contrail.origin}/?${new URLSearchParams(attributes)}`,
    stop: async () => {
      listener.close();
      listener.closeAllConnections();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The server takes no secret that others can read. */
export function writeSecrets(dataDir) {
  mkdirSync(join(dataDir, "secrets"), { recursive: true });
  for (const key of SECRETS) {
    writeFileSync(join(dataDir, "secrets", key), randomBytes(32).toString("base64url"), { mode: 0o600 });
  }
}

/** The demo for this host, and a workbook of tables: one page of short ones, and one of a long one. */
function writeDefinitions(folder, origin) {
  const copy = join(folder, "definitions");
  cpSync(DEMO, copy, { recursive: true });
  const keys = join(copy, "embed_keys.yaml");
  writeFileSync(keys, readFileSync(keys, "utf8").replaceAll(USUAL_HOST, origin));
  appendFileSync(join(copy, "grants.yaml"), "  - {to: {team: Station managers}, on: {model: ledger}, level: use}\n");
  writeFileSync(join(copy, "data/ledger.csv"), ledger());
  writeFileSync(join(copy, "models/ledger.yaml"), MODEL);
  writeFileSync(join(copy, "workbooks/tables.yaml"), WORKBOOK);
  return copy;
}

function ledger() {
  const line = (_, index) => `${index + 1},Entry ${(index * 7919) % ROWS},${((index * 3761) % 1_000_000) / 100}`;
  return `line,entry,amount\n${Array.from({ length: ROWS }, line).join("\n")}\n`;
}

const MODEL = `connection: files
tables:
  ledger:
    source: ledger.csv
    columns: {line: integer, entry: text, amount: "decimal(12,2)"}
    rows: shared
explores:
  ledger:
    title: Ledger
    table: ledger
    dimensions:
      line: {column: ledger.line, label: Line}
      entry: {column: ledger.entry, label: Entry}
    measures:
      amount: {sum: ledger.amount, label: Amount, format: decimal2}
`;

const WORKBOOK = `title: Tables
in: {folder: operations/flights}
pages:
  - name: short
    title: Short
    elements:
      - name: airlines
        title: Airlines and their aircraft
        width: 6
        show:
          data:
            query: {explore: flights.flights, fields: [airline, manufacturer, flights, distance], limit: 100}
            chart: {type: table}
      - name: destinations
        title: Destinations
        width: 6
        show:
          data:
            query: {explore: flights.flights, fields: [dest, dest_airport, flights], limit: 100}
            chart: {type: table}
  - name: long
    title: Long
    elements:
      - name: ledger
        title: Ledger
        show:
          data:
            query: {explore: ledger.ledger, fields: [line, entry, amount], sorts: [{field: line}], limit: ${ROWS}}
            chart: {type: table}
`;

/** The pages of the host: as many dashboards as `embeds` says, each with the other attributes. */
async function answer({ vitrine, origin }, { method, url }, response) {
  const { pathname, searchParams } = new URL(url, origin);
  if (method === "POST" && pathname === "/code") {
    const claims = claimsFor(personNamed("delta"), searchParams.get("workbook"), origin);
    response.end((await openSession(vitrine, claims)).code);
  } else if (pathname === "/") {
    const { embeds = 1, ...attributes } = Object.fromEntries(searchParams);
    response.setHeader("content-type", "text/html; charset=utf-8").end(page(vitrine, Number(embeds), attributes));
  } else response.writeHead(404).end();
}

function page(vitrine, embeds, attributes) {
  const all = { server: vitrine.url, "client-id": vitrine.clientId, ...attributes };
  const written = Object.entries(all).map(([name, value]) => `${name}="${value}"`);
  const dashboard = `<vitrine-dashboard ${written.join(" ")}></vitrine-dashboard>`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>A host</title><link rel="icon" href="data:,">
<body style="margin: 0"><script type="module" src="${vitrine.url}/sdk/v1.js"></script>${dashboard.repeat(embeds)}
<script>
  for (const dashboard of document.querySelectorAll("vitrine-dashboard")) {
    dashboard.getCode = async () => (await fetch("/code?workbook=" + dashboard.getAttribute("workbook"), { method: "POST" })).text();
  }
</script>`;
}
