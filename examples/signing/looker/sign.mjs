// The address of a frame as Looker's hosts sign it. It works once, within five minutes.

import { createHmac, randomUUID } from "node:crypto";
import { env } from "node:process";

const path = `/login/embed/${encodeURIComponent(env.CONTENT)}`;
// They are signed in this order, and written as JSON once: what is signed is what is sent, byte for byte.
const sent = Object.entries({
  nonce: randomUUID(),
  time: Math.floor(Date.now() / 1000), // seconds, not milliseconds
  session_length: 3600,
  external_user_id: env.SUBJECT,
  permissions: ["access_data", "see_looks", "see_user_dashboards"],
  models: JSON.parse(env.MODELS),
  group_ids: JSON.parse(env.TEAMS),
  external_group_id: env.TENANT,
  user_attributes: JSON.parse(env.ATTRIBUTES),
  access_filters: {}, // filters nothing, and must be there
}).map(([name, value]) => [name, JSON.stringify(value)]);

// The host comes with its port, if it has one, and without `https://`; no line break follows the last line.
const text = [new URL(env.VITRINE_URL).host, path, ...sent.map(([, json]) => json)].join("\n");
// The key is the text of the secret, also if it looks like hexadecimal.
const signature = createHmac(env.HASH, env.SECRET).update(text).digest("base64");
const search = new URLSearchParams([...sent, ["force_logout_login", "true"], ["signature", signature]]);
console.log(`${env.VITRINE_URL}${path}?${search}`);
