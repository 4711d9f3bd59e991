import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Office } from "./office.ts";
import { runPython } from "./process.ts";

// A client of Sigma's API that somebody else has written, unmodified, against a server: a host changes its address and its
// secrets, and nothing else.

let office: Office;

beforeAll(async () => {
  office = await Office.start((definitions) => {
    const types = join(definitions, "account_types.yaml");
    const more = "save_content, publish_content, tag_content, share_content, administer, manage_settings";
    writeFileSync(types, readFileSync(types, "utf8").replace("administer, manage_settings", more));
  });
});
afterAll(() => office?.stop());

it("answers the client for Python", async () => {
  const { id, secret } = await office.credential("root@portal.example");
  const environment = { CREDENTIAL_ID: id, CREDENTIAL_SECRET: secret };
  const printed = await runPython("sigma-client", "sigma/calls.py", [office.address], environment);
  const { calls, told } = JSON.parse(`${printed.trim().split("\n").at(-1)}`) as { calls: string[]; told: object };
  expect(new Set(calls).size).toBeGreaterThanOrEqual(60);
  expect(told).toEqual({
    me: ["root@portal.example", "Admin"],
    members: [
      "desk@portal.example",
      "hand@acme.example",
      "ines@portal.example",
      "ivan@portal.example",
      "root@portal.example",
      "tina@acme.example",
    ],
    "page by page": true,
    found: ["Analyze"],
    team: "Pilots",
    teams: ["Buyers", "Nobodies", "Onlookers", "Pilots", "Support", "acme/Night shift"],
    made: ["Nora", "View", "internal"],
    taken: [409, "conflict", true, true],
    "their teams": ["Pilots"],
    changed: "Analyze",
    embed: "embed",
    moved: {},
    "in the team": ["cleo@acme.example"],
    "same name": "Pilots",
    types: ["Act", "Admin", "Analyze", "Desk", "Reader", "View"],
    "type deleted": 200,
    attributes: ["brand", "company", "limit", "regions"],
    described: "Whose",
    attribute: "Own",
    hers: true,
    theirs: true,
    ours: true,
    "in use": [409, "conflict"],
    "attribute deleted": 200,
    "no guests": [400, "invalid_request"],
    absent: [404, "not_found", "there is nothing here for you", true],
    deactivated: 200,
    "team deleted": 200,
    workspace: "Embeds",
    workspaces: ["Embeds", "Shop", "Vault"],
    renamed: "Embedded",
    folder: ["folder", "Embedded"],
    "folder renamed": "Within",
    workbook: "Embedded/Within",
    copy: "Copy",
    workbooks: ["Activity", "Copy", "Empty"],
    files: ["folder", "workbook"],
    "no templates": [400, "invalid_request"],
    pages: ["Empty"],
    elements: [],
    "on a page": [],
    columns: [],
    controls: [],
    tagged: "production",
    tags: ["production"],
    "with the tag": ["Empty"],
    "all tags": true,
    untagged: 200,
    shared: {},
    also: {},
    grants: ["explore"],
    "only rises": "explore",
    grant: "workspace",
    "on the workbook": ["view"],
    unshared: 200,
    connection: "files",
    paths: ["shop/customers", "shop/orders", "shop/secrets"],
    usage: {},
    "of a table": {},
    "on the table": ["annotate"],
    models: ["shop"],
    "folder deleted": 200,
    "workspace deleted": 200,
    "no token for a tenant": [400, "unsupported_grant_type"],
    "wrong secret": [401, "invalid_client"],
  });
});
