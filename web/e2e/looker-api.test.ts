import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { withLookerKey } from "./looker/keys.ts";
import { Office } from "./office.ts";
import { run, runPython } from "./process.ts";

// Looker's own clients, unmodified, against a server: a host changes its address and its credential, and nothing else.

let office: Office;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  office = await Office.start(withLookerKey);
  const { id, secret } = await office.credential("root@portal.example");
  environment = {
    LOOKERSDK_BASE_URL: office.address,
    LOOKERSDK_CLIENT_ID: id,
    LOOKERSDK_CLIENT_SECRET: secret,
    LOOKERSDK_VERIFY_SSL: "true",
  };
});
afterAll(() => office?.stop());

interface Outcome {
  calls: string[];
  told: Record<string, unknown>;
}

/** What a program comes to, by the last line that it prints. */
function outcome(printed: string): Outcome {
  return JSON.parse(`${printed.trim().split("\n").at(-1)}`) as Outcome;
}

const inHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

it("answers the client for Python", async () => {
  const { calls, told } = outcome(await runPython("looker-sdk", "looker/calls.py", [office.address], environment));
  expect(new Set(calls).size).toBeGreaterThanOrEqual(25);
  expect(told).toEqual({
    me: "root@portal.example",
    versions: "4.0",
    workspace: "production",
    same: true,
    external: [true, "python:7"],
    name: "Zoë O'Neil",
    found: true,
    all: true,
    fields: ["Zoë", null],
    credentials: "python:7",
    sessions: 0,
    roles: ["View"],
    attribute: ["Brand", "string"],
    attributes: true,
    value: ["Levi's, “Zoë”", "User"],
    values: ["Levi's, “Zoë”"],
    unset: [],
    group: ["Python buyers", true],
    groups: true,
    members: true,
    inherited: ["Lee", "Group"],
    "group values": ["Lee"],
    replaced: [[true, "Wrangler"]],
    role: [["access_data", "see_lookml_dashboards", "see_looks", "see_user_dashboards"], true],
    permission: ["see_looks"],
    model: ["vitrine_activity", "vitrine_activity"],
    explore: ["events", true],
    dashboard: ["vitrine_activity", true, true],
    looks: [],
    folders: [],
    mine: true,
    secret: ["hmac/sha-256", true, true, true],
    query: [["events.event", "events.events"], "5"],
    rows: [1, true],
    given: [true],
    back: ["View"],
    "role groups": [],
    hierarchy: [],
    "with roles": [],
    refusals: {
      absent: { message: "Not found", fields: [] },
      taken: { message: "Validation Failed", fields: ["name"] },
      unfit: { message: "Validation Failed", fields: ["locale"] },
      expression: { message: "Validation Failed", fields: ["filters"] },
      access: { message: "Not found", fields: [] },
      kept: {
        message: "the external id makes this user who they are: disable the user, or delete them",
        fields: [""],
      },
    },
    gone: { message: "Not found", fields: [] },
  });
});

it("answers the client for Node.js", async () => {
  const { calls, told } = outcome(
    await run(process.execPath, [inHere("looker/calls.js"), office.address], environment),
  );
  expect(new Set(calls).size).toBeGreaterThanOrEqual(25);
  expect(told).toEqual({
    me: "root@portal.example",
    versions: "4.0",
    workspace: "production",
    external: [true, "node 7"],
    name: "Zoë O'Neil",
    found: [true],
    all: true,
    user: ["first_name", "id"],
    credentials: 1,
    sessions: 0,
    disabled: true,
    roles: ["View"],
    attribute: ["Limit", "number"],
    attributes: true,
    value: ["12.5", "User"],
    values: ["12.5"],
    group: ["Node buyers", 1],
    groups: true,
    members: [true],
    groupValues: ["7"],
    role: ["access_data", "see_lookml_dashboards", "see_looks", "see_user_dashboards"],
    permissions: true,
    models: ["vitrine_activity"],
    mine: true,
    secret: ["hmac/sha-256", true],
    query: ["events.questions"],
    inline: 1,
    given: 1,
    back: ["View"],
    refusals: {
      absent: { message: "Not found", fields: [] },
      taken: { message: "Validation Failed", fields: ["name"] },
      unfit: { message: "Validation Failed", fields: ["value"] },
    },
    gone: { message: "Not found", fields: [] },
  });
});
