// Starts the program that is measured, on a free port, and stops it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

// Whoever measures asks as often as they can.
const UNLIMITED = { VITRINE_REQUESTS_PER_SESSION: "0", VITRINE_REQUESTS_PER_ADDRESS: "0" };

/** A server that is ready: `{address, pid, stop}`. `env` is set for it besides what is set here. */
export async function startServer(program, dataDir, env = {}) {
  const server = spawn(program, ["serve", "--data-dir", dataDir, "--listen", "127.0.0.1:0"], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, ...UNLIMITED, ...env },
  });
  const address = await addressOf(program, server);
  await untilReady(address);
  return { address, pid: server.pid, stop: () => stop(server) };
}

/** The address in the server's first line. */
async function addressOf(program, server) {
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

async function stop(server) {
  server.kill("SIGTERM");
  await once(server, "exit");
}
