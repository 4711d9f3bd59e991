import { createHmac, randomUUID } from "node:crypto";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";

/** Gives the small world a connected app of Tableau's, in the place of Sigma's key, whose secret it takes, and names of Tableau's. */
export function withConnectedApp(definitions: string): void {
  const key = `
  - client_id: tableau
    issuer: portal
    dialect: tableau
    secrets: [{secret_file: secrets/sigma}]
    ceiling:
      tenants: [acme]
      teams: [Buyers]
      account_types: [View, Act, Analyze]
      permissions: [view, export_csv, export_xlsx, export_picture]
      attributes: {company: any}
      content: [{workspace: shop}]
      origins: ["${inject("addresses").pages}"]
`;
  const keys = join(definitions, "embed_keys.yaml");
  writeFileSync(keys, readFileSync(keys, "utf8").replace(/ {2}- client_id: sigma\n[\s\S]*?(?= {2}- client_id)/, ""));
  appendFileSync(keys, key);
  edit(definitions, "workbooks/orders.yaml", "known_as: {sigma", "known_as: {tableau: [Orders], sigma");
  edit(
    definitions,
    "workbooks/orders.yaml",
    "title: Main\n",
    "title: Main\n    known_as: {tableau: [Orders/Overview]}\n",
  );
  const act = "{name: Act, permissions: [view, export_csv";
  edit(definitions, "account_types.yaml", act, `${act}, export_xlsx, export_picture`);
  const more =
    "export_picture, export_xlsx, export_json, export_arrow, bookmark, share_bookmarks, save_content, share_content";
  edit(definitions, "account_types.yaml", "administer, manage_settings", `${more}, administer, manage_settings`);
  const root = "{to: {member: root@portal.example}, on: {workspace: shop}, level: manage}";
  edit(definitions, "grants.yaml", "grants:", `grants:\n  - ${root}`);
}

function edit(definitions: string, name: string, from: string, to: string): void {
  const file = join(definitions, name);
  const text = readFileSync(file, "utf8");
  if (!text.includes(from)) throw new Error(`\`${from}\` is not in ${name}`);
  writeFileSync(file, text.replace(from, to));
}

/** What a host signs of somebody, as Tableau's documentation has it. */
export function signed(secret: string, kid: string, subject: string): string {
  const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString("base64url");
  const claims = {
    iss: "tableau",
    exp: Math.floor(Date.now() / 1000) + 300,
    jti: randomUUID(),
    aud: "tableau",
    sub: subject,
    scp: ["tableau:content:read", "tableau:views:download"],
  };
  const text = `${encoded({ alg: "HS256", typ: "JWT", kid, iss: "tableau" })}.${encoded(claims)}`;
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}
