import { createHmac, randomBytes } from "node:crypto";
import type { Office } from "../office.ts";

interface Options {
  target?: string | undefined;
  /** The host as it is signed, in place of the server's. */
  host?: string;
}

/** An address as hosts of Looker sign it, for a buyer of a company, with the secret of the key of `withLookerKey`. */
export function signedAddress(office: Office, company: string, options: Options = {}): string {
  const said: Record<string, unknown> = {
    nonce: randomBytes(16).toString("hex"),
    time: Math.floor(Date.now() / 1000),
    session_length: 600,
    external_user_id: `bea of ${company}`,
    permissions: ["access_data", "see_looks", "see_user_dashboards"],
    models: ["shop"],
    group_ids: ["Buyers"],
    external_group_id: company,
    user_attributes: { company },
    access_filters: {},
  };
  const path = `/login/embed/${encodeURIComponent(options.target ?? "/embed/dashboards/orders")}`;
  const texts = Object.values(said).map((value) => JSON.stringify(value));
  const text = [options.host ?? new URL(office.address).host, path, ...texts].join("\n");
  const signature = createHmac("sha256", office.secret("sigma")).update(text).digest("base64");
  const search = new URLSearchParams({ force_logout_login: "true", signature });
  for (const [name, value] of Object.entries(said)) search.set(name, JSON.stringify(value));
  return `${office.address}${path}?${search}`;
}
