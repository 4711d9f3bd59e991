// What Contrail signed before it knew Vitrine: guest tokens for Metabase and JWTs for Sigma. Vitrine takes both.

import { createHmac, randomUUID } from "node:crypto";

const LIFETIME_SECONDS = 600;

/** The number of the flights dashboard in Metabase. */
export const DASHBOARD = 1;

/** The address of the flights workbook in Sigma. */
const WORKBOOK = "/contrail/workbook/Flights-7f55QbPFuCnK2n0P2tSuBl";

/** What a guest token says: the dashboard, and the carrier that nobody can change. */
export function guestClaims(person, now = Date.now()) {
  return {
    resource: { dashboard: DASHBOARD },
    params: { carrier: person.session.attributes?.carrier ?? null },
    exp: seconds(now) + LIFETIME_SECONDS,
  };
}

/** What a JWT for Sigma says: who it is. It opens one session, so each page has a new one. */
export function sigmaClaims(person, now = Date.now()) {
  const { email, tenant, first_name, last_name, teams, account_type, attributes } = person.session;
  return {
    sub: email,
    jti: randomUUID(),
    iat: seconds(now),
    exp: seconds(now) + LIFETIME_SECONDS,
    tenant,
    first_name,
    last_name,
    teams,
    account_type,
    user_attributes: attributes,
  };
}

/** A JWT signed with HMAC-SHA256. A real product takes a library. */
export function sign(claims, secret, header = {}) {
  const signed = [{ alg: "HS256", typ: "JWT", ...header }, claims].map(encoded).join(".");
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

/** The address of a frame in Sigma's way. */
export function sigmaAddress(vitrine, claims) {
  const address = new URL(WORKBOOK, vitrine.url);
  const { clientId, secret } = vitrine.sigma;
  address.search = `:jwt=${sign(claims, secret, { kid: clientId })}&:embed=true&:responsive_height=true`;
  return address.href;
}

function seconds(milliseconds) {
  return Math.round(milliseconds / 1000);
}

function encoded(value) {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
