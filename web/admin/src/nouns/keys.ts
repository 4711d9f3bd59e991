import { column, type Noun, timeText } from "../field.ts";
import { type Members, text, texts } from "../json.ts";
import { CONTENT } from "./content.ts";
import { TRUST, withTrust } from "./trust.ts";

export const issuers: Noun = {
  key: "issuers",
  path: "/api/v1/issuers",
  title: "Issuers",
  one: "issuer",
  about: "Who vouches for people. Their embed keys sign for them.",
  needs: "manage_keys",
  name: (thing) => text(thing.name),
  columns: [{ label: "Trusted domains", text: (thing) => texts(thing.trusted_domains).join(", ") }],
  sought: "there",
  fields: [
    { member: "name", label: "Name", kind: { is: "text" }, stays: true, required: true },
    {
      member: "trusted_domains",
      label: "Trusted domains",
      hint: "One a line. E-mail addresses of other domains are shown, and no policy believes them.",
      kind: { is: "lines" },
    },
    {
      member: "blocked",
      label: "Blocked",
      hint: "Subjects, one a line: they get in nowhere, whatever its tokens say, and are out at once.",
      kind: { is: "lines" },
    },
  ],
  deleting: { verb: "Delete", means: "It cannot be deleted while keys or people name it." },
  isOpened: true,
  isMade: true,
};

const isVitrine = ({ dialect }: Members) => (dialect ?? "vitrine") === "vitrine";
const isMetabase = ({ dialect }: Members) => dialect === "metabase";
const isLooker = ({ dialect }: Members) => dialect === "looker";

