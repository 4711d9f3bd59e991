import { column, type Field, type Noun, type OneOf, oneOfText } from "../field.ts";
import { isMembers, type Members, text, texts } from "../json.ts";

const GRANTEES: OneOf[] = [
  { kind: "team", label: "Team", of: "/api/v1/teams" },
  { kind: "tenant", label: "Tenant", of: "/api/v1/tenants" },
  { kind: "member", label: "Internal person, by e-mail address", of: "/api/v1/members" },
  { kind: "key", label: "Everybody of an embed key but guests", of: "/api/v1/embed-keys" },
];

/** Where workbooks are. */
export const PLACES: OneOf[] = [
  { kind: "workspace", label: "Workspace", of: "/api/v1/workspaces" },
  { kind: "folder", label: "Folder", of: "/api/v1/folders" },
];

export const CONTENT: OneOf[] = [
  ...PLACES,
  { kind: "workbook", label: "Workbook", of: "/api/v1/workbook-definitions" },
  { kind: "tag", label: "Version under a tag, as workbook@tag", of: "/api/v1/tags" },
];

export const DATA: OneOf[] = [
  { kind: "connection", label: "Connection", of: "/api/v1/connections" },
  { kind: "schema", label: "Schema, as connection/schema", of: "/api/v1/connections" },
  { kind: "model", label: "Model", of: "/api/v1/models" },
  { kind: "table", label: "Table, as model.table", of: "/api/v1/models" },
];

function isOfData({ on }: Members): boolean {
  return isMembers(on) && DATA.some(({ kind }) => kind in on);
}

/** Levels of content and of data, the least first. */
export function levels(thing: Members) {
  return isOfData(thing)
    ? [
        { value: "use", label: "Use: ask questions" },
        { value: "use_and_annotate", label: "Use and annotate: also describe it" },
      ]
    : [
        { value: "view", label: "View: look" },
        { value: "explore", label: "Explore: also ask questions of one's own" },
        { value: "contribute", label: "Contribute: also change" },
        { value: "manage", label: "Manage: also share and delete" },
        { value: "", label: "None: what is below, and nothing else" },
      ];
}

export const grants: Noun = {
  key: "grants",
  path: "/api/v1/grants",
  title: "Grants",
  one: "grant",
  about: "Who may reach what. Sharing content does not share the data behind it: people need a grant on both.",
  needs: "manage_grants",
  name: (thing) => `${oneOfText(thing.to)} on ${oneOfText(thing.on)}`,
  columns: [column("Level", "level"), { label: "Besides", text: (thing) => besides(thing), minor: true }],
  sought: "here",
  groups: [
    { label: "What", of: (thing) => oneOfText(thing.on) },
    { label: "Whom", of: (thing) => oneOfText(thing.to) },
  ],
  begins: (_, search) => {
    const [kind = "workspace", ...name] = search.get("on")?.split("/") ?? [];
    const on = { [kind]: name.join("/") };
    return { to: { team: "" }, on, level: isOfData({ on }) ? "use" : "view" };
  },
  // What it is on may have been changed after the level.
  sent: (filled) => {
    const offered = levels(filled).map(({ value }) => value);
    return offered.includes(text(filled.level)) ? filled : { ...filled, level: offered[0] };
  },
  fields: [
    { member: "to", label: "To", kind: { is: "one_of", kinds: GRANTEES }, stays: true, required: true },
    { member: "on", label: "On", kind: { is: "one_of", kinds: [...CONTENT, ...DATA] }, stays: true, required: true },
    { member: "level", label: "Level", kind: { is: "choice", options: levels } },
    {
      member: "allow",
      label: "Also allowed there",
      hint: "Whatever the level, as far as their account type holds it.",
      kind: { is: "permissions", ofContent: true, alone: true },
      when: (thing) => !isOfData(thing),
    },
    {
      member: "deny",
      label: "Denied there",
      hint: "Whatever the level.",
      kind: { is: "permissions", ofContent: true, alone: true },
      when: (thing) => !isOfData(thing),
    },
  ],
  deleting: { verb: "Delete", means: "It counts no more at the next request." },
  isOpened: true,
  isMade: true,
};

function besides({ allow, deny }: Members): string {
  const said = [texts(allow).map((name) => `allows ${name}`), texts(deny).map((name) => `denies ${name}`)];
  return said.flat().join(", ");
}

/** Of a workspace or folder. */
const LEADER: Field = {
  member: "owner",
  label: "Leader",
  hint: "Manages everything in it. An internal person, by e-mail address.",
  kind: { is: "one_of", kinds: [{ kind: "member", label: "Internal person", of: "/api/v1/members" }] },
};

export const workspaces: Noun = {
  key: "workspaces",
  path: "/api/v1/workspaces",
  title: "Workspaces",
  one: "workspace",
  about: "Top-level places for content. A grant on one reaches everything in it.",
  needs: "manage_workspaces",
  name: (thing) => text(thing.name),
  columns: [column("Title", "title")],
  sought: "there",
  fields: [
    { member: "name", label: "Name", kind: { is: "text" }, stays: true, required: true },
    { member: "title", label: "Title", hint: "Shown to people.", kind: { is: "text" }, required: true },
    LEADER,
  ],
  deleting: { verb: "Delete", means: "It cannot be deleted while workbooks are in it." },
  isOpened: true,
  isMade: true,
  resource: (thing) => `workspace/${text(thing.name)}`,
};

export const folders: Noun = {
  ...workspaces,
  key: "folders",
  path: "/api/v1/folders",
  title: "Folders",
  one: "folder",
  about: "Places in a workspace. A grant on one reaches everything in it.",
  fields: [
    {
      member: "name",
      label: "Name",
      hint: "With its workspace, as `operations/flights`.",
      kind: { is: "text" },
      stays: true,
      required: true,
    },
    { member: "title", label: "Title", hint: "Shown to people.", kind: { is: "text" }, required: true },
    LEADER,
  ],
  resource: (thing) => `folder/${text(thing.name)}`,
};
