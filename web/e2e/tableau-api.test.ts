import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Office } from "./office.ts";
import { run, runPython } from "./process.ts";
import { binary } from "./rig.ts";
import { signed, withConnectedApp } from "./tableau/keys.ts";

// Tableau's own client, unmodified, against a server: a host changes its address and its secrets, and nothing else.

let office: Office;

beforeAll(async () => {
  office = await Office.start(withConnectedApp);
});
afterAll(() => office?.stop());

const inHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

it("answers the client for Python", async () => {
  const kid = (await run(binary, ["token", "secret-id", office.secretFile("sigma")])).trim();
  const { id, secret } = await office.credential("root@portal.example");
  const jwt = signed(office.secret("sigma"), kid, "hand@acme.example");
  const picture = inHere("../../build/screenshots/tableau-view.png");
  mkdirSync(dirname(picture), { recursive: true });
  const environment = { JWT: jwt, TOKEN_NAME: id, TOKEN_SECRET: secret, PICTURE: picture };
  const printed = await runPython("tableau-client", "tableau/calls.py", [office.address], environment);
  const { calls, told } = JSON.parse(`${printed.trim().split("\n").at(-1)}`) as { calls: string[]; told: object };
  expect(new Set(calls).size).toBeGreaterThanOrEqual(25);
  expect(told).toEqual({
    version: "3.27",
    product: "2025.3.0",
    me: ["hand@acme.example", "Viewer"],
    mine: ["Orders"],
    "my views": ["Orders/sheets/Overview", "Orders/sheets/second"],
    "my groups": ["Buyers"],
    rows: ["orders", false],
    image: [true, expect.any(Number)],
    pdf: "%PDF-",
    spreadsheet: "PK",
    preview: 800,
    "nobody else": ["hand@acme.example"],
    forbidden: ["403004", expect.any(String)],
    site: ["Portal", "", true],
    "switched off": false,
    "switched on": true,
    sites: ["Portal"],
    switch: ["404000", "there is nothing here for you"],
    user: ["python-7", "Zoë O'Neil", "zoe@acme.example", "Explorer"],
    taken: ["409017", expect.stringContaining("there is somebody with that identity")],
    found: true,
    pages: true,
    group: ["Python managers", "local"],
    added: "python-7",
    members: ["python-7"],
    groups: ["Python managers"],
    left: true,
    projects: ["Daily", "Sales by region", "Shop", "South", "Vault"],
    inside: true,
    project: ["ProjectLeader Allow", "Read Allow", "Write Allow"],
    defaults: true,
    "default deny": true,
    workbook: ["Orders", "Orders", "Daily", true],
    view: ["Main", "Orders/sheets/Overview", true],
    rules: [
      ["Filter Allow", "Read Allow"],
      ["ExportData Deny", "Filter Allow", "Read Allow"],
    ],
    populated: ["ExportData Deny", "Filter Allow", "Read Allow"],
    "view's": ["ExportData Deny", "Filter Allow", "Read Allow"],
    "taken back": ["Filter Allow", "Read Allow"],
    unknown: ["400003", "`AddComment`: expected none: there are no comments"],
    absent: [
      ["404011", "there is nothing here for you"],
      ["404002", "there is nothing here for you"],
    ],
    gone: ["404002", "there is nothing here for you"],
    used: ["401001", "Error signing in to Tableau Server (10091): the token has been used before"],
  });
});
