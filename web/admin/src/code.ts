const CODE = /^#(vl_.*)$/;

/** The login code behind the `#` of the address, from which it is taken at once: neither history nor a copy has it. */
export function takeCode(
  { hash, pathname, search }: Pick<Location, "hash" | "pathname" | "search">,
  history: Pick<History, "replaceState">,
): string | undefined {
  const code = hash.match(CODE)?.[1];
  if (code !== undefined) history.replaceState(null, "", pathname + search);
  return code;
}
