// The two routes of Contrail's back end that its embedding needs. Copy this file: put your own login where `visit` is.

import { claimsFor } from "./people.js";
import { endSession, openSession } from "./vitrine.js";

/** `POST /vitrine-code?workbook=NAME`: a code for whoever is logged in, and nobody the browser could name. */
export async function vitrineCode({ vitrine, origin }, visit, workbook) {
  const { code, session } = await openSession(vitrine, claimsFor(visit.person, workbook, origin));
  visit.vitrineSessions.add(session);
  return code;
}

/** `POST /end-session`, and whenever somebody signs out: ends what was opened during this visit. */
export async function endSessions({ vitrine }, visit) {
  const sessions = [...visit.vitrineSessions];
  visit.vitrineSessions.clear();
  await Promise.all(sessions.map((session) => endSession(vitrine, session).catch(acceptMissing)));
}

/** A session that has already ended is what we want. */
function acceptMissing(error) {
  if (error.status !== 404) throw error;
}
