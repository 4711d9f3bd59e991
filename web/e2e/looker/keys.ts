import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";

/**
 * Gives the small world a key of Looker's, in the place of Sigma's, whose secret it takes, and a look; buyers may change what is in
 * the folder.
 */
export function withLookerKey(definitions: string): void {
  const key = `
  - client_id: looker
    issuer: portal
    dialect: looker
    mode: compatible
    secrets: [{secret_file: secrets/sigma}]
    ceiling:
      tenants: any
      teams: [Buyers]
      permissions: [view, explore, save_content]
      attributes: {company: any}
      content: [{workspace: shop}]
      origins: ["${inject("addresses").pages}"]
`;
  const keys = join(definitions, "embed_keys.yaml");
  writeFileSync(keys, readFileSync(keys, "utf8").replace(/ {2}- client_id: sigma\n[\s\S]*?(?= {2}- client_id)/, ""));
  appendFileSync(keys, key);
  // Whoever administers keys gives no more than they hold.
  const types = join(definitions, "account_types.yaml");
  writeFileSync(
    types,
    readFileSync(types, "utf8").replace("administer, manage_settings", "save_content, administer, manage_settings"),
  );
  const grants = join(definitions, "grants.yaml");
  const shared = "{to: {team: Buyers}, on: {folder: shop/daily}, level: ";
  writeFileSync(grants, readFileSync(grants, "utf8").replace(`${shared}explore}`, `${shared}contribute}`));
  const orders = join(definitions, "workbooks/orders.yaml");
  const look = "- name: list\n        known_as: {looker: [11]}\n";
  writeFileSync(orders, readFileSync(orders, "utf8").replace("- name: list\n", look));
}
