// A host that embeds a dashboard of Metabase's: it signs guest tokens with a plain JWT library, and its pages hold what
// Metabase's documentation says. `unchanged.test.ts` changes two lines of it.

import { createServer } from "node:http";
import { SignJWT } from "jose";

const METABASE_SITE_URL = "https://metabase.example";
const METABASE_SECRET_KEY = "the secret of another server, which is longer than this sentence needs to be";

function sign() {
  return new SignJWT({ resource: { dashboard: 1 }, params: { carrier: "DL" } })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("10 minutes")
    .sign(new TextEncoder().encode(METABASE_SECRET_KEY));
}

const PAGES = {
  "/element": (token) => `
    <script defer src="${METABASE_SITE_URL}/app/embed.js"></script>
    <script>
      function defineMetabaseConfig(config) {
        window.metabaseConfig = config;
      }
    </script>
    <script>
      defineMetabaseConfig({ theme: { preset: "light" }, isGuest: true, instanceUrl: "${METABASE_SITE_URL}" });
    </script>
    <metabase-dashboard token="${token}" with-title="true" with-downloads="false"></metabase-dashboard>`,
  "/frame": (token) => `
    <iframe src="${METABASE_SITE_URL}/embed/dashboard/${token}#bordered=true&titled=true" width="800" height="600"></iframe>`,
};

const server = createServer(async (request, response) => {
  const page = PAGES[request.url];
  const html = page ? page(await sign()) : "";
  response.setHeader("content-type", "text/html").end(`<!doctype html><link rel="icon" href="data:,">${html}`);
});

server.listen(process.env.PORT, "localhost", () => {
  process.stdout.write(`The host is listening on http://localhost:${process.env.PORT}\n`);
});
