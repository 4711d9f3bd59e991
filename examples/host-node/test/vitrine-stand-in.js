// A local HTTP server that records what Contrail asks and answers as Vitrine's contract says (docs/api.md).

import { once } from "node:events";
import { createServer } from "node:http";

export async function startStandIn() {
  const asked = [];
  let opened = 0;
  let refusal;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request.setEncoding("utf8")) body += part;
    asked.push({
      method: request.method,
      path: request.url,
      authorization: request.headers.authorization,
      body: body && JSON.parse(body),
    });
    if (refusal) return answer(response, refusal.status, refusal);
    if (request.method === "DELETE") return answer(response, 204);
    opened += 1;
    const subject = asked.at(-1).body.subject;
    answer(response, 201, {
      code: `vc_secret-code-${opened}`,
      expires_in: 60,
      session: `vs_${opened}`,
      subject,
      warnings: [],
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    asked,
    refuseWith: (problem) => (refusal = problem),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function answer(response, status, body) {
  response.writeHead(status, { "Content-Type": "application/json" }).end(body && JSON.stringify(body));
}
