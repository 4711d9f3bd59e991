import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { personNamed } from "../people.js";
import { start } from "../server.js";
import { guestClaims, sigmaAddress, sigmaClaims, sign } from "../signing.js";

const vitrine = {
  url: "http://127.0.0.1:8080",
  clientId: "contrail-web",
  secret: "secret-of-the-own-door-0123456789",
  metabase: { secret: "secret-of-guests-0123456789" },
  sigma: { clientId: "contrail-sigma", secret: "secret-of-jwts-0123456789" },
};

function claimsOf(token) {
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
}

test("a guest token names the dashboard and the carrier of who is logged in", () => {
  const claims = guestClaims(personNamed("delta"), 1_000_000);
  assert.deepEqual(claims, { resource: { dashboard: 1 }, params: { carrier: "DL" }, exp: 1600 });
  assert.equal(guestClaims(personNamed("nobody")).params.carrier, null);
});

test("a JWT says who it is, and no two are alike", () => {
  const [one, other] = [sigmaClaims(personNamed("delta"), 1_000_000), sigmaClaims(personNamed("delta"), 1_000_000)];
  assert.notEqual(one.jti, other.jti);
  assert.deepEqual([one.sub, one.iat, one.exp, one.user_attributes], ["dana@delta.example", 1000, 1600, { carrier: "DL" }]);
});

test("what is signed verifies with the secret and carries the key id", () => {
  const token = sign({ a: 1 }, "secret", { kid: "key" });
  const [header, payload, signature] = token.split(".");
  assert.equal(createHmac("sha256", "secret").update(`${header}.${payload}`).digest("base64url"), signature);
  assert.deepEqual(JSON.parse(Buffer.from(header, "base64url")), { alg: "HS256", typ: "JWT", kid: "key" });
  const address = new URL(sigmaAddress(vitrine, { sub: "x" }));
  assert.equal(claimsOf(address.searchParams.get(":jwt")).sub, "x");
});

test("the page of three doors shows what is signed and no secret", async () => {
  const contrail = await start({ port: 0, vitrine });
  try {
    const signIn = await fetch(`${contrail.origin}/sign-in`, {
      method: "POST",
      headers: { Origin: contrail.origin },
      body: new URLSearchParams({ person: "delta" }),
      redirect: "manual",
    });
    const cookie = signIn.headers.get("set-cookie").split(";")[0];
    const page = await (await fetch(`${contrail.origin}/doors`, { headers: { Cookie: cookie } })).text();
    for (const part of ["<vitrine-dashboard", "<metabase-dashboard", 'class="sigma"', "dana@delta.example"]) {
      assert.ok(page.includes(part), part);
    }
    for (const secret of [vitrine.secret, vitrine.metabase.secret, vitrine.sigma.secret]) {
      assert.ok(!page.includes(secret));
    }
    const asked = await fetch(`${contrail.origin}/guest-token`, {
      method: "POST",
      headers: { Cookie: cookie, Origin: contrail.origin, "Content-Type": "application/json" },
      body: JSON.stringify({ entityType: "dashboard", entityId: 99 }),
    });
    assert.deepEqual(claimsOf((await asked.json()).jwt).params, { carrier: "DL" }, "whatever the browser asks for");
    const stranger = await fetch(`${contrail.origin}/guest-token`, { method: "POST", headers: { Origin: contrail.origin } });
    assert.equal(stranger.status, 401);
    assert.equal((await fetch(`${contrail.origin}/doors`)).status, 404);
  } finally {
    await contrail.close();
  }
});
