import { once } from "node:events";
import { request } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { generate } from "selfsigned";

/** Speaks TLS for a server that does not, with a certificate that nobody has signed. */
export class Tls {
  #target: string | undefined;

  private constructor(private readonly server: Server) {}

  static async listen(): Promise<Tls> {
    const { private: key, cert } = await generate([{ name: "commonName", value: "127.0.0.1" }]);
    const server = createServer({ key, cert });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const tls = new Tls(server);
    server.on("request", (asked, answer) => {
      const { method, headers, url } = asked;
      const passed = request(`${tls.#target}${url}`, { method, headers }, (answered) => {
        answer.writeHead(answered.statusCode ?? 502, answered.headers);
        answered.pipe(answer);
      });
      passed.on("error", () => answer.destroy());
      asked.pipe(passed);
    });
    return tls;
  }

  get address(): string {
    return `https://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on it stands before the server at this address. */
  standBefore(address: string): void {
    this.#target = address;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
