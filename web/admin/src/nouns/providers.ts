import { column, type Noun } from "../field.ts";
import { isMembers, type Members, text } from "../json.ts";

const MAPPING_OF_TEAMS =
  'As JSON, such as {"sync": "replacing", "map": {"tenant": ["Tenants"]}}. Without a map a value is a team\'s name.';

const byTokens = (thing: Members) => !isMembers(thing.oidc);
const byOidc = (thing: Members) => isMembers(thing.oidc);

export const identityProviders: Noun = {
  key: "identity-providers",
  path: "/api/v1/identity-providers",
  title: "Identity providers",
  one: "identity provider",
  about: "Who brings people that have an account, and what becomes of what they claim. No administrator comes in so.",
  needs: "manage_keys",
  name: (thing) => text(thing.name),
  columns: [
    column("Issuer", "issuer"),
    { label: "State", text: (thing) => (thing.disabled === true ? "Disabled" : "In use") },
  ],
  sought: "there",
  begins: () => ({
    jwt: { mode: "strict", secrets: ["stored"] },
    ceiling: { account_types: ["View"], session_seconds: 43200 },
  }),
  fields: [
    { member: "name", label: "Name", kind: { is: "text" }, stays: true, required: true },
    { member: "issuer", label: "Issuer", kind: { is: "name", of: "/api/v1/issuers" }, required: true },
    { member: "disabled", label: "Disabled", hint: "Nobody comes in by it.", kind: { is: "switch" } },
    {
      member: "jwt.sign_in",
      label: "Sign-in address",
      hint: "Where browsers go that bring no token; return_to says where they are to come back to.",
      kind: { is: "text" },
      required: true,
      when: byTokens,
    },
    {
      member: "jwt.mode",
      label: "Mode",
      when: byTokens,
      kind: {
        is: "choice",
        options: () => [
          { value: "strict", label: "Strict: tokens say when they were issued, and count once" },
          { value: "compatible", label: "Compatible: what Metabase accepts" },
        ],
      },
    },
    {
      member: "jwt.sdk_sessions",
      label: "Programs exchange tokens",
      hint: "For a session that lasts as long as the token.",
      kind: { is: "switch" },
      when: byTokens,
    },
    {
      member: "oidc.discovery",
      label: "Issuer of OpenID Connect",
      hint: "As it calls itself. Its configuration is read below it.",
      kind: { is: "text" },
      required: true,
      when: byOidc,
    },
    {
      member: "oidc.client_id",
      label: "Client id",
      hint: "As whom Vitrine is registered there.",
      kind: { is: "text" },
      required: true,
      when: byOidc,
    },
    { member: "oidc.scopes", label: "Scopes beside openid", kind: { is: "lines" }, when: byOidc },
    {
      member: "oidc.userinfo",
      label: "Asks UserInfo as well",
      hint: "For claims that are not in the ID token.",
      kind: { is: "switch" },
      when: byOidc,
    },
    {
      member: "oidc.unverified_email",
      label: "Believes addresses of which it says nothing",
      hint: "Otherwise it must say that an address is verified.",
      kind: { is: "switch" },
      when: byOidc,
    },
    {
      member: "provisioning.members",
      label: "Makes members",
      hint: "Whoever comes for the first time.",
      kind: { is: "switch" },
    },
    {
      member: "provisioning.tenants",
      label: "Makes tenants",
      hint: "Those that are claimed and unknown; the ceiling's tenants must be any.",
      kind: { is: "switch" },
    },
    {
      member: "bind_internal_by_email",
      label: "Brings people who were invited here",
      hint: "By their e-mail address, if its domain is one that the issuer is trusted for.",
      kind: { is: "switch" },
    },
    {
      member: "frame_origins",
      label: "Origins that may frame the application",
      hint: "One on each line, such as https://app.acme.example, for the people whom it brings.",
      kind: { is: "lines" },
    },
    {
      member: "claims",
      heading: "What becomes of claims",
      label: "Names of claims",
      hint: 'As JSON, such as {"teams": "role", "attributes": {"primary_id": "customer"}}. The others are called as in Metabase.',
      kind: { is: "json" },
    },
    { member: "teams", label: "Teams", hint: MAPPING_OF_TEAMS, kind: { is: "json" } },
    {
      member: "account_types",
      label: "Account types",
      hint: 'As JSON, such as {"usual": "View", "map": {"staff": "Act"}}.',
      kind: { is: "json" },
    },
    {
      member: "ceiling.account_types",
      heading: "The most that it can give",
      label: "Account types",
      kind: { is: "names", of: "/api/v1/account-types" },
    },
    { member: "ceiling.teams", label: "Teams", kind: { is: "any_of", of: "/api/v1/teams" } },
    { member: "ceiling.tenants", label: "Tenants", kind: { is: "any_of", of: "/api/v1/tenants" } },
    {
      member: "ceiling.attributes",
      label: "Attributes and their values",
      hint: 'As JSON, such as {"region": ["West", "East"], "carrier": "any"}.',
      kind: { is: "json" },
    },
    { member: "ceiling.session_seconds", label: "Longest session, in seconds", kind: { is: "number", least: 60 } },
  ],
  deleting: { verb: "Delete", means: "Whoever came in by it is out at once. Its members stay." },
  isOpened: true,
  isMade: true,
  shownOnce: [
    {
      member: "secret",
      label: "Secret",
      means: "Keep it where the host's back end finds it. Whoever has it logs people in, up to the ceiling.",
    },
  ],
};
