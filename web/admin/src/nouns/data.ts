import { column, type Noun, oneOfText } from "../field.ts";
import { type Members, read, text } from "../json.ts";
import { PLACES } from "./content.ts";

export const connections: Noun = {
  key: "connections",
  path: "/api/v1/connections",
  title: "Connections",
  one: "connection",
  about: "Places where data lives. Passwords are never here, only where the server finds them.",
  needs: "manage_connections",
  name: (thing) => text(thing.name),
  columns: [{ label: "Where", text: where }],
  sought: "there",
  fields: [
    { member: "name", label: "Name", kind: { is: "text" }, stays: true, required: true },
    {
      member: "folder",
      label: "Folder of files",
      hint: "On the server, with Parquet or CSV files. Either this or a database.",
      kind: { is: "text" },
    },
    {
      member: "postgres",
      label: "PostgreSQL database",
      hint: "JSON as in connections.yaml: host, database, user, password, encryption.",
      kind: { is: "json" },
    },
    {
      member: "route",
      label: "Another connection in its place, by an attribute",
      hint: "JSON as in connections.yaml. Whoever has no value sees no row.",
      kind: { is: "json" },
    },
  ],
  deleting: { verb: "Delete", means: "It cannot be deleted while models are over it. Grants on it go with it." },
  isOpened: true,
  isMade: true,
  resource: (thing) => `connection/${text(thing.name)}`,
};

function where({ folder, postgres }: Members): string {
  const of = { postgres };
  const [host, database] = [text(read(of, "postgres.host")), text(read(of, "postgres.database"))];
  return text(folder) || (host && `${database} at ${host}`);
}

/** What is written as a whole, as in its file. */
function whole(hint: string): Noun["fields"] {
  return [
    { member: "name", label: "Name", hint: "Stands in addresses.", kind: { is: "text" }, stays: true, required: true },
    { member: "definition", label: "Definition", hint, kind: { is: "json" }, required: true },
  ];
}

export const models: Noun = {
  key: "models",
  path: "/api/v1/models",
  title: "Models",
  one: "model",
  about: "Curated tables with their row and column policies, and what questions can be asked of them.",
  needs: "manage_models",
  name: (thing) => text(thing.name),
  columns: [
    column("Connection", "definition.connection"),
    { label: "Tables", text: (thing) => names(thing, "definition.tables"), minor: true },
  ],
  sought: "there",
  begins: () => ({ definition: { connection: "", tables: {}, explores: {} } }),
  fields: whole(
    "JSON as in models/NAME.yaml. It is checked with everything else, and against the data, before it counts.",
  ),
  deleting: { verb: "Delete", means: "It cannot be deleted while workbooks ask of it. Grants on it go with it." },
  isOpened: true,
  isMade: true,
  resource: (thing) => `model/${text(thing.name)}`,
};

function names(thing: Members, place: string): string {
  return Object.keys(read(thing, place) ?? {}).join(", ");
}

export const workbooks: Noun = {
  key: "workbooks",
  path: "/api/v1/workbook-definitions",
  title: "Workbooks",
  one: "workbook",
  about: "Pages of charts, tables, controls and texts, as their authors wrote them.",
  needs: "manage_models",
  name: (thing) => text(thing.name),
  columns: [
    column("Title", "definition.title"),
    { label: "In", text: (thing) => oneOfText(read(thing, "definition.in")), minor: true },
  ],
  sought: "there",
  begins: () => ({ definition: { title: "", in: { folder: "" }, pages: [] } }),
  fields: [
    ...whole("JSON as in workbooks/NAME.yaml. It is checked with everything else before it counts."),
    {
      member: "definition.in",
      label: "Where it is",
      hint: "It inherits access from there.",
      kind: { is: "one_of", kinds: PLACES },
      required: true,
    },
  ],
  deleting: { verb: "Delete", means: "Its public links and bookmarks count no more. Grants on it go with it." },
  isOpened: true,
  isMade: true,
  resource: (thing) => `workbook/${text(thing.name)}`,
};

export const tags: Noun = {
  key: "tags",
  path: "/api/v1/tags",
  title: "Tags",
  one: "tag",
  about: "Versions of workbooks beside the published one. Each is shared by itself, with a grant on the tag.",
  needs: "manage_models",
  name: (thing) => text(thing.name),
  columns: [column("Title", "definition.title")],
  sought: "there",
  begins: () => ({ definition: { title: "", pages: [] } }),
  fields: [
    {
      member: "name",
      label: "Name",
      hint: "As `workbook@tag`. Stands in addresses.",
      kind: { is: "text" },
      stays: true,
      required: true,
    },
    {
      member: "definition",
      label: "Definition",
      hint: "JSON as in workbooks/NAME@TAG.yaml: title and pages.",
      kind: { is: "json" },
      required: true,
    },
  ],
  deleting: { verb: "Delete", means: "Sessions that are for it show nothing. Grants on it go with it." },
  isOpened: true,
  isMade: true,
  resource: (thing) => `tag/${text(thing.name)}`,
};
