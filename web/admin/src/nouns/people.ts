import { type Column, column, type Field, type Noun, timeText, yesNo } from "../field.ts";
import { isMembers, type Members, read, text, texts } from "../json.ts";

const ATTRIBUTES: Field = {
  member: "attributes",
  label: "Attribute values",
  heading: "Attribute values",
  hint: "Empty: none of their own.",
  kind: { is: "attributes" },
};

const KNOWN_AS: Field = {
  member: "known_as",
  label: "Known as",
  heading: "In other products",
  hint: 'As JSON: what hosts of another product call it in what they sign, such as {"looker": [7]}.',
  kind: { is: "json" },
  when: (thing) => !text(thing.name).includes("/"),
};

const NAME: Field = { member: "name", label: "Name", kind: { is: "text" }, stays: true, required: true };

const options = (...values: string[]) => values.map((value) => ({ value, label: value }));

const isInternal = (thing: Members) => thing.kind !== "embed";

export const people: Noun = {
  key: "people",
  path: "/api/v1/members",
  title: "People",
  one: "person",
  about: "Internal people log in. Embed people come with a host's page only.",
  needs: "manage_members",
  ofTenants: true,
  name: (thing) => fullName(thing) || text(thing.email) || text(thing.subject),
  columns: [
    {
      label: "E-mail address or subject",
      text: (thing) => (fullName(thing) ? text(thing.email) || text(thing.subject) : ""),
      minor: true,
    },
    column("Kind", "kind", { minor: true }),
    column("Account type", "account_type", { minor: true }),
    column("Tenant", "tenant", { minor: true }),
    { label: "State", text: (thing) => (thing.deactivated === true ? "Deactivated" : "Active"), minor: true },
  ],
  sought: "there",
  filters: [
    { parameter: "kind", label: "Kind", options: options("internal", "embed") },
    {
      parameter: "active",
      label: "State",
      options: [
        { value: "true", label: "active" },
        { value: "false", label: "deactivated" },
      ],
    },
  ],
  begins: (tenant) => ({ kind: "internal", invite: true, ...(tenant !== null && { tenant }) }),
  fields: [
    {
      member: "kind",
      label: "Kind",
      kind: {
        is: "choice",
        options: () => [
          { value: "internal", label: "Internal: logs in" },
          { value: "embed", label: "Embed: comes with a host's page" },
        ],
      },
      stays: true,
      required: true,
    },
    {
      member: "subject",
      label: "E-mail address",
      kind: { is: "text", type: "email" },
      stays: true,
      required: true,
      when: isInternal,
    },
    {
      member: "subject",
      label: "Subject",
      hint: "What the host calls them in its tokens.",
      kind: { is: "text" },
      stays: true,
      required: true,
      when: (thing) => !isInternal(thing),
    },
    {
      member: "issuer",
      label: "Issuer",
      hint: "Who vouches for them.",
      kind: { is: "name", of: "/api/v1/issuers" },
      stays: true,
      required: true,
      when: (thing) => !isInternal(thing),
    },
    {
      member: "email",
      label: "E-mail address",
      kind: { is: "text", type: "email" },
      when: (thing) => !isInternal(thing),
    },
    { member: "first_name", label: "First name", kind: { is: "text" } },
    { member: "last_name", label: "Last name", kind: { is: "text" } },
    { member: "tenant", label: "Tenant", kind: { is: "name", of: "/api/v1/tenants" }, stays: true },
    {
      member: "account_type",
      label: "Account type",
      kind: { is: "name", of: "/api/v1/account-types" },
      required: true,
    },
    { member: "teams", label: "Teams", kind: { is: "names", of: "/api/v1/teams" } },
    {
      member: "invite",
      label: "Invite",
      hint: "You get a link that lets them in once. Send it to nobody else.",
      kind: { is: "switch" },
      once: true,
      when: isInternal,
    },
    ATTRIBUTES,
  ],
  deleting: {
    verb: "Delete",
    means: "Their sessions and API credentials end. Who comes with the same identity later is somebody new.",
  },
  isOpened: true,
  isMade: true,
  shownOnce: [
    {
      member: "link",
      label: "Link to log in",
      means: "Whoever opens it is this person. It counts once, for seven days.",
    },
  ],
};

function fullName({ first_name, last_name }: Members): string {
  return [text(first_name), text(last_name)].filter(Boolean).join(" ");
}

export const teams: Noun = {
  key: "teams",
  path: "/api/v1/teams",
  title: "Teams",
  one: "team",
  about: "Sets of people. Grants and row policies name them.",
  needs: "manage_teams",
  ofTenants: true,
  name: (thing) => text(thing.name),
  columns: [
    column("Rank", "rank", { minor: true }),
    { label: "On demand", text: (thing) => yesNo(thing.on_demand), minor: true },
    values(),
  ],
  sought: "there",
  begins: (tenant) => (tenant === null ? {} : { name: `${tenant}/` }),
  fields: [
    { ...NAME, hint: "A name such as `acme/Night shift` makes it the tenant's own." },
    {
      member: "rank",
      label: "Rank",
      hint: "Whose attribute values count where a person is in several teams: the lowest number.",
      kind: { is: "number", least: 0 },
    },
    {
      member: "on_demand",
      label: "On demand",
      hint: "A token that asserts the team lets people in who have no account.",
      kind: { is: "switch" },
    },
    {
      member: "members_of",
      label: "Member of",
      hint: "Teams that its people are in, too.",
      kind: { is: "names", of: "/api/v1/teams" },
    },
    {
      member: "administrators",
      label: "Team administrators",
      hint: "Internal people, by e-mail address, who say who is in it.",
      kind: { is: "names", of: "/api/v1/members" },
    },
    ATTRIBUTES,
    KNOWN_AS,
  ],
  deleting: { verb: "Delete", means: "The grants to it go too. A team of the same name inherits nothing." },
  isOpened: true,
  isMade: true,
};

