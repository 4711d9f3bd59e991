import { expect, it } from "vitest";
import type { Permission } from "./api.ts";
import { newBody } from "./field.ts";
import { grants, levels } from "./nouns/content.ts";
import { embedKeys } from "./nouns/keys.ts";
import { people } from "./nouns/people.ts";
import { identityProviders } from "./nouns/providers.ts";
import { sectionsFor } from "./pages.ts";

function pages(permissions: Permission[], tenant: string | null = null): string[] {
  return sectionsFor({ permissions, tenant }).flatMap((section) => section.pages.map(({ key }) => key));
}

it("shows the pages that permissions are for, and a tenant's administrators theirs only", () => {
  expect(pages([])).toEqual([]);
  expect(pages(["manage_members"])).toEqual([]);
  expect(pages(["administer", "manage_members"])).toEqual(["people"]);
  expect(pages(["administer", "manage_settings", "manage_keys"])).toEqual([
    "settings",
    "embed-keys",
    "tokens",
    "issuers",
    "identity-providers",
  ]);
  expect(pages(["administer", "manage_models", "see_activity"])).toEqual(["workbooks", "tags", "models", "activity"]);
  const all: Permission[] = ["administer", "manage_members", "manage_teams", "manage_settings", "manage_grants"];
  expect(pages(all, "acme")).toEqual(["people", "teams"]);
  // Authors administer nothing.
  expect(pages(["view", "save_content"], "acme")).toEqual(["drafts", "trash"]);
});

it("sends what is asked of a new thing and was said", () => {
  const begun = {
    ...people.begins?.("acme", new URLSearchParams()),
    subject: "a@b.example",
    first_name: "",
    email: undefined,
  };
  expect(newBody(people, begun)).toEqual({ kind: "internal", invite: true, tenant: "acme", subject: "a@b.example" });
  // Whoever becomes an embed person is not invited.
  const embed = { ...begun, kind: "embed", issuer: "portal" };
  expect(newBody(people, embed)).toEqual({ kind: "embed", tenant: "acme", subject: "a@b.example", issuer: "portal" });
  const key = { ...embedKeys.begins?.(null, new URLSearchParams()), client_id: "web", issuer: "portal" };
  expect(newBody(embedKeys, key)).toEqual({
    client_id: "web",
    issuer: "portal",
    dialect: "vitrine",
    secrets: ["stored"],
    ceiling: { account_types: ["View"], permissions: ["view"], session_seconds: 3600 },
  });
});

it("sends of a new key of Tableau's a secret or whom it trusts", () => {
  const begun = {
    ...embedKeys.begins?.(null, new URLSearchParams()),
    client_id: "bi",
    issuer: "portal",
    dialect: "tableau",
  };
  expect(newBody(embedKeys, begun)).toMatchObject({ mode: "strict", secrets: ["stored"] });
  const unified = { issuer: "https://auth.example", scopes: ["tableau:views:embed"], sites: ["1"], username_claim: "" };
  const said = {
    ...begun,
    trust: { authorization_server: { issuer: "https://idp.example" }, unified_access: unified },
  };
  const sent = (signs: string) => newBody(embedKeys, { ...said, signs });
  expect(sent("authorization_server").trust).toEqual({ authorization_server: { issuer: "https://idp.example" } });
  const { username_claim, ...written } = unified;
  expect(sent("unified_access").trust).toEqual({ unified_access: written });
  expect([sent("unified_access").secrets, sent("direct").trust, sent("direct").signs]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  // Whoever has said so and turned to another dialect has said nothing of it.
  expect(newBody(embedKeys, { ...said, signs: "unified_access", dialect: "sigma" })).toMatchObject({
    secrets: ["stored"],
  });
});

it("sends of a new identity provider what it speaks, and null in what was written as JSON", () => {
  const begun = identityProviders.begins?.(null, new URLSearchParams());
  const said = { name: "airline-id", issuer: "airline", claims: { tenant: null } };
  const ceiling = { account_types: ["View"], session_seconds: 43200 };
  const byTokens = { ...begun, ...said, frame_origins: ["https://airline.example"] };
  expect(newBody(identityProviders, byTokens)).toEqual({
    ...said,
    jwt: { mode: "strict", secrets: ["stored"] },
    frame_origins: ["https://airline.example"],
    ceiling,
  });
  expect(newBody(identityProviders, { ...byTokens, speaks: "oidc" })).toEqual({
    ...said,
    oidc: { scopes: ["email", "profile"] },
    ceiling,
  });
});

it("offers levels of what is granted", () => {
  const first = (on: Record<string, string>) => levels({ on })[0]?.value;
  expect([first({ folder: "a/b" }), first({ model: "a" }), first({ connection: "a" })]).toEqual(["view", "use", "use"]);
  const shared = grants.begins?.(null, new URLSearchParams({ on: "folder/shop/daily" }));
  expect(shared).toEqual({ to: { team: "" }, on: { folder: "shop/daily" }, level: "view" });
  // The level stays where it is offered, and is the least one where what it is on was changed afterwards.
  const sent = (on: Record<string, string>, level?: string) =>
    newBody(grants, { to: { team: "A" }, on, ...(level && { level }) }).level;
  expect([
    sent({ model: "a" }, "view"),
    sent({ model: "a" }, "use_and_annotate"),
    sent({ folder: "a/b" }, "use"),
  ]).toEqual(["use", "use_and_annotate", "view"]);
  expect(sent({ folder: "a/b" })).toBeUndefined();
  expect(grants.name({ to: { team: "Buyers" }, on: { folder: "shop/daily" } })).toBe(
    "team Buyers on folder shop/daily",
  );
});
