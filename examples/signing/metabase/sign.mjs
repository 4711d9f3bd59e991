// A guest token as Metabase's hosts sign it, for <metabase-dashboard> or /embed/dashboard/TOKEN.

import { createHmac } from "node:crypto";
import { env } from "node:process";

const now = Math.floor(Date.now() / 1000); // seconds, not milliseconds
const header = { alg: "HS256", typ: "JWT" };
const claims = {
  resource: { dashboard: Number(env.CONTENT) }, // a number, not digits in quotes
  params: JSON.parse(env.PARAMETERS), // also if it is empty
  iat: now,
  exp: now + 600,
};

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const signed = `${part(header)}.${part(claims)}`;
// The key is the text of the secret, also if it looks like hexadecimal.
const signature = createHmac("sha256", env.SECRET).update(signed).digest("base64url");
console.log(`${signed}.${signature}`);
