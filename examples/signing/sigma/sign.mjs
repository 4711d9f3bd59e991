// The address of a frame as Sigma's hosts sign it, with a JWT that opens one session.

import { createHmac, randomUUID } from "node:crypto";
import { env } from "node:process";

const now = Math.floor(Date.now() / 1000); // seconds, not milliseconds
// Without `kid`, the client id, no key is meant.
const header = { alg: "HS256", typ: "JWT", kid: env.CLIENT_ID };
const claims = {
  sub: env.SUBJECT, // an e-mail address
  jti: randomUUID(),
  iat: now,
  exp: now + 600,
  tenant: env.TENANT,
  teams: JSON.parse(env.TEAMS),
  account_type: env.ACCOUNT_TYPE,
  user_attributes: JSON.parse(env.ATTRIBUTES), // values are texts
};

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const signed = `${part(header)}.${part(claims)}`;
// The key is the text of the secret, also if it looks like hexadecimal.
const signature = createHmac("sha256", env.SECRET).update(signed).digest("base64url");
console.log(`${env.VITRINE_URL}${env.CONTENT}?:jwt=${signed}.${signature}&:embed=true`);
