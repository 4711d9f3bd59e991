// Measures from outside: start to ready, and resident memory when idle. Arguments: the program, its data folder.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { keep } from "./figures.js";

const STARTS = 15;
const IDLE_MILLISECONDS = 2000;

const [program, dataDir] = process.argv.slice(2);
const ready = [];
const memory = [];
for (let round = 0; round < STARTS; round++) {
  const began = performance.now();
  const server = spawn(program, ["serve", "--data-dir", dataDir, "--listen", "127.0.0.1:0"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  await untilReady(await addressOf(server));
  ready.push(performance.now() - began);
  await new Promise((done) => setTimeout(done, IDLE_MILLISECONDS));
  memory.push(residentMebibytes(server.pid));
  server.kill("SIGTERM");
  await once(server, "exit");
}
keep("start", [figure("start to ready", ready, "ms", 500), figure("resident memory when idle", memory, "MiB", 80)]);

/** The address in the server's first line. */
async function addressOf(server) {
  const lines = createInterface({ input: server.stdout });
  const [line] = await Promise.race([once(lines, "line"), once(server, "exit").then(() => [""])]);
  const address = line.match(/http:\/\/\S+/)?.[0];
  if (!address) throw new Error(`${program} did not say where it listens, but \`${line}\``);
  return address;
}

async function untilReady(address) {
  for (let tries = 0; tries < 10_000; tries++) {
    const answer = await fetch(`${address}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 1));
  }
  throw new Error(`${address}/readyz does not answer`);
}

function residentMebibytes(pid) {
  const [, kibibytes] = readFileSync(`/proc/${pid}/status`, "utf8").match(/^VmRSS:\s+(\d+) kB$/m);
  return Number(kibibytes) / 1024;
}

function figure(name, samples, unit, target) {
  const value = samples.toSorted((a, b) => a - b)[samples.length >> 1];
  return { figure: name, statistic: `median of ${samples.length}`, value, unit, target, samples };
}
