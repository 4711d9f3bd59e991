// Contrail's settings, from the environment.

import { readFileSync } from "node:fs";

/** Reads the settings. Throws an Error whose message says what to change. */
export function readSettings(environment) {
  const vitrineUrl = new URL(environment.VITRINE_URL ?? "http://127.0.0.1:8080");
  return {
    port: readPort(environment.PORT ?? "8090"),
    // Known only after listening if the port is 0.
    origin: environment.HOST_ORIGIN,
    vitrine: {
      url: vitrineUrl.origin,
      clientId: environment.VITRINE_CLIENT_ID ?? "contrail-web",
      secret: readSecret(environment.VITRINE_SECRET_FILE),
    },
  };
}

function readPort(text) {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new Error(`PORT is \`${text}\`: expected 0 to 65535 (0 picks a free one)`);
  return port;
}

function readSecret(file) {
  if (!file)
    throw new Error("VITRINE_SECRET_FILE is not set: expected the file that holds the secret of the embed key");
  const secret = readFileSync(file, "utf8").trim();
  if (secret === "") throw new Error(`VITRINE_SECRET_FILE: \`${file}\` is empty`);
  return secret;
}
