// A token of a connected app with direct trust, as Tableau's hosts sign it. It opens one session.

import { createHmac, randomUUID } from "node:crypto";
import { env } from "node:process";

const now = Math.floor(Date.now() / 1000); // seconds, not milliseconds
// `kid` is the id of the secret, `iss` that of the connected app.
const header = { alg: "HS256", typ: "JWT", kid: env.SECRET_ID, iss: env.CLIENT_ID };
const claims = {
  ...JSON.parse(env.ATTRIBUTES), // first, so that none takes the place of a claim below
  iss: env.CLIENT_ID,
  sub: env.SUBJECT,
  aud: "tableau",
  iat: now,
  exp: now + 300, // at most 600
  jti: randomUUID(),
  scp: ["tableau:views:embed", "tableau:content:read"],
  "https://tableau.com/groups": JSON.parse(env.TEAMS),
};

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const signed = `${part(header)}.${part(claims)}`;
// The key is the text of the secret, also if it looks like hexadecimal.
const signature = createHmac("sha256", env.SECRET).update(signed).digest("base64url");
console.log(`${signed}.${signature}`);
