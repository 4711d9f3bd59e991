import type { Permission, Whoami } from "./api.ts";
import type { Noun } from "./field.ts";
import { folders, grants, workspaces } from "./nouns/content.ts";
import { connections, models, tags, workbooks } from "./nouns/data.ts";
import { credentials, embedKeys, issuers } from "./nouns/keys.ts";
import { accountTypes, attributes, people, sessions, teams, tenants } from "./nouns/people.ts";
import { identityProviders } from "./nouns/providers.ts";

/** A page that is no list. */
export interface Special {
  key: "settings" | "access" | "activity";
  title: string;
  about: string;
  needs: Permission;
  ofTenants?: boolean;
}

export interface Section {
  title: string;
  pages: (Noun | Special)[];
}

export const settings: Special = {
  key: "settings",
  title: "Settings",
  about: "Who may come in, and how.",
  needs: "manage_settings",
};

const access: Special = {
  key: "access",
  title: "Access",
  about: "Who reaches something, what somebody reaches, and why.",
  needs: "manage_grants",
};

const activity: Special = {
  key: "activity",
  title: "Activity",
  about: "What was asked, answered, refused and changed, the last first.",
  needs: "see_activity",
  ofTenants: true,
};

const SECTIONS: Section[] = [
  { title: "Organization", pages: [people, teams, tenants, accountTypes, attributes] },
  { title: "Content", pages: [access, grants, workbooks, tags, folders, workspaces] },
  { title: "Data", pages: [connections, models] },
  { title: "Embeds", pages: [settings, embedKeys, issuers, identityProviders, sessions] },
  { title: "Programs", pages: [credentials] },
  { title: "Trail", pages: [activity] },
];

/** The pages that somebody has. The server decides all the same: this only spares them pages that would refuse them. */
export function sectionsFor({ permissions, tenant }: Pick<Whoami, "permissions" | "tenant">): Section[] {
  const has = ({ needs, ofTenants }: Noun | Special) =>
    permissions.includes("administer") && permissions.includes(needs) && (tenant === null || ofTenants === true);
  const sections = SECTIONS.map(({ title, pages }) => ({ title, pages: pages.filter(has) }));
  return sections.filter(({ pages }) => pages.length > 0);
}
