const FILES = import.meta.glob<string>("../../../examples/signing/*/*.*", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** What hosts sign in each dialect, by the folder of `examples/signing` that has the code. */
export const SIGNED = [
  { value: "vitrine", label: "Vitrine: a bearer token" },
  { value: "sigma", label: "Sigma: an address with a JWT" },
  { value: "looker", label: "Looker: a signed address" },
  { value: "tableau", label: "Tableau: a token of a connected app" },
  { value: "metabase", label: "Metabase: a guest token" },
];

/** The languages in which each folder has it, by the name of the file. */
export const LANGUAGES = [
  { value: "sign.mjs", label: "Node.js" },
  { value: "sign.py", label: "Python" },
  { value: "sign.rb", label: "Ruby" },
  { value: "sign.go", label: "Go" },
  { value: "Sign.java", label: "Java" },
  { value: "sign.php", label: "PHP" },
  { value: "Sign.cs", label: "C#" },
];

/** The code as it stands in `examples/signing`; `undefined`: there is none. */
export function codeOf(folder: string, file: string): string | undefined {
  return FILES[`../../../examples/signing/${folder}/${file}`];
}

/** The variables of the environment that code reads, in the order of the alphabet. */
export function inputsOf(code: string): string[] {
  const read = code.matchAll(/(?:env(?:iron)?\.|(?:ENV|env)\[["']|(?:getenv|Getenv|Env|Json)\(["'])([A-Z][A-Z_]+)/g);
  return [...new Set([...read].map(([, name]) => `${name}`))].sort();
}
