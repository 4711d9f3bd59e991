import { execFile, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { run } from "./process.ts";
import { binary } from "./rig.ts";

interface Language {
  name: string;
  file: string;
  /** A command that succeeds, and prints something, where the language is. */
  asked: [string, ...string[]];
  command: (path: string) => [string, ...string[]];
}

const LANGUAGES: Language[] = [
  {
    name: "Node",
    file: "sign.mjs",
    asked: [process.execPath, "--version"],
    command: (path) => [process.execPath, path],
  },
  { name: "Python", file: "sign.py", asked: ["python3", "--version"], command: (path) => ["python3", path] },
  { name: "Ruby", file: "sign.rb", asked: ["ruby", "--version"], command: (path) => ["ruby", path] },
  { name: "PHP", file: "sign.php", asked: ["php", "--version"], command: (path) => ["php", path] },
  { name: "Go", file: "sign.go", asked: ["go", "version"], command: (path) => ["go", "run", path] },
  { name: "Java", file: "Sign.java", asked: ["javac", "--version"], command: (path) => ["java", path] },
  {
    name: "C#",
    file: "Sign.cs",
    asked: ["dotnet", "--list-sdks"],
    command: (path) => ["dotnet", "run", "--project", project(path)],
  },
];

const isHere = ({ asked: [command, ...args] }: Language) => {
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 && stdout !== "";
};
const here = LANGUAGES.filter(isHere);
const absent = LANGUAGES.filter((language) => !here.includes(language));

const examples = fileURLToPath(new URL("../../examples/signing", import.meta.url));

/** Looks like hexadecimal, which it is not taken for. */
const SECRET = "00ff".repeat(16);
const [CLIENT_ID, SECRET_ID] = ["portal", "11f0a1b2-5c6d"];
const PERSON = `Zoë "O'Neil" & Söhne + 50 % a/b?c=d\\e <é> 日本`;
const TENANT = "Größe & Co / + 1";
const TEAMS = ["Käufer", 'R&D + "QA"', "a/b, c\\d"];
const ATTRIBUTES = { region: 'Süd & "Nord"', "pfad+name": "a/b+c=d %20", "": "" };
const MODELS = ["shop", "flights"];

interface Case {
  title: string;
  dialect: string;
  /** What the code reads from the environment, beside what all of it may read. */
  inputs: Record<string, string>;
  options: string[];
  counts: "once" | "often";
  principal: object;
  scopes?: string[];
}

const OWN: Case = {
  title: "a bearer token of Vitrine",
  dialect: "vitrine",
  inputs: { SUBJECT: PERSON, CONTENT: "orders & co" },
  options: [],
  counts: "once",
  principal: {
    who: { member: PERSON },
    tenant: TENANT,
    teams: TEAMS,
    account_type: "View",
    attributes: ATTRIBUTES,
    content: { workbook: "orders & co", page: null, tag: null },
  },
};

const TABLEAU: Case = {
  title: "a token of Tableau",
  dialect: "tableau",
  inputs: { SUBJECT: PERSON, ATTRIBUTES: JSON.stringify({ ...ATTRIBUTES, level: [1, 2] }) },
  options: ["--secret-id", SECRET_ID],
  counts: "once",
  principal: { who: { member: PERSON }, teams: TEAMS, attributes: { ...ATTRIBUTES, level: [1, 2] } },
  scopes: ["tableau:views:embed", "tableau:content:read"],
};

const CASES: Case[] = [
  OWN,
  TABLEAU,
  {
    title: "a guest token of Metabase",
    dialect: "metabase",
    inputs: { CONTENT: "17", PARAMETERS: JSON.stringify({ status: ["a&b", "ü+"], "x/y": '"q" \\', none: null }) },
    options: ["--client-id", CLIENT_ID],
    counts: "often",
    principal: {
      who: "guest",
      content: { kind: "Workbook", id: 17 },
      parameters: { status: ["a&b", "ü+"], "x/y": '"q" \\', none: null },
    },
  },
  {
    title: "an address of Sigma",
    dialect: "sigma",
    inputs: { SUBJECT: `zoë+"o'neil"&co/x@acme.example`, CONTENT: "/acme/workbook/Orders-7f55QbPFuCnK2n0P2tSuBl" },
    options: [],
    counts: "once",
    principal: {
      who: { member: `zoë+"o'neil"&co/x@acme.example` },
      email: `zoë+"o'neil"&co/x@acme.example`,
      tenant: TENANT,
      teams: TEAMS,
      account_type: "View",
      attributes: ATTRIBUTES,
    },
  },
  ...["sha256", "sha1"].map((HASH) => ({
    title: `an address of Looker, with ${HASH},`,
    dialect: "looker",
    inputs: { SUBJECT: PERSON, CONTENT: '/embed/dashboards/7?State=a b+c&Größe="x"', HASH },
    options: ["--client-id", CLIENT_ID],
    counts: "once" as const,
    principal: {
      who: { member: PERSON },
      tenant: TENANT,
      teams: TEAMS,
      attributes: ATTRIBUTES,
      permissions: ["view"],
      models: MODELS,
    },
  })),
];

/** Of nobody nothing is said. */
const UNSAID = {
  tenant: null,
  email: null,
  teams: null,
  account_type: null,
  attributes: {},
  content: null,
  parameters: {},
  permissions: null,
  models: null,
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vitrine-signing-"));
  writeFileSync(join(folder, "secret"), SECRET, { mode: 0o600 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A project around a file of C#, for the .NET that is here. */
function project(path: string): string {
  const made = mkdtempSync(join(folder, "project-"));
  const version = spawnSync("dotnet", ["--version"], { encoding: "utf8" }).stdout.split(".")[0];
  cpSync(path, join(made, "Sign.cs"));
  const properties = `<OutputType>Exe</OutputType><TargetFramework>net${version}.0</TargetFramework>`;
  const text = `<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup>${properties}</PropertyGroup></Project>`;
  writeFileSync(join(made, "Sign.csproj"), text);
  return made;
}

/** What the code prints, with nothing else in its environment than what it and its language need. */
async function signed(language: Language, { dialect, inputs }: Case): Promise<string> {
  const { PATH, HOME } = process.env;
  const common = {
    CLIENT_ID,
    SECRET,
    SECRET_ID,
    TENANT,
    VITRINE_URL: "https://bi.example:8443",
    ACCOUNT_TYPE: "View",
    TEAMS: JSON.stringify(TEAMS),
    ATTRIBUTES: JSON.stringify(ATTRIBUTES),
    MODELS: JSON.stringify(MODELS),
  };
  const env = { PATH, HOME, LANG: "C.UTF-8", ...common, ...inputs };
  const [command, ...args] = language.command(join(examples, dialect, language.file));
  const { stdout } = await promisify(execFile)(command, args, { env });
  return stdout;
}

/** What Vitrine makes of it; throws if it would refuse it. */
async function told(text: string, { dialect, options }: Case): Promise<Record<string, unknown>> {
  const asked = ["token", "verify", "--dialect", dialect, "--secret-file", join(folder, "secret"), "--json"];
  return JSON.parse(await run(binary, [...asked, ...options, text]));
}

it("has each dialect in each language, and finds the languages that are always there", () => {
  if (absent.length > 0) {
    process.stderr.write(`not here, so not run: ${absent.map(({ name }) => name).join(", ")}\n`);
  }
  expect(here.map(({ name }) => name)).toEqual(expect.arrayContaining(["Node", "Python"]));
  const folders = readdirSync(examples).filter((name) => name !== "README.md");
  expect(folders.sort()).toEqual([...new Set(CASES.map(({ dialect }) => dialect))].sort());
  for (const dialect of folders) {
    expect(readdirSync(join(examples, dialect)).sort()).toEqual(LANGUAGES.map(({ file }) => file).sort());
  }
});

describe.each(here)("$name", (language) => {
  it.each(CASES)("makes $title that says what it was told", async (one) => {
    const printed = await signed(language, one);
    expect(printed.match(/\s/g)).toEqual([expect.stringMatching(/\n/)]);
    const { accepted, principal, scopes, signature, counts_once, unknown_claims } = await told(printed.trim(), one);
    expect({ accepted, principal, scopes, unknown_claims }).toEqual({
      accepted: true,
      principal: { ...UNSAID, ...one.principal },
      scopes: one.scopes ?? [],
      unknown_claims: [],
    });
    expect(counts_once).toEqual(one.counts === "once" ? expect.any(String) : null);
    const hashes: Record<string, string> = { sha256: "HMAC-SHA-256", sha1: "HMAC-SHA-1" };
    expect(signature).toBe(hashes[`${one.inputs.HASH}`] ?? null);
  });

  it("makes another one each time", async () => {
    const made = [await signed(language, OWN), await signed(language, OWN)];
    const ids = await Promise.all(made.map(async (text) => (await told(text.trim(), OWN)).counts_once));
    expect(new Set(ids).size).toBe(2);
  });

  it("says of nothing that it is nothing", async () => {
    for (const one of [OWN, TABLEAU]) {
      const inputs = { ...one.inputs, ATTRIBUTES: "{}", TEAMS: "[]" };
      const text = (await signed(language, { ...one, inputs })).trim();
      expect((await told(text, one)).principal).toEqual({ ...UNSAID, ...one.principal, attributes: {}, teams: [] });
    }
  });

  it("lets no attribute take the place of a claim", async () => {
    const inputs = { ...TABLEAU.inputs, ATTRIBUTES: JSON.stringify({ sub: "mallory", region: "Süd" }) };
    const answer = told((await signed(language, { ...TABLEAU, inputs })).trim(), TABLEAU);
    // Java's writes what it is given beside the claims; nobody comes in where one stands twice.
    if (language.name === "Java") await expect(answer).rejects.toThrow("malformed");
    else expect((await answer).principal).toMatchObject({ who: { member: PERSON }, attributes: { region: "Süd" } });
  });
});
