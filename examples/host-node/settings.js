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
      secret: readSecret("VITRINE_SECRET_FILE", environment),
      // What Contrail signed with before. Without them there is no page of three doors.
      metabase: other(environment, "VITRINE_METABASE_SECRET_FILE", {}),
      sigma: other(environment, "VITRINE_SIGMA_SECRET_FILE", {
        clientId: environment.VITRINE_SIGMA_CLIENT_ID ?? "contrail-sigma",
      }),
    },
  };
}

function other(environment, name, key) {
  return environment[name] && { ...key, secret: readSecret(name, environment) };
}

function readPort(text) {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new Error(`PORT is \`${text}\`: expected 0 to 65535 (0 picks a free one)`);
  return port;
}

function readSecret(name, environment) {
  const file = environment[name];
  if (!file) throw new Error(`${name} is not set: expected the file that holds the secret of the embed key`);
  const secret = readFileSync(file, "utf8").trim();
  if (secret === "") throw new Error(`${name}: \`${file}\` is empty`);
  return secret;
}
