// The two calls a back end makes to Vitrine. Copy this file.

/** Vitrine answered with an error. `answer` is its problem document, or what little is known without one. */
export class VitrineError extends Error {
  constructor(status, answer) {
    super(answer?.detail ?? `Vitrine answered ${status}`);
    this.name = "VitrineError";
    this.status = status;
    this.answer = answer;
  }
}

/**
 * Opens a session for one person and returns `{code, expires_in, session, subject, warnings}`.
 * The code goes to the browser: it works once, for 60 seconds. `session` stays here, to end it later.
 *
 * `vitrine` is `{url, clientId, secret}`; `claims` says who the person is and what they may see.
 */
export function openSession(vitrine, claims) {
  return call(vitrine, "POST", "/api/v1/embed/sessions", claims);
}

/** Ends a session at once: the frames that show it stop showing rows. */
export function endSession(vitrine, session) {
  return call(vitrine, "DELETE", `/api/v1/embed/sessions/${encodeURIComponent(session)}`);
}

async function call(vitrine, method, path, body) {
  const headers = { Authorization: `Basic ${base64(`${vitrine.clientId}:${vitrine.secret}`)}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await reach(vitrine, new URL(path, vitrine.url), {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
    redirect: "error",
    signal: AbortSignal.timeout(10_000),
  });
  const answer = await read(response);
  vitrine.observe?.({ method, path, body, status: response.status, answer });
  if (!response.ok) throw new VitrineError(response.status, answer);
  return answer;
}

async function reach(vitrine, address, request) {
  try {
    return await fetch(address, request);
  } catch (error) {
    throw new VitrineError(502, {
      detail: `Vitrine does not answer at ${vitrine.url}: ${error.cause?.message ?? error.message}`,
    });
  }
}

async function read(response) {
  const text = await response.text();
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function base64(text) {
  return Buffer.from(text, "utf8").toString("base64");
}
