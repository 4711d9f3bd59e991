// Measures from outside: start to ready, and resident memory when idle. Arguments: the program, its data folder.

import { readFileSync } from "node:fs";
import { keep } from "./figures.js";
import { startServer } from "./server.js";

const STARTS = 15;
const IDLE_MILLISECONDS = 2000;

const [program, dataDir] = process.argv.slice(2);
const ready = [];
const memory = [];
for (let round = 0; round < STARTS; round++) {
  const began = performance.now();
  const server = await startServer(program, dataDir);
  ready.push(performance.now() - began);
  await new Promise((done) => setTimeout(done, IDLE_MILLISECONDS));
  memory.push(residentMebibytes(server.pid));
  await server.stop();
}
keep("start", [figure("start to ready", ready, "ms", 500), figure("resident memory when idle", memory, "MiB", 80)]);

function residentMebibytes(pid) {
  const [, kibibytes] = readFileSync(`/proc/${pid}/status`, "utf8").match(/^VmRSS:\s+(\d+) kB$/m);
  return Number(kibibytes) / 1024;
}

function figure(name, samples, unit, target) {
  const value = samples.toSorted((a, b) => a - b)[samples.length >> 1];
  return { figure: name, statistic: `median of ${samples.length}`, value, unit, target, samples };
}
