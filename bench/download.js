// Measures the memory of a server that makes a CSV file of five million rows, from outside. Arguments: the program, and the
// number of rows if not so many.

import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSession } from "../examples/host-node/vitrine.js";
import { DEMO, KEY, writeSecrets } from "./embeds.js";
import { keep } from "./figures.js";
import { writeParquet } from "./parquet.js";
import { startServer } from "./server.js";

const GROUP = 100_000;
const ORIGIN = "http://localhost:8090";
const EXPORT = "/api/v1/workbooks/entries/pages/all/elements/entries/export";

const MODEL = `connection: files
tables:
  entries:
    source: entries.parquet
    columns: {line: integer, entry: text, amount: "decimal(12,2)", day: date}
    rows: shared
explores:
  entries:
    title: Entries
    table: entries
    dimensions:
      line: {column: entries.line}
      entry: {column: entries.entry}
      day: {column: entries.day}
      amount: {column: entries.amount}
    measures:
      entries: {count: rows}
`;

const WORKBOOK = `title: Entries
in: {folder: operations/flights}
pages:
  - name: all
    title: All
    elements:
      - name: entries
        title: Entries
        show:
          data:
            query: {explore: entries.entries, fields: [line, entry, day, amount], sorts: [{field: entry}]}
            chart: {type: table}
`;

const [program, wanted = "5000000"] = process.argv.slice(2);
const rows = Math.ceil(Number(wanted) / GROUP) * GROUP;
const folder = mkdtempSync(join(tmpdir(), "vitrine-bench-"));
const dataDir = join(folder, "data");
try {
  writeSecrets(dataDir);
  execFileSync(program, ["apply", writeDefinitions(), "--data-dir", dataDir]);
  const server = await startServer(program, dataDir, { VITRINE_LIMITS_DOWNLOAD_ROWS: String(rows) });
  try {
    keep("download", await measured(server));
  } finally {
    await server.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Downloads the table once: the most memory the server ever had, and how long it took until the last byte. */
async function measured(server) {
  const handle = await openedBy(server);
  const before = resident(server.pid, "VmRSS");
  const began = performance.now();
  const response = await fetch(new URL(EXPORT, server.address), {
    method: "POST",
    headers: { authorization: `Bearer ${handle}`, "content-type": "application/json", "accept-encoding": "identity" },
    body: JSON.stringify({ controls: {}, format: "csv" }),
  });
  if (!response.ok) throw new Error(`the download answers ${response.status}: ${await response.text()}`);
  const { lines, bytes } = await counted(response.body);
  if (lines !== rows + 1) throw new Error(`the file has ${lines} lines instead of ${rows + 1}`);
  const seconds = (performance.now() - began) / 1000;
  const peak = resident(server.pid, "VmHWM");
  const what = `CSV of ${rows.toLocaleString("en-US")} rows`;
  const told = `${(bytes / 1e6).toFixed(0)} MB in ${seconds.toFixed(0)} s; ${before.toFixed(0)} MiB before`;
  console.log(`${what}: ${told}, ${peak.toFixed(0)} MiB at most`);
  return [
    {
      figure: `${what}, resident memory at most`,
      statistic: `one download, ${told}`,
      value: peak,
      unit: "MiB",
      target: 300,
    },
  ];
}

/** A viewer's handle, as the page gets one. */
async function openedBy(server) {
  const secret = readFileSync(join(dataDir, "secrets", KEY), "utf8");
  const claims = {
    subject: "ana",
    teams: ["Analysts"],
    account_type: "Analyze",
    content: { workbook: "entries" },
    origin: ORIGIN,
  };
  const { code } = await openSession({ url: server.address, clientId: KEY, secret }, claims);
  const response = await fetch(new URL("/api/v1/embed/redeem", server.address), {
    method: "POST",
    headers: { origin: server.address, "content-type": "application/json" },
    body: JSON.stringify({ code, client_id: KEY, workbook: "entries", parent_origin: ORIGIN }),
  });
  return (await response.json()).handle;
}

async function counted(body) {
  let [lines, bytes] = [0, 0];
  for await (const chunk of body) {
    bytes += chunk.length;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
  }
  return { lines, bytes };
}

function resident(pid, member) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(status.match(new RegExp(`^${member}:\\s+(\\d+) kB$`, "m"))[1]) / 1024;
}

/** The demo with a table of so many rows, in no order, that everybody sees. */
function writeDefinitions() {
  const copy = join(folder, "definitions");
  cpSync(DEMO, copy, { recursive: true });
  appendFileSync(join(copy, "grants.yaml"), "  - {to: {team: Analysts}, on: {model: entries}, level: use}\n");
  const columns = [
    { name: "line", kind: "integer", value: (row) => (row * 7919) % rows },
    { name: "entry", kind: "text", value: (row) => `Entry ${(row * 104_729) % 1_000_003} of many` },
    { name: "amount", kind: "decimal", value: (row) => (row * 3761) % 100_000_000 },
    { name: "day", kind: "date", value: (row) => 15_706 + (row % 365) },
  ];
  writeParquet(join(copy, "data/entries.parquet"), columns, rows / GROUP, GROUP);
  writeFileSync(join(copy, "models/entries.yaml"), MODEL);
  writeFileSync(join(copy, "workbooks/entries.yaml"), WORKBOOK);
  return copy;
}
