import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answer, createVitrine, every, VitrineError } from "../client/api.ts";
import { Workshop } from "./examples.ts";
import { Office } from "./office.ts";
import { run } from "./process.ts";

// The client for hosts' back ends, against a server.

let office: Office;

beforeAll(async () => {
  office = await Office.start();
});

afterAll(() => office.stop());

const buyer = {
  subject: "bea@acme.example",
  tenant: "acme",
  teams: ["Buyers"],
  attributes: { company: "acme" },
  content: { workbook: "orders" },
};

/** A back end with a credential of an administrator. */
async function administration() {
  const { secret } = await office.credential("root@portal.example");
  return createVitrine(office.address, { credential: secret });
}

test("a back end opens and ends sessions of its viewers", async () => {
  const host = createVitrine(office.address, { clientId: "portal", secret: office.secret("portal") });
  const opened = await answer(host.POST("/api/v1/embed/sessions", { body: buyer }));
  expect(opened.code).toMatch(/^vc_/);
  expect(opened.subject).toBe("bea@acme.example");
  const path = { session: opened.session };
  await answer(host.DELETE("/api/v1/embed/sessions/{session}", { params: { path } }));
  const gone = await answer(host.DELETE("/api/v1/embed/sessions/{session}", { params: { path } })).catch(
    (error) => error,
  );
  expect(gone).toBeInstanceOf(VitrineError);
  expect(gone).toMatchObject({ status: 404, code: "not_found" });
  expect(gone.correlationId).toMatch(/^[0-9a-f]{32}$/);
});

test("a back end administers: it makes once, walks lists, and changes what it has read", async () => {
  const root = await administration();
  const once = { header: { "Idempotency-Key": "pilots" } };
  const made = await answer(root.POST("/api/v1/teams", { params: once, body: { name: "Pilots" } }));
  const again = await answer(root.POST("/api/v1/teams", { params: once, body: { name: "Pilots" } }));
  expect(again.id).toBe(made.id);
  const taken = await answer(root.POST("/api/v1/teams", { body: { name: "Pilots" } })).catch((error) => error);
  expect(taken).toMatchObject({ status: 409, code: "name_taken" });

  const names: unknown[] = [];
  const teams = every((next) => answer(root.GET("/api/v1/teams", { params: { query: { limit: 2, ...next } } })));
  for await (const team of teams) names.push(team.name);
  expect(names).toContain("Pilots");
  expect(names.length).toBeGreaterThan(4);

  const path = { id: made.id };
  const header = { "If-Match": '"something else"' };
  const changed = answer(root.PATCH("/api/v1/teams/{id}", { params: { path, header }, body: { rank: 2 } }));
  expect(await changed.catch((error) => error)).toMatchObject({ status: 412, code: "changed" });
});

test("a key that is used too often says when it may be used again", async () => {
  const root = await administration();
  const keys = await answer(root.GET("/api/v1/embed-keys", { params: { query: { name: "kiosk" } } }));
  const path = { id: keys.items[0]?.id ?? "" };
  await answer(root.PATCH("/api/v1/embed-keys/{id}", { params: { path }, body: { ceiling: { rate: 1 } } }));
  const kiosk = createVitrine(office.address, { clientId: "kiosk", secret: office.secret("kiosk") });
  await answer(kiosk.POST("/api/v1/embed/sessions", { body: buyer }));
  const refused = await answer(kiosk.POST("/api/v1/embed/sessions", { body: buyer })).catch((error) => error);
  expect(refused).toMatchObject({ status: 429, code: "rate_limited" });
  expect(refused.retryAfter).toBeGreaterThan(50);
  expect(refused.retryAfter).toBeLessThan(61);
});

/** What docs/api.md shows. */
function shown(): string {
  const text = readFileSync(fileURLToPath(new URL("../../docs/api.md", import.meta.url)), "utf8");
  const [, code] = text.match(/## From TypeScript[\s\S]*?```ts\n([\s\S]*?)```/) ?? [];
  if (!code) throw new Error("docs/api.md shows nothing under `From TypeScript`");
  return code;
}

test("the package, as hosts install it, has types and does what the documentation shows", async () => {
  const workshop = new Workshop();
  try {
    await workshop.installPackage();
    const host = join(workshop.folder, "examples");
    writeFileSync(join(host, "package.json"), JSON.stringify({ type: "module" }));
    const ours = {
      "https://vitrine.example": office.address,
      "contrail-web": "portal",
      delta: "acme",
      carrier: "company",
    };
    const names = Object.entries({ ...ours, "Station managers": "Buyers" });
    const code = names.reduce((text, [theirs, own]) => text.replace(theirs, own), shown());
    writeFileSync(join(host, "vitrine.ts"), code);
    writeFileSync(join(host, "wrong.ts"), code.replace("/api/v1/teams", "/api/v1/teens"));
    const options = ["--ignoreConfig", "--strict", "--target", "es2022", "--module", "nodenext", "--outDir", host];
    const compile = (file: string) => workshop.program("typescript/bin/tsc", [join(host, file), ...options]);
    await compile("vitrine.ts");
    await expect(compile("wrong.ts")).rejects.toThrow(/teens/);
    const ask = `import { codeFor } from "./vitrine.js"; console.log(await codeFor(...process.argv.slice(2)));`;
    writeFileSync(join(host, "ask.js"), ask);
    const printed = await run(process.execPath, [
      join(host, "ask.js"),
      "bea@acme.example",
      "acme",
      office.secret("portal"),
    ]);
    expect(printed).toMatch(/^vc_/);
  } finally {
    workshop.close();
  }
});
