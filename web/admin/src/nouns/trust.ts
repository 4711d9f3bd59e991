import type { Field } from "../field.ts";
import { isMembers, type Members, read } from "../json.ts";

type Trust = "authorization_server" | "unified_access";

const isTableau = ({ dialect }: Members) => dialect === "tableau";

/** A new key says who signs; one that is there has what belongs to it. */
function trusts(trust: Trust): (thing: Members) => boolean {
  return (thing) =>
    isTableau(thing) && ("signs" in thing ? thing.signs === trust : isMembers(read(thing, `trust.${trust}`)));
}

function of(trust: Trust, fields: Omit<Field, "when">[]): Field[] {
  return fields.map((field) => ({ ...field, member: `trust.${trust}.${field.member}`, when: trusts(trust) }));
}

const ISSUER = {
  member: "issuer",
  label: "Issuer of tokens",
  hint: "Who makes them (iss), byte for byte.",
  kind: { is: "text" },
  required: true,
} satisfies Omit<Field, "when">;

const PRIVATE = {
  member: "private_network",
  label: "May be in a private network",
  hint: "Or on this machine. Otherwise only public addresses are asked.",
  kind: { is: "switch" },
} satisfies Omit<Field, "when">;

/** Whose keys sign the tokens of a key of Tableau's dialect. */
export const TRUST: Field[] = [
  {
    member: "signs",
    label: "Who signs",
    kind: {
      is: "choice",
      options: () => [
        { value: "direct", label: "The host, with a secret that is made here (direct trust)" },
        { value: "authorization_server", label: "An authorization server (OAuth 2.0 trust)" },
        { value: "unified_access", label: "Whoever makes unified access tokens" },
      ],
    },
    once: true,
    when: isTableau,
  },
  ...of("authorization_server", [
    ISSUER,
    {
      member: "jwks_url",
      label: "Address of its keys",
      hint: "Empty: as it says itself, below its issuer (OpenID Connect Discovery).",
      kind: { is: "text" },
    },
    PRIVATE,
  ]),
  ...of("unified_access", [
    ISSUER,
    { member: "jwks_url", label: "Address of its keys", hint: "Either this or the key itself.", kind: { is: "text" } },
    { member: "public_key", label: "Public key", hint: "As PEM.", kind: { is: "text", long: true } },
    PRIVATE,
    {
      member: "username_claim",
      label: "Claim that says who somebody is",
      hint: "Empty: email.",
      kind: { is: "text" },
    },
    {
      member: "scopes",
      label: "Scopes",
      hint: "What its tokens can be for, one a line, such as tableau:views:embed.",
      kind: { is: "lines" },
      required: true,
    },
    {
      member: "tenants",
      label: "Ids of Tableau's tenants",
      hint: "One a line. A token must name one of these, or one of the sites.",
      kind: { is: "lines" },
    },
    { member: "sites", label: "Ids of Tableau's sites", hint: "One a line.", kind: { is: "lines" } },
  ]),
];

/** A new key as it is sent: with a secret or with whom it trusts. */
export function withTrust({ signs, trust, secrets, ...key }: Members): Members {
  if (typeof signs !== "string" || signs === "direct") return { ...key, ...(secrets !== undefined && { secrets }) };
  return { ...key, trust: { [signs]: read({ trust }, `trust.${signs}`) } };
}
