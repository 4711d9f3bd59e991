import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

interface Package {
  version: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

function read(path: string): string {
  return readFileSync(new URL(path, import.meta.url), "utf8");
}

function readPackage(path: string): Package {
  return JSON.parse(read(path));
}

describe("the package for hosts that bundle", () => {
  it("has the version of the server", () => {
    const [, version] = read("../../Cargo.toml").match(/^version = "(.+)"$/m) ?? [];
    expect(readPackage("../npm/package.json").version).toBe(version);
  });

  it("can be imported where there are no elements", async () => {
    expect(globalThis).not.toHaveProperty("HTMLElement");
    expect(Object.keys(await import("./v1.ts"))).toEqual(["VitrineDashboard", "VitrineElement"]);
  });
});

it.each(["react", "vue", "svelte"])("the example for %s names the versions that it is tested with", (name) => {
  const { dependencies, devDependencies } = readPackage(`../../examples/${name}/package.json`);
  const { "@vitrine/embed": ours, ...theirs } = dependencies;
  expect(ours).toBe("file:../../web/npm");
  expect(readPackage("../package.json").devDependencies).toMatchObject({ ...theirs, ...devDependencies });
});
