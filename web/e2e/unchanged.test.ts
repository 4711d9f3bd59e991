import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { openProfile, type Profile } from "./browser.ts";
import { secretOf, seesFlights } from "./hosts.ts";
import { type Server, startServer } from "./process.ts";

const { vitrine, pages } = inject("addresses");
const PROGRAM = fileURLToPath(new URL("hosts/metabase.mjs", import.meta.url));

let folder: string;
let host: Server;
let profile: Profile;
/** The lines that are changed, before and after. */
let changes: [string, string][];
beforeAll(async () => {
  const before = readFileSync(PROGRAM, "utf8");
  const after = before
    .replace(/(METABASE_SITE_URL = )".*"/, `$1"${vitrine}"`)
    .replace(/(METABASE_SECRET_KEY = )".*"/, `$1"${Buffer.from(secretOf("contrail-metabase"))}"`);
  changes = difference(before, after);
  folder = mkdtempSync(join(tmpdir(), "vitrine-host-"));
  symlinkSync(fileURLToPath(new URL("../node_modules", import.meta.url)), join(folder, "node_modules"));
  writeFileSync(join(folder, "host.mjs"), after);
  const env = { PORT: new URL(pages).port };
  host = await startServer(process.execPath, [join(folder, "host.mjs")], { env, log: join(folder, "host.log") });
  profile = await openProfile();
});
afterAll(async () => {
  await profile?.close();
  await host?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function difference(before: string, after: string): [string, string][] {
  const lines = after.split("\n");
  const pairs = before.split("\n").map((line, at): [string, string] => [line, lines[at] ?? ""]);
  return pairs.filter(([one, other]) => one !== other);
}

it("has only the address and the secret changed", () => {
  const lines = changes.map(([before, after]) => `- ${before}\n+ ${after.replace(/(KEY = ").*"/, '$1…"')}\n`);
  process.stdout.write(lines.join(""));
  expect(changes.map(([line]) => line.split(" ")[1])).toEqual(["METABASE_SITE_URL", "METABASE_SECRET_KEY"]);
});

it.each([
  ["/element", "metabase-dashboard iframe"],
  ["/frame", "iframe"],
])("shows the flights at %s", async (path, frame) => {
  const page = await profile.context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(`${host.address}${path}`);
  await seesFlights(page.frameLocator(frame), "48,110");
  expect(errors).toEqual([]);
});
