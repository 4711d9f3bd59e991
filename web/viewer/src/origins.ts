/** Whether `origin` is in a list of exact origins and of patterns `https://*.host`, whose star is one leading label. */
export function isListed(origin: string, list: readonly string[]): boolean {
  return list.some((entry) => (entry.includes("*") ? matches(entry, origin) : entry === origin));
}

/** The origins that the server wrote into the document for this embed key. */
export function originsOf(document: Document): string[] {
  const content = document.querySelector<HTMLMetaElement>('meta[name="vitrine-origins"]')?.content ?? "";
  return content.split(/\s+/).filter(Boolean);
}

function matches(pattern: string, origin: string): boolean {
  const [scheme, host] = ["https://", pattern.slice("https://*".length)];
  if (!pattern.startsWith("https://*.") || !origin.startsWith(scheme) || !origin.endsWith(host)) return false;
  const label = origin.slice(scheme.length, -host.length);
  return /^[a-z0-9-]+$/.test(label);
}
