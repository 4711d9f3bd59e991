import type { Permission, Whoami } from "./api.ts";
import type { Noun } from "./field.ts";
import { folders, grants, workspaces } from "./nouns/content.ts";
import { connections, models, tags, workbooks } from "./nouns/data.ts";
import { credentials, embedKeys, issuers } from "./nouns/keys.ts";
import { accountTypes, attributes, people, sessions, teams, tenants } from "./nouns/people.ts";
import { identityProviders } from "./nouns/providers.ts";

/** A page that is no list of things. */
export interface Special {
  key: "settings" | "access" | "activity" | "tokens" | "drafts" | "trash";
  title: string;
  about: string;
  needs: Permission;
  ofTenants?: boolean;
  /** Whether it is for authors, who need administer nothing. */
  ofAuthors?: boolean;
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

const tokens: Special = {
  key: "tokens",
  title: "Token playground",
  about: "What a token or a signed address is worth: who would come with it, or why nobody would.",
  needs: "manage_keys",
};

const drafts: Special = {
  key: "drafts",
  title: "Drafts and versions",
  about: "What workbooks are to show, showed, and show again. Readers see what is published.",
  needs: "save_content",
  ofAuthors: true,
};

const trash: Special = {
  key: "trash",
  title: "Trash",
  about: "Workbooks that were thrown away, until they are put back or deleted for ever.",
  needs: "save_content",
  ofAuthors: true,
};

const SECTIONS: Section[] = [
  { title: "Organization", pages: [people, teams, tenants, accountTypes, attributes] },
  { title: "Content", pages: [access, grants, workbooks, tags, folders, workspaces] },
  { title: "Authoring", pages: [drafts, trash] },
  { title: "Data", pages: [connections, models] },
  { title: "Embeds", pages: [settings, embedKeys, tokens, issuers, identityProviders, sessions] },
  { title: "Programs", pages: [credentials] },
  { title: "Trail", pages: [activity] },
];

/** The pages that somebody has. The server decides all the same: this only spares them pages that would refuse them. */
export function sectionsFor({ permissions, tenant }: Pick<Whoami, "permissions" | "tenant">): Section[] {
  const has = (page: Noun | Special) => {
    if (!permissions.includes(page.needs)) return false;
    if ("ofAuthors" in page && page.ofAuthors) return true;
    return permissions.includes("administer") && (tenant === null || page.ofTenants === true);
  };
  const sections = SECTIONS.map(({ title, pages }) => ({ title, pages: pages.filter(has) }));
  return sections.filter(({ pages }) => pages.length > 0);
}
