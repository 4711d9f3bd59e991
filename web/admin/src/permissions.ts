import type { Permission, Schemas } from "./api.ts";

/** A permission as the server lists it: what it needs comes before it. */
export type Listed = Pick<
  Schemas["PermissionCatalogue"]["permissions"][number],
  "name" | "needs" | "sentence" | "of_administration"
>;

/** A permission with those that need it. */
export interface Branch {
  name: Permission;
  sentence: string;
  children: Branch[];
}

/** Those without a parent, with all that need them. */
export function tree(listed: Listed[], parent?: Permission): Branch[] {
  const here = listed.filter(({ needs }) => (needs ?? undefined) === parent);
  return here.map(({ name, sentence }) => ({ name, sentence, children: tree(listed, name) }));
}

/** Gives a permission, with those without which it has no effect. */
export function given(listed: Listed[], held: string[], permission: string): string[] {
  const needs = listed.find(({ name }) => name === permission)?.needs;
  const needed = needs ? given(listed, held, needs) : held;
  return needed.includes(permission) ? needed : [...needed, permission];
}

/** Takes a permission away, with those that have no effect without it. */
export function taken(listed: Listed[], held: string[], permission: string): string[] {
  const goes = (name: string): boolean => {
    if (name === permission) return true;
    const needs = listed.find((one) => one.name === name)?.needs;
    return needs ? goes(needs) : false;
  };
  return held.filter((name) => !goes(name));
}
