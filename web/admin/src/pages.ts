import type { Permission, Whoami } from "./api.ts";
import type { Noun } from "./field.ts";
import { folders, grants, workspaces } from "./nouns/content.ts";
import { credentials, embedKeys, issuers } from "./nouns/keys.ts";
import { accountTypes, attributes, people, sessions, teams, tenants } from "./nouns/people.ts";

/** A page that is no list. */
export interface Special {
  key: "settings";
  title: string;
  needs: Permission;
  ofTenants?: boolean;
}

export interface Section {
  title: string;
  pages: (Noun | Special)[];
}

export const settings: Special = { key: "settings", title: "Settings", needs: "manage_settings" };

const SECTIONS: Section[] = [
  { title: "Organization", pages: [people, teams, tenants, accountTypes, attributes] },
  { title: "Content", pages: [grants, workspaces, folders] },
  { title: "Embeds", pages: [settings, embedKeys, issuers, sessions] },
  { title: "Programs", pages: [credentials] },
];

/** The pages that somebody has. The server decides all the same: this only spares them pages that would refuse them. */
export function sectionsFor({ permissions, tenant }: Pick<Whoami, "permissions" | "tenant">): Section[] {
  const has = ({ needs, ofTenants }: Noun | Special) =>
    permissions.includes("administer") && permissions.includes(needs) && (tenant === null || ofTenants === true);
  const sections = SECTIONS.map(({ title, pages }) => ({ title, pages: pages.filter(has) }));
  return sections.filter(({ pages }) => pages.length > 0);
}