export const embedKeys: Noun = {
  key: "embed-keys",
  path: "/api/v1/embed-keys",
  title: "Embed keys",
  one: "embed key",
  about: "What hosts sign or call with, and the most that their sessions can be.",
  needs: "manage_keys",
  name: (thing) => text(thing.client_id),
  columns: [
    column("Issuer", "issuer"),
    column("Dialect", "dialect", { minor: true }),
    { label: "State", text: (thing) => (thing.disabled === true ? "Disabled" : "In use") },
  ],
  sought: "there",
  begins: () => ({
    dialect: "vitrine",
    mode: "strict",
    secrets: ["stored"],
    signs: "direct",
    ceiling: { account_types: ["View"], permissions: ["view"], session_seconds: 3600 },
  }),
  sent: withTrust,
  fields: [
    {
      member: "client_id",
      label: "Client id",
      hint: "Public; it stands in addresses.",
      kind: { is: "text" },
      stays: true,
      required: true,
    },
    { member: "issuer", label: "Issuer", kind: { is: "name", of: "/api/v1/issuers" }, required: true },
    {
      member: "dialect",
      label: "Dialect",
      hint: "How its tokens are written. They are refused at every other door.",
      kind: {
        is: "choice",
        options: () => [
          { value: "vitrine", label: "Vitrine" },
          { value: "metabase", label: "Metabase" },
          { value: "sigma", label: "Sigma" },
          { value: "looker", label: "Looker" },
          { value: "tableau", label: "Tableau" },
        ],
      },
      required: true,
    },
    {
      member: "mode",
      label: "Mode",
      kind: {
        is: "choice",
        options: () => [
          { value: "strict", label: "Strict: tokens expire soon and claim nothing that is not understood" },
          { value: "compatible", label: "Compatible: what the dialect's own product accepts" },
        ],
      },
      when: (thing) => !isVitrine(thing),
    },
    {
      member: "signature_hash",
      label: "Hash of signatures",
      hint: "Looker's own samples sign with SHA-1, which is sound as a part of HMAC; secrets that its API makes are for SHA-256.",
      kind: {
        is: "choice",
        options: () => [
          { value: "sha_256", label: "HMAC-SHA-256" },
          { value: "sha_1", label: "HMAC-SHA-1" },
        ],
      },
      when: isLooker,
    },
    ...TRUST,
    { member: "disabled", label: "Disabled", hint: "It is refused.", kind: { is: "switch" } },
    {
      member: "not_before",
      label: "Not before",
      hint: "Tokens that were issued earlier, or do not say when, are refused.",
      kind: { is: "time" },
    },
    {
      member: "bind_internal_by_email",
      label: "Opens embeds for internal people",
      hint: "By their e-mail address, if its domain is one that the issuer is trusted for.",
      kind: { is: "switch" },
      when: (thing) => !isMetabase(thing) && !isLooker(thing),
    },
    {
      member: "bind_administrators",
      label: "Administrators too",
      hint: "The session may not administer all the same.",
      kind: { is: "switch" },
      when: (thing) => !isMetabase(thing) && thing.bind_internal_by_email === true,
    },
    {
      member: "guest_attributes",
      label: "Locked parameters that are attributes",
      hint: 'As JSON, such as {"carrier": "carrier"}.',
      kind: { is: "json" },
    },
    {
      member: "ceiling.origins",
      heading: "The most that its sessions can be",
      label: "Origins of host pages",
      hint: "One a line, such as https://app.example or https://*.app.example.",
      kind: { is: "lines" },
    },
    {
      member: "ceiling.content",
      label: "Content",
      kind: { is: "some_of", kinds: CONTENT },
    },
    {
      member: "ceiling.account_types",
      label: "Account types",
      kind: { is: "names", of: "/api/v1/account-types" },
    },
    { member: "ceiling.permissions", label: "Permissions", kind: { is: "permissions", ofContent: true } },
    {
      member: "ceiling.tenants",
      label: "Tenants",
      hint: "If any is named, a token must name one of them.",
      kind: { is: "any_of", of: "/api/v1/tenants" },
    },
    { member: "ceiling.teams", label: "Teams", kind: { is: "any_of", of: "/api/v1/teams" } },
    {
      member: "ceiling.attributes",
      label: "Attributes and their values",
      hint: 'As JSON, such as {"carrier": "any", "region": ["West"]}.',
      kind: { is: "json" },
    },
    {
      member: "ceiling.session_seconds",
      label: "Longest session, in seconds",
      kind: { is: "number", least: 1 },
    },
    {
      member: "ceiling.rate",
      label: "Most requests a minute",
      hint: "Of the host's back end, and of its guests. Empty: any number.",
      kind: { is: "number", least: 1 },
    },
  ],
  deleting: { verb: "Delete", means: "Its sessions end, and what it has signed opens nothing." },
  isOpened: true,
  isMade: true,
  shownOnce: [
    {
      member: "secret",
      label: "Secret",
      means: "Keep it where the host's back end finds it. Whoever has it opens sessions up to the ceiling.",
    },
    {
      member: "secret_id",
      label: "Secret id",
      means: "Tokens name it as their kid. Everybody may know it.",
    },
  ],
};

export const credentials: Noun = {
  key: "api-credentials",
  path: "/api/v1/api-credentials",
  title: "API credentials",
  one: "API credential",
  about: "For programs that administer. One may what its owner may, as far as its scopes go.",
  needs: "manage_credentials",
  name: (thing) => text(thing.name),
  columns: [
    { label: "Scopes", text: (thing) => texts(thing.scopes).join(", "), minor: true },
    { label: "Made", text: (thing) => timeText(thing.made_at), minor: true },
    { label: "Ends", text: (thing) => timeText(thing.expires_at) },
  ],
  sought: "here",
  begins: () => ({ scopes: [] }),
  fields: [
    { member: "name", label: "Name", hint: "For people.", kind: { is: "text" }, required: true },
    {
      member: "owner",
      label: "Owner",
      hint: "For whom it acts.",
      kind: { is: "name", of: "/api/v1/members", byId: true },
      required: true,
    },
    {
      member: "expires_at",
      label: "Ends",
      hint: "Within 366 days.",
      kind: { is: "time" },
      required: true,
    },
    { member: "scopes", label: "Scopes", kind: { is: "permissions" } },
  ],
  deleting: { verb: "End", means: "It counts no more, at once." },
  isMade: true,
  shownOnce: [{ member: "secret", label: "Secret", means: "The bearer token of the program. It is shown this once." }],
};
