// Serves the pages of one example, and codes for them: `node server.js FOLDER`. Settings are those of host-node.

import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, relative, sep } from "node:path";
import { claimsFor, personNamed } from "../host-node/people.js";
import { readSettings } from "../host-node/settings.js";
import { openSession } from "../host-node/vitrine.js";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

const { port, vitrine } = readSettings(process.env);
const files = filesIn(process.argv[2] ?? ".");

const server = createServer(async (request, response) => {
  const { status, type, body } = await answer(request);
  response.writeHead(status, { "Content-Type": `${type}; charset=utf-8`, "Cache-Control": "no-store" }).end(body);
});
server.listen(port, "localhost", () => console.log(`The example is listening on ${origin()}`));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => server.close().closeAllConnections());

function origin() {
  return `http://localhost:${server.address().port}`;
}

async function answer({ method, url }) {
  const { pathname, searchParams } = new URL(url, origin());
  if (`${method} ${pathname}` === "POST /vitrine-code") return code(searchParams.get("person"));
  const file = files.get(pathname === "/" ? "/index.html" : pathname);
  return file ?? text(404, "There is nothing here.");
}

/** In these examples the page says who is looking. In yours your own login says it, and never the page. */
async function code(handle) {
  const person = personNamed(handle);
  if (!person) return text(404, "There is nobody of that name.");
  try {
    const { code } = await openSession(vitrine, claimsFor(person, person.workbooks[0], origin()));
    return text(200, code);
  } catch (error) {
    return text(502, error.message);
  }
}

function text(status, body) {
  return { status, type: "text/plain", body };
}

/** What there is to be served, by path. Nothing else is. */
function filesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map(({ parentPath, name }) => {
      const path = join(parentPath, name);
      const type = TYPES[extname(name)] ?? "application/octet-stream";
      return [`/${relative(folder, path).replaceAll(sep, "/")}`, { status: 200, type, body: readFileSync(path) }];
    }),
  );
}
