import type { Api, Path, Thing } from "./api.ts";
import { text } from "./json.ts";

export interface Suggestion {
  name: string;
  id: string;
}

/** How many names are suggested at once. */
const MOST = "20";

/** Names that begin so. Whoever may not list them writes names by heart. */
export async function suggest(api: Api, path: Path, beginning: string): Promise<Suggestion[]> {
  try {
    const { items } = await api.list(path, { beginning, limit: MOST });
    return items.map((thing) => ({ name: nameOf(thing), id: thing.id }));
  } catch {
    return [];
  }
}

function nameOf({ name, client_id, email, subject }: Thing): string {
  return text(name) || text(client_id) || text(email) || text(subject);
}
