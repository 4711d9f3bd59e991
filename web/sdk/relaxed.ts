/**
 * Reads JSON with what people write in attributes: single quotes, names without quotes, commas before closing brackets.
 * Throws if it is still no JSON.
 */
export function readRelaxed(text: string): unknown {
  return JSON.parse(text.replace(LIBERTIES, strictly));
}

/** Proper texts, which stay; texts in single quotes; bare names before a colon; commas before a closing bracket. */
const LIBERTIES = /"(?:[^"\\]|\\.)*"|'((?:[^'\\]|\\.)*)'|([A-Za-z_$][\w$]*)(?=\s*:)|,(?=\s*[}\]])/gs;

function strictly(found: string, single: string | undefined, name: string | undefined): string {
  if (single !== undefined) return `"${single.replaceAll("\\'", "'").replaceAll(/(?<!\\)"/g, '\\"')}"`;
  if (name) return `"${name}"`;
  return found === "," ? "" : found;
}
