import { getContext, setContext } from "svelte";
import type { Address } from "./address.svelte.ts";
import type { Api, Whoami } from "./api.ts";

/** What every part of the page has: who is in, what asks for them, and where they are. */
export interface Context {
  api: Api;
  me: Whoami;
  address: Address;
}

const KEY = Symbol("administration");

export function provide(context: Context): void {
  setContext(KEY, context);
}

export function given(): Context {
  return getContext<Context>(KEY);
}
