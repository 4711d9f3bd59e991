/** What people enter who want it to be something else where it is shown. If one of them runs, `__pwned` is set. */
export const HOSTILE = [
  '<img src=x onerror="__pwned=1">',
  "<script>__pwned=1</script>",
  '"><svg onload=__pwned=1>',
  "javascript:__pwned=1",
  "{a|rich}{b|text}",
  "{{nickname}}",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: somebody else's template
  "${__pwned=1}",
  "__proto__",
  "constructor",
  "\u202Edetrever\u202C",
  "=1+1",
  "%s%d%n",
  "🦺👩🏽‍🚀",
  `${"Wort".repeat(60)}`,
  "../../x?a=b#c",
  "' OR 1=1 --",
] as const;
