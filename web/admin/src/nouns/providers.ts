import { column, type Field, type Noun } from "../field.ts";
import { isMembers, type Members, text } from "../json.ts";

const MAPPING_OF_TEAMS =
  'As JSON, such as {"sync": "replacing", "map": {"tenant": ["Tenants"]}}. Without a map a value is a team\'s name.';

/** A new one says what it speaks; one that is there has what belongs to it. */
const byOidc = (thing: Members) => ("speaks" in thing ? thing.speaks === "oidc" : isMembers(thing.oidc));
const byTokens = (thing: Members) => !byOidc(thing);

const CLAIMS = { member: "claims", label: "Names of claims", kind: { is: "json" } } satisfies Field;

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
    { label: "Speaks", text: (thing) => (byOidc(thing) ? "OpenID Connect" : "Signed tokens"), minor: true },
    { label: "State", text: (thing) => (thing.disabled === true ? "Disabled" : "In use") },
  ],
  sought: "there",
  begins: () => ({
    speaks: "jwt",
    jwt: { mode: "strict", secrets: ["stored"] },
    oidc: { scopes: ["email", "profile"] },
    ceiling: { account_types: ["View"], session_seconds: 43200 },
  }),
  sent: ({ speaks, jwt, oidc, ...rest }) => (speaks === "oidc" ? { ...rest, oidc } : { ...rest, jwt }),
  fields: [
    {
      member: "name",
      label: "Name",
      hint: "In addresses, and where people log in.",
      kind: { is: "text" },
      stays: true,
      required: true,
    },
    { member: "issuer", label: "Issuer", kind: { is: "name", of: "/api/v1/issuers" }, required: true },
    { member: "disabled", label: "Disabled", hint: "Nobody comes in by it.", kind: { is: "switch" } },
    {
      member: "speaks",
      label: "Speaks",
      kind: {
        is: "choice",
        options: () => [
          { value: "jwt", label: "Tokens that a host signs (JWT single sign-on)" },
          { value: "oidc", label: "OpenID Connect" },
        ],
      },
      once: true,
    },
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
      hint: "As whom Vitrine is registered there. The return address is /auth/oidc/NAME/callback of this server.",
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
      member: "oidc.private_network",
      label: "May be in a private network",
      hint: "Or on this machine. Otherwise only public addresses are asked.",
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
      when: byTokens,
    },
    {
      ...CLAIMS,
      heading: "What becomes of claims",
      hint: 'As JSON, such as {"teams": "role", "attributes": {"primary_id": "customer"}}. The others are called as in Metabase.',
      when: byTokens,
    },
    {
      ...CLAIMS,
      heading: "What becomes of claims",
      hint: 'As JSON, such as {"first_name": "given_name", "last_name": "family_name", "tenant": null, "teams": "role"}.',
      when: byOidc,
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
