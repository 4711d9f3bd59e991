// Measures how many requests for one embedded element are answered each second, computed anew and kept: several frames ask
// at the same time, on the same machine. Arguments: the program, its data folder.

import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { join } from "node:path";
import { keep } from "./figures.js";
import { startServer } from "./server.js";

const FRAMES = 8;
const SECONDS = 5;
const ROUNDS = 5;
const CARRIERS = ["DL", "UA", "HA", "AA", "B6", "WN"];

const [program, dataDir] = process.argv.slice(2);
const secret = readFileSync(join(dataDir, "secrets/contrail-metabase"), "utf8").trim();

keep("load", [
  await measured("an embedded element, uncached", 150, { VITRINE_LIMITS_RESULT_CACHE_MIB: "0" }),
  await measured("an embedded element, kept", 3000, {}),
]);

/** Starts a server, and asks it in rounds. */
async function measured(figure, target, env) {
  const server = await startServer(program, dataDir, env);
  const rates = [];
  try {
    await ask(server, SECONDS); // Warm up.
    for (let round = 0; round < ROUNDS; round++) rates.push((await ask(server, SECONDS)) / SECONDS);
  } finally {
    await server.stop();
  }
  return {
    figure,
    statistic: `median of ${ROUNDS}, ${FRAMES} frames, load on the same machine`,
    value: rates.toSorted((a, b) => a - b)[rates.length >> 1],
    unit: "requests a second",
    target,
    least: true,
    samples: rates,
  };
}

/** Asks from all frames for so many seconds; how many answers came. */
async function ask(server, seconds) {
  const agent = new Agent({ keepAlive: true, maxSockets: FRAMES });
  const until = performance.now() + seconds * 1000;
  const answers = await Promise.all(
    Array.from({ length: FRAMES }, (_, frame) => frameAsks(server, agent, frame, until)),
  );
  agent.destroy();
  return answers.reduce((sum, count) => sum + count, 0);
}

async function frameAsks(server, agent, frame, until) {
  const token = sign({
    resource: { dashboard: 1 },
    params: { carrier: CARRIERS[frame % CARRIERS.length] },
    exp: Math.round(Date.now() / 1000) + 600,
  });
  let answers = 0;
  for (; performance.now() < until; answers++) {
    const status = await statusOf(server, agent, `/api/embed/dashboard/${token}/dashcard/1/card/1`);
    if (status !== 202) throw new Error(`the element answers ${status}`);
  }
  return answers;
}

function statusOf(server, agent, path) {
  return new Promise((resolve, reject) => {
    const request = get(new URL(path, server.address), { agent }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode));
    });
    request.once("error", reject);
  });
}

function sign(claims) {
  const parts = [{ alg: "HS256", typ: "JWT" }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  const signed = parts.join(".");
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}
