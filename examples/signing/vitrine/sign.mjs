// A bearer token of Vitrine's own dialect: POST /api/v1/embed/sessions answers it with a code.

import { createHmac, randomUUID } from "node:crypto";
import { env } from "node:process";

const now = Math.floor(Date.now() / 1000); // seconds, not milliseconds
const header = { alg: "HS256", typ: "JWT" };
const claims = {
  iss: env.CLIENT_ID,
  aud: "vitrine",
  iat: now,
  exp: now + 300, // at most that
  jti: randomUUID(),
  session: {
    subject: env.SUBJECT,
    tenant: env.TENANT,
    teams: JSON.parse(env.TEAMS),
    account_type: env.ACCOUNT_TYPE,
    attributes: JSON.parse(env.ATTRIBUTES),
    content: { workbook: env.CONTENT },
  },
};

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const signed = `${part(header)}.${part(claims)}`;
// The key is the text of the secret, also if it looks like hexadecimal.
const signature = createHmac("sha256", env.SECRET).update(signed).digest("base64url");
console.log(`${signed}.${signature}`);
