import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { html } from "../html.js";
import { everybody } from "../people.js";
import { readSettings } from "../settings.js";

test("html escapes what is inserted, and only that", () => {
  const name = `<img src=x onerror="alert('1')">&`;
  assert.equal(
    html`<b>${name}</b>${[html`<i>${1}</i>`, html`<i>${2}</i>`]}`.toString(),
    "<b>&#60;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&#62;&#38;</b><i>1</i><i>2</i>",
  );
});

test("everybody has a name, a role, a workbook and a subject of their own", () => {
  const people = everybody();
  assert.equal(new Set(people.map(({ session }) => session.subject)).size, people.length);
  for (const { handle, name, role, workbooks } of people) assert.ok(name && role && workbooks.length > 0, handle);
});

test("settings have defaults, and errors that say what to change", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "contrail-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const secret = join(folder, "secret");
  writeFileSync(secret, "of the key\n");
  const environment = { VITRINE_SECRET_FILE: secret };
  assert.deepEqual(readSettings(environment), {
    port: 8090,
    origin: undefined,
    vitrine: { url: "http://127.0.0.1:8080", clientId: "contrail-web", secret: "of the key", metabase: undefined, sigma: undefined },
  });
  assert.throws(() => readSettings({}), /VITRINE_SECRET_FILE is not set/);
  assert.throws(() => readSettings({ ...environment, PORT: "http" }), /PORT is `http`: expected 0 to 65535/);
  writeFileSync(secret, "\n");
  assert.throws(() => readSettings(environment), /is empty/);
});
