// Checks that the crates depend on each other only as ARCHITECTURE.md draws it. Reads the workspace's own manifest graph.

const { execFileSync } = require("node:child_process");

/** Which of our crates each one may use, outside its tests. */
const MAY_USE = {
  model: [],
  authz: ["model"],
  dialect: ["model"],
  lookml: ["model"],
  picture: ["model"],
  query: ["authz", "model"],
  store: ["authz", "model"],
  server: ["authz", "dialect", "lookml", "model", "picture", "query", "store"],
  testkit: [],
};

/** Libraries that only some crates may name. Of those with SQL, one has its data in it, the other asks the databases of hosts. */
const OWNERS = {
  axum: ["server"],
  "cedar-policy": ["authz"],
  datafusion: ["query"],
  krilla: ["picture"],
  "krilla-svg": ["picture"],
  resvg: ["picture"],
  sqlx: ["query", "store"],
};

/** Crates without I/O, async, clock and chance, and what would bring those in. */
const PURE = ["model", "authz", "dialect", "lookml", "picture"];
const IMPURE = ["async-trait", "futures", "rand", "reqwest", "tokio"];

const found = packages().flatMap(({ name, dependencies }) =>
  dependencies
    .filter(({ kind }) => kind !== "dev")
    .map((dependency) => [dependency.name, reasonAgainst(name, dependency.name)])
    .filter(([, reason]) => reason)
    .map(([dependency, reason]) => `crates/${name} uses \`${dependency}\`: ${reason}`),
);
for (const line of found) console.error(line);
process.exitCode = found.length > 0 ? 1 : 0;

function reasonAgainst(name, dependency) {
  if (!(name in MAY_USE)) return "the crate is new; draw it in ARCHITECTURE.md and scripts/borders.js";
  if (dependency in MAY_USE && !MAY_USE[name].includes(dependency)) return "this arrow is not in ARCHITECTURE.md";
  if (dependency in OWNERS && !OWNERS[dependency].includes(name)) return `only ${OWNERS[dependency].join(" and ")} may`;
  if (PURE.includes(name) && IMPURE.includes(dependency)) return "this crate has no I/O, async, clock or chance";
  return undefined;
}

function packages() {
  const metadata = execFileSync("cargo", ["metadata", "--no-deps", "--format-version", "1"], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "inherit"],
  });
  return JSON.parse(metadata).packages;
}