export const tenants: Noun = {
  key: "tenants",
  path: "/api/v1/tenants",
  title: "Tenants",
  one: "tenant",
  about: "Customer companies of the host. Their administrators manage their own people only.",
  needs: "manage_tenants",
  name: (thing) => text(thing.name),
  columns: [
    column("Title", "title"),
    { label: "State", text: (thing) => (thing.deactivated === true ? "Deactivated" : "Active"), minor: true },
    values(),
  ],
  sought: "there",
  fields: [
    { ...NAME, hint: "Tokens name it." },
    { member: "title", label: "Title", hint: "Shown to people.", kind: { is: "text" } },
    { member: "deactivated", label: "Deactivated", hint: "Nobody of it gets in.", kind: { is: "switch" } },
    {
      member: "domains",
      label: "Domains",
      hint: "E-mail domains that are this tenant's and no other's, one a line. Its administrators invite people of these.",
      kind: { is: "lines" },
    },
    ATTRIBUTES,
    {
      member: "presentation",
      label: "Presentation",
      heading: "Looks",
      hint: "As JSON: how pages look and write for its people, as in tenants.yaml.",
      kind: { is: "json" },
    },
    KNOWN_AS,
  ],
  deleting: { verb: "Delete", means: "The grants to it go too. A tenant of the same name inherits nothing." },
  isOpened: true,
  isMade: true,
};

export const accountTypes: Noun = {
  key: "account-types",
  path: "/api/v1/account-types",
  title: "Account types",
  one: "account type",
  about: "What people may do at all. Grants say with what.",
  needs: "manage_account_types",
  name: (thing) => text(thing.name),
  columns: [
    { label: "Permissions", text: (thing) => texts(thing.permissions).join(", "), minor: true },
    { label: "Number", text: (thing) => String(texts(thing.permissions).length) },
  ],
  sought: "there",
  begins: () => ({ permissions: ["view"] }),
  fields: [NAME, { member: "permissions", label: "Permissions", kind: { is: "permissions" } }],
  deleting: { verb: "Delete", means: "It cannot be deleted while somebody is of it." },
  isOpened: true,
  isMade: true,
};

export const attributes: Noun = {
  key: "attributes",
  path: "/api/v1/attributes",
  title: "Attributes",
  one: "attribute",
  about:
    "Facts about people that row policies read. Changing one ends sessions of whoever has it; another default, all.",
  needs: "manage_attributes",
  name: (thing) => text(thing.name),
  columns: [
    { label: "Type", text: (thing) => `${text(thing.type)}${thing.list === true ? ", a list" : ""}` },
    column("Description", "description", { minor: true }),
  ],
  sought: "there",
  begins: () => ({ type: "text" }),
  fields: [
    NAME,
    {
      member: "type",
      label: "Type",
      kind: { is: "choice", options: () => options("text", "number", "boolean", "date", "timestamp", "filter") },
      required: true,
    },
    { member: "list", label: "List", hint: "It holds several values.", kind: { is: "switch" } },
    { member: "description", label: "Description", kind: { is: "text", long: true } },
    {
      member: "default",
      label: "Default",
      hint: "As JSON: what holds where nobody set a value.",
      kind: { is: "json" },
    },
    {
      member: "default_in_policies",
      label: "Policies use the default",
      hint: "Otherwise it serves display only, and who has no value sees no row.",
      kind: { is: "switch" },
    },
  ],
  deleting: { verb: "Delete", means: "It cannot be deleted while something names it." },
  isOpened: true,
  isMade: true,
};

function values(): Column {
  const names = (thing: Members) => {
    const given = read(thing, "attributes");
    return isMembers(given) ? Object.keys(given).join(", ") : "";
  };
  return { label: "Attribute values", text: names, minor: true };
}

export const sessions: Noun = {
  key: "sessions",
  path: "/api/v1/sessions",
  title: "Sessions",
  one: "session",
  about: "Who is in now. Guests and public viewers have none: their token or link is their session.",
  needs: "manage_sessions",
  ofTenants: true,
  name: (thing) => text(thing.subject) || "somebody unknown",
  columns: [
    column("Kind", "kind"),
    column("Tenant", "tenant", { minor: true }),
    { label: "Came by", text: (thing) => text(thing.embed_key) || "logging in", minor: true },
    column("Workbook", "workbook", { minor: true }),
    { label: "Opened", text: (thing) => timeText(thing.opened_at), minor: true },
    { label: "Ends", text: (thing) => timeText(thing.expires_at), minor: true },
  ],
  sought: "here",
  fields: [],
  deleting: { verb: "End", means: "They are out at once." },
};
