// Contrail's own login: a cookie that names a visit. A real product has this already.

import { randomBytes } from "node:crypto";
import { VITRINE_CALLS_KEPT, withoutSecrets } from "./shown.js";

const COOKIE = "contrail_visit";

export function newVisits() {
  return new Map();
}

/** Begins a visit of `person`. Returns it with the header that sets its cookie; over HTTPS, add `Secure`. */
export function beginVisit(visits, person) {
  const id = randomBytes(24).toString("base64url");
  const visit = { id, person, vitrineSessions: new Set(), calls: [] };
  visits.set(id, visit);
  return { visit, cookie: `${COOKIE}=${id}; Path=/; HttpOnly; SameSite=Lax` };
}

/** The visit that the request's cookie names, or undefined. */
export function visitOf(visits, request) {
  const cookies = (request.headers.cookie ?? "").split(";").map((cookie) => cookie.trim());
  const cookie = cookies.find((cookie) => cookie.startsWith(`${COOKIE}=`));
  return cookie && visits.get(cookie.slice(COOKIE.length + 1));
}

export function endVisit(visits, visit) {
  visits.delete(visit.id);
}

/** Keeps what was asked of Vitrine, to be shown beside the frame. */
export function rememberCall(visit, call) {
  visit.calls = [withoutSecrets(call), ...visit.calls].slice(0, VITRINE_CALLS_KEPT);
}
