/** Names of characters that people write; of the other two thousand, the name is shown. */
const NAMED: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
  shy: "\u00ad",
  copy: "©",
  reg: "®",
  trade: "™",
  deg: "°",
  plusmn: "±",
  times: "×",
  divide: "÷",
  micro: "µ",
  middot: "·",
  bull: "•",
  hellip: "…",
  ndash: "–",
  mdash: "—",
  lsquo: "‘",
  rsquo: "’",
  ldquo: "“",
  rdquo: "”",
  laquo: "«",
  raquo: "»",
  euro: "€",
  pound: "£",
  yen: "¥",
  cent: "¢",
  sect: "§",
  para: "¶",
  larr: "←",
  uarr: "↑",
  rarr: "→",
  darr: "↓",
  le: "≤",
  ge: "≥",
  ne: "≠",
  colon: ":",
  Tab: "\t",
  NewLine: "\n",
};

const ENTITY = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]\w*));/gi;

/** Reads entities, once: what they stand for is text, whatever it looks like. */
export function decoded(text: string): string {
  return text.replace(ENTITY, (entity, decimal, hexadecimal, name) => {
    if (name) return Object.hasOwn(NAMED, name) ? (NAMED[name] ?? entity) : entity;
    return character(decimal ? Number(decimal) : Number.parseInt(hexadecimal, 16));
  });
}

/** Numbers that are no characters are shown as the sign for that, as CommonMark says. */
function character(code: number): string {
  const none = code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff);
  return none ? "\ufffd" : String.fromCodePoint(code);
}
