import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { start } from "../server.js";
import { startStandIn } from "./vitrine-stand-in.js";

const SECRET = "a-secret-that-no-page-may-show-7c1e";
let vitrine;
let contrail;

beforeEach(async () => {
  vitrine = await startStandIn();
  contrail = await start({ port: 0, vitrine: { url: vitrine.url, clientId: "contrail-web", secret: SECRET } });
});

afterEach(async () => {
  await contrail.close();
  await vitrine.close();
});

/** A browser with a cookie jar for one site. */
function browser() {
  let cookie;
  return async (method, path, { body, origin = contrail.origin } = {}) => {
    const headers = { ...(cookie && { Cookie: cookie }), ...(method === "POST" && { Origin: origin }) };
    const response = await fetch(contrail.origin + path, { method, headers, body, redirect: "manual" });
    cookie = response.headers.get("set-cookie")?.split(";")[0] ?? cookie;
    return {
      status: response.status,
      location: response.headers.get("location"),
      headers: response.headers,
      text: await response.text(),
    };
  };
}

async function signedIn(person) {
  const ask = browser();
  const { status } = await ask("POST", "/sign-in", { body: new URLSearchParams({ person }) });
  assert.equal(status, 303);
  return ask;
}

test("a code is for the person who is logged in, asked with the secret", async () => {
  const ask = await signedIn("delta");
  const { status, text } = await ask("POST", "/vitrine-code?workbook=flights");
  assert.deepEqual([status, text], [200, "vc_secret-code-1"]);
  const [{ method, path, authorization, body }] = vitrine.asked;
  assert.deepEqual([method, path], ["POST", "/api/v1/embed/sessions"]);
  assert.equal(authorization, `Basic ${btoa(`contrail-web:${SECRET}`)}`);
  assert.deepEqual(body, {
    subject: "dana@delta.example",
    tenant: "delta",
    first_name: "Dana",
    last_name: "Whitfield",
    email: "dana@delta.example",
    teams: ["Station managers"],
    account_type: "Act",
    attributes: { carrier: "DL" },
    content: { workbook: "flights" },
    origin: contrail.origin,
  });
});

test("the browser cannot name the person", async () => {
  const ask = await signedIn("hawaiian");
  await ask("POST", "/vitrine-code?workbook=flights&person=united&subject=umar@united.example");
  assert.equal(vitrine.asked[0].body.subject, "hana@hawaiian.example");
});

test("nobody gets a code without signing in, nor for a workbook that is not theirs", async () => {
  assert.equal((await browser()("POST", "/vitrine-code?workbook=flights")).status, 401);
  const ask = await signedIn("fred");
  assert.equal((await ask("POST", "/vitrine-code?workbook=flights")).status, 404);
  assert.equal((await ask("GET", "/flights")).status, 404);
  assert.deepEqual(vitrine.asked, []);
});

test("another site can neither sign in nor ask for codes", async () => {
  const ask = await signedIn("delta");
  for (const path of ["/sign-in", "/vitrine-code?workbook=flights", "/end-session", "/sign-out"]) {
    assert.equal((await ask("POST", path, { origin: "https://evil.example" })).status, 403, path);
  }
  assert.deepEqual(vitrine.asked, []);
});

test("what is shown holds neither the secret nor a code", async () => {
  const ask = await signedIn("united");
  await ask("POST", "/vitrine-code?workbook=flights");
  const { text } = await ask("GET", "/calls");
  const [call] = JSON.parse(text);
  assert.equal(call.body.subject, "umar@united.example");
  assert.deepEqual([call.status, call.answer.code, call.answer.session], [201, "vc_…", "vs_1"]);
  for (const hidden of [SECRET, btoa(`contrail-web:${SECRET}`), "secret-code"]) {
    for (const path of ["/calls", "/flights", "/embed.js", "/calls.js"]) {
      assert.ok(!(await ask("GET", path)).text.includes(hidden), `${path} shows ${hidden}`);
    }
  }
});

test("ending the session ends each one that was opened, once", async () => {
  const ask = await signedIn("delta");
  await ask("POST", "/vitrine-code?workbook=flights");
  await ask("POST", "/vitrine-code?workbook=flights");
  assert.equal((await ask("POST", "/end-session")).status, 204);
  await ask("POST", "/end-session");
  const ended = vitrine.asked.filter(({ method }) => method === "DELETE").map(({ path }) => path);
  assert.deepEqual(ended.sort(), ["/api/v1/embed/sessions/vs_1", "/api/v1/embed/sessions/vs_2"]);
});

test("signing in as somebody else ends the sessions of the first and replaces the cookie", async () => {
  const ask = await signedIn("delta");
  await ask("POST", "/vitrine-code?workbook=flights");
  const { headers } = await ask("POST", "/sign-in", { body: new URLSearchParams({ person: "united" }) });
  assert.match(headers.get("set-cookie"), /^contrail_visit=[\w-]{32}; Path=\/; HttpOnly; SameSite=Lax$/);
  assert.equal(vitrine.asked.at(-1).path, "/api/v1/embed/sessions/vs_1");
  assert.match((await ask("GET", "/flights")).text, /Umar Castellanos/);
  assert.equal((await ask("GET", "/calls")).text, "[]");
});

test("a refusal reaches the page as Vitrine's own sentence", async () => {
  const ask = await signedIn("nobody");
  vitrine.refuseWith({
    status: 403,
    code: "automatic_creation_off",
    detail: "You don't have permission to access this page.",
  });
  const { status, text } = await ask("POST", "/vitrine-code?workbook=flights");
  assert.deepEqual([status, text], [502, "You don't have permission to access this page."]);
  assert.equal(JSON.parse((await ask("GET", "/calls")).text)[0].answer.code, "automatic_creation_off");
});

test("signing out works while Vitrine is away", async () => {
  const ask = await signedIn("delta");
  await ask("POST", "/vitrine-code?workbook=flights");
  vitrine.refuseWith({ status: 503, code: "not_ready" });
  assert.deepEqual((await ask("POST", "/sign-out")).location, "/");
  assert.match((await ask("GET", "/")).text, /Who is working today/);
});

test("the pages allow scripts and frames of Vitrine only", async () => {
  const ask = await signedIn("delta");
  const { headers, text } = await ask("GET", "/flights");
  const policy = headers.get("content-security-policy");
  assert.match(policy, new RegExp(`script-src 'self' ${vitrine.url};`));
  assert.match(policy, new RegExp(`frame-src ${vitrine.url};`));
  assert.match(policy, /default-src 'none';.*frame-ancestors 'none'$/);
  assert.doesNotMatch(text, /<script(?![^>]*\ssrc=)|\sstyle=|\son\w+=/);
  assert.match(text, /<vitrine-dashboard server="[^"]+" client-id="contrail-web" workbook="flights">/);
});

test("forms that are too long are refused", async () => {
  const { status } = await browser()("POST", "/sign-in", { body: new URLSearchParams({ person: "x".repeat(5000) }) });
  assert.equal(status, 413);
});
