import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { signed } from "./hosts.ts";

const SECRET = "browser-test-secret-of-a-host-that-signs-0123456789";

/** Writes an identity provider, `portal-sso`, that brings buyers with tokens which the host signs who has its pages in `addresses`. */
export function withSigningProvider(definitions: string, signIn: string, jwt: object = {}): void {
  const { pages } = inject("addresses");
  process.env.SIGNING_PROVIDER_SECRET = SECRET;
  const provider = {
    name: "portal-sso",
    issuer: "portal",
    jwt: { sign_in: `${pages}${signIn}`, secrets: [{ secret_env: "SIGNING_PROVIDER_SECRET" }], ...jwt },
    claims: { attributes: { company: "company" } },
    teams: { sync: "replacing" },
    provisioning: { members: true },
    frame_origins: [pages],
    ceiling: { teams: ["Buyers"], attributes: { company: "any" } },
  };
  writeFileSync(join(definitions, "identity_providers.yaml"), JSON.stringify({ identity_providers: [provider] }));
}

/** A token of that provider for a buyer of a company, which counts once. */
export function buyerToken(company: string, name = "bea", seconds?: number): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  const times = seconds === undefined ? { iat } : { iat, exp: iat + seconds };
  const claims = {
    email: `${name}@${company}.example`,
    groups: ["Buyers"],
    company,
    ...times,
    jti: `${Math.random()}`,
  };
  return signed(claims, new TextEncoder().encode(SECRET));
}
