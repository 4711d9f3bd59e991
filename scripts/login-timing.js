#!/usr/bin/env node
// Whether a refused login takes as long whoever it is of: a thousand of each cause, one after another, compared in pairs by the
// rank test of Mann and Whitney. Nothing else should run meanwhile. SAMPLES=1000 VITRINE_BIN=…/release/vitrine

const { execFileSync, spawn } = require("node:child_process");
const { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } = require("node:fs");
const { homedir, tmpdir } = require("node:os");
const { join } = require("node:path");
const { randomBytes } = require("node:crypto");

const SAMPLES = Number(process.env.SAMPLES ?? 1000);
const target = process.env.CARGO_TARGET_DIR ?? join(homedir(), ".cache/vitrine/target");
const vitrine = process.env.VITRINE_BIN ?? join(target, "debug/vitrine");
const PASSWORD = "correct horse battery staple";
/** Beyond it, two causes are told apart: by chance once in 15,000 comparisons. */
const APART = 4;

const folder = mkdtempSync(join(tmpdir(), "vitrine-login-timing-"));
const data = join(folder, "data");

async function main() {
  const world = join(__dirname, "../crates/testkit/world");
  cpSync(world, join(folder, "world"), { recursive: true });
  mkdirSync(join(data, "secrets"), { recursive: true });
  for (const [, name] of readFileSync(join(world, "embed_keys.yaml"), "utf8").matchAll(/secret_file: secrets\/([\w-]+)/g)) {
    writeFileSync(join(data, "secrets", name), randomBytes(32).toString("base64url"), { mode: 0o600 });
  }
  execFileSync(vitrine, ["apply", join(folder, "world"), "--data-dir", data], { stdio: "ignore" });
  const env = { ...process.env, VITRINE_REQUESTS_PER_ADDRESS: "0", VITRINE_LOG: "error" };
  const server = spawn(vitrine, ["serve", "--data-dir", data, "--listen", "127.0.0.1:0"], { env });
  try {
    const address = await new Promise((resolve, reject) => {
      server.once("exit", () => reject(new Error("the server did not start")));
      server.stdout.on("data", (chunk) => {
        const found = `${chunk}`.match(/http:\/\/[0-9.:]+/);
        if (found) resolve(found[0]);
      });
    });
    await compare(address);
  } finally {
    server.removeAllListeners("exit");
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function compare(address) {
  const root = await page(address, { code: link("root@portal.example") });
  for (const name of ["wrong", "gone"]) {
    const member = { subject: `${name}@portal.example`, kind: "internal", account_type: "Analyze", invite: true };
    const made = await (await root("/api/v1/members", "POST", member)).json();
    await page(address, { code: made.invitation, new_password: PASSWORD });
    if (name === "gone") await root(`/api/v1/members/${made.id}`, "PATCH", { deactivated: true });
  }
  // Each address waits after a few; which one it is differs for each sample, so that all causes are met in the same way.
  const causes = {
    nobody: (turn) => [`nobody${turn}@portal.example`, PASSWORD],
    "wrong password, and then locked": () => ["wrong@portal.example", "not the password"],
    deactivated: () => ["gone@portal.example", PASSWORD],
    "no password": () => ["ines@portal.example", PASSWORD],
  };
  const took = Object.fromEntries(Object.keys(causes).map((cause) => [cause, []]));
  for (let turn = 0; turn < SAMPLES; turn += 1) {
    for (const [cause, of] of Object.entries(causes).sort(() => Math.random() - 0.5)) {
      const [email, password] = of(turn);
      const began = process.hrtime.bigint();
      const answer = await post(`${address}/api/v1/login`, address, { email, password });
      await answer.text();
      if (answer.status !== 401) throw new Error(`${cause}: ${answer.status}`);
      took[cause].push(Number(process.hrtime.bigint() - began) / 1e6);
    }
  }
  for (const [cause, samples] of Object.entries(took)) {
    const sorted = samples.toSorted((one, other) => one - other);
    console.log(`${cause}: ${sorted[Math.floor(sorted.length / 2)].toFixed(2)} ms at the median of ${sorted.length}`);
  }
  const names = Object.keys(took);
  for (const [index, one] of names.entries()) {
    for (const other of names.slice(index + 1)) {
      const z = difference(took[one], took[other]);
      console.log(`${one} / ${other}: z = ${z.toFixed(2)}`);
      if (Math.abs(z) > APART) process.exitCode = 1;
    }
  }
  console.log(process.exitCode ? "Causes are told apart by time." : "No cause is told apart by time.");
}

/** How far the ranks of one list lie from those of another, in standard deviations. */
function difference(one, other) {
  const all = [...one.map((value) => [value, 0]), ...other.map((value) => [value, 1])].toSorted(([a], [b]) => a - b);
  const ranks = all.reduce((sum, [, list], index) => sum + (list === 0 ? index + 1 : 0), 0);
  const [n, m] = [one.length, other.length];
  return (ranks - (n * (n + m + 1)) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
}

function link(email) {
  return execFileSync(vitrine, ["login-code", email, "--data-dir", data], { encoding: "utf8" }).trim().split("#")[1];
}

function post(url, origin, body, headers = {}, method = "POST") {
  const all = { origin, "content-type": "application/json", ...headers };
  return fetch(url, { method, headers: all, body: JSON.stringify(body) });
}

/** Logs in; a function that asks as the page of that session. */
async function page(address, shown) {
  const entered = await post(`${address}/api/v1/login`, address, shown);
  if (entered.status !== 201) throw new Error(await entered.text());
  const headers = {
    cookie: entered.headers.get("set-cookie").split(";")[0],
    "vitrine-session": (await entered.json()).session,
  };
  return (path, method, body) => post(`${address}${path}`, address, body, headers, method);
}

main();
