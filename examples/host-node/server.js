// Starts Contrail. Its first line says where it listens.

import { createServer } from "node:http";
import { once } from "node:events";
import { pathToFileURL } from "node:url";
import { answer } from "./routes.js";
import { readSettings } from "./settings.js";
import { newVisits } from "./visits.js";

/** Listens on this machine only. Returns `{origin, close}`. */
export async function start({ port, origin, vitrine }) {
  const contrail = { vitrine, visits: newVisits(), origin };
  const server = createServer((request, response) => respond(contrail, request, response));
  server.listen(port, "localhost");
  await once(server, "listening");
  contrail.origin ??= `http://localhost:${server.address().port}`;
  return { origin: contrail.origin, port: server.address().port, close: () => close(server) };
}

async function respond(contrail, request, response) {
  try {
    const { status, headers, body } = await answer(contrail, request);
    response.writeHead(status, { ...securityHeaders(contrail.vitrine), ...headers }).end(body);
  } catch (error) {
    console.error(error);
    response.writeHead(500, securityHeaders(contrail.vitrine)).end("Something went wrong in Contrail.");
  }
}

/** A page that embeds Vitrine needs its origin in two directives: the SDK's script, and the frame. */
export function securityHeaders(vitrine) {
  const policy = [
    "default-src 'none'",
    `script-src 'self' ${vitrine.url}`,
    `frame-src ${vitrine.url}`,
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    "Content-Security-Policy": policy.join("; "),
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    // Not `no-referrer`: that would also hide the origin of Contrail's own forms.
    "Referrer-Policy": "same-origin",
  };
}

async function close(server) {
  server.close();
  server.closeAllConnections();
  await once(server, "close");
}

async function main() {
  const contrail = await start(readSettings(process.env));
  console.log(`Contrail is listening on http://localhost:${contrail.port}`);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => contrail.close());
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
