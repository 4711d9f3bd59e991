// What Contrail answers.

import { readFileSync } from "node:fs";
import { hasDoors } from "./doors.js";
import { endSessions, vitrineCode } from "./embedding.js";
import { doorsPage, messagePage, signInPage, workbookPage } from "./pages.js";
import { personNamed } from "./people.js";
import { guestClaims, sign } from "./signing.js";
import { beginVisit, endVisit, rememberCall, visitOf } from "./visits.js";
import { VitrineError } from "./vitrine.js";

const FILES = new Map(
  [
    ["/contrail.css", "text/css; charset=utf-8"],
    ["/contrail.svg", "image/svg+xml"],
    ["/embed.js", "text/javascript; charset=utf-8"],
    ["/calls.js", "text/javascript; charset=utf-8"],
    ["/metabase-config.js", "text/javascript; charset=utf-8"],
    ["/sigma.js", "text/javascript; charset=utf-8"],
  ].map(([path, type]) => [path, { type, bytes: readFileSync(new URL(`./public${path}`, import.meta.url)) }]),
);

const ROUTES = {
  "GET /": ({ visit }) => (visit ? redirect(`/${visit.person.workbooks[0]}`) : page(200, signInPage())),
  "POST /sign-in": signIn,
  "POST /sign-out": signOut,
  "POST /vitrine-code": code,
  "POST /guest-token": guestToken,
  "GET /doors": doors,
  "POST /end-session": end,
  "GET /calls": ({ visit }) => (visit ? json(200, visit.calls) : text(401, "Sign in first.")),
};

/** Answers one request: `{status, headers, body}`. */
export async function answer(contrail, request) {
  const address = new URL(request.url, contrail.origin);
  const asked = { contrail, request, address, visit: visitOf(contrail.visits, request) };
  if (request.method === "POST" && !sameOrigin(contrail, request))
    return text(403, "This form belongs to another site.");
  const route =
    ROUTES[`${request.method} ${address.pathname}`] ?? (request.method === "GET" ? fileOrWorkbook : missing);
  try {
    return await route(asked);
  } catch (error) {
    if (!(error instanceof VitrineError)) throw error;
    return text(502, error.message);
  }
}

async function signIn(asked) {
  const form = await readForm(asked.request);
  if (!form) return text(413, "That is too long.");
  const person = personNamed(form.get("person"));
  if (!person) return page(400, messagePage("Nobody of that name", "Pick somebody from the list."));
  if (asked.visit) await leave(asked);
  const { cookie } = beginVisit(asked.contrail.visits, person);
  return redirect(`/${person.workbooks[0]}`, { "Set-Cookie": cookie });
}

async function signOut(asked) {
  if (asked.visit) await leave(asked);
  return redirect("/");
}

/** The next person must not find the last one's dashboards open. Signing out works even if Vitrine does not answer. */
async function leave({ contrail, visit }) {
  endVisit(contrail.visits, visit);
  await endSessions(watched(contrail, visit), visit).catch((error) =>
    console.error(`Ending sessions: ${error.message}`),
  );
}

async function code({ contrail, visit, address }) {
  if (!visit) return text(401, "Sign in first.");
  const workbook = address.searchParams.get("workbook");
  if (!visit.person.workbooks.includes(workbook)) return text(404, "There is no such workbook.");
  return text(200, await vitrineCode(watched(contrail, visit), visit, workbook));
}

/** A new guest token for whoever is logged in, whatever the browser asks for. */
function guestToken({ contrail, visit }) {
  if (!visit || !showsDoors(contrail, visit)) return text(401, "Sign in first.");
  return json(200, { jwt: sign(guestClaims(visit.person), contrail.vitrine.metabase.secret) });
}

function doors({ contrail, visit }) {
  if (!visit || !showsDoors(contrail, visit)) return missing();
  return page(200, doorsPage({ person: visit.person, contrail }));
}

function showsDoors(contrail, visit) {
  return hasDoors(contrail) && visit.person.workbooks.includes("flights");
}

async function end({ contrail, visit }) {
  if (!visit) return text(401, "Sign in first.");
  await endSessions(watched(contrail, visit), visit);
  return { status: 204, headers: {}, body: "" };
}

/** Contrail, with its calls to Vitrine remembered for the page to show. */
function watched(contrail, visit) {
  return { ...contrail, vitrine: { ...contrail.vitrine, observe: (call) => rememberCall(visit, call) } };
}

function fileOrWorkbook(asked) {
  const { contrail, address, visit } = asked;
  const file = FILES.get(address.pathname);
  if (file) return { status: 200, headers: { "Content-Type": file.type }, body: file.bytes };
  const workbook = address.pathname.slice(1);
  if (!visit?.person.workbooks.includes(workbook)) return missing();
  return page(200, workbookPage({ person: visit.person, workbook, contrail }));
}

function missing() {
  return page(404, messagePage("Nothing here", "There is no such page, or it is not one of yours."));
}

/** A browser says with every POST which page sent it. */
function sameOrigin(contrail, request) {
  const origin = request.headers.origin;
  return origin === undefined || origin === contrail.origin;
}

/** The fields of a form, or undefined if it is longer than any of ours. */
async function readForm(request) {
  let body = "";
  for await (const part of request.setEncoding("utf8")) {
    body += part;
    if (body.length > 4096) return undefined;
  }
  return new URLSearchParams(body);
}

function page(status, body) {
  return { status, headers: { "Content-Type": "text/html; charset=utf-8" }, body };
}

function text(status, body) {
  return { status, headers: { "Content-Type": "text/plain; charset=utf-8" }, body };
}

function json(status, value) {
  return { status, headers: { "Content-Type": "application/json" }, body: JSON.stringify(value) };
}

function redirect(location, headers = {}) {
  return { status: 303, headers: { Location: location, ...headers }, body: "" };
}
