import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openProfile, type Profile } from "./browser.ts";
import { ExamplePage, serveExample, Workshop } from "./examples.ts";
import { seesFlights } from "./hosts.ts";
import type { Server } from "./process.ts";

const DASHBOARD = "vitrine-dashboard";

let workshop: Workshop;
let profile: Profile;
beforeAll(async () => {
  workshop = new Workshop();
  await workshop.installPackage();
});
afterAll(() => workshop?.close());
beforeEach(async () => {
  profile = await openProfile();
});
afterEach(() => profile.close());

describe.each(["plain", "react", "vue", "svelte"])("the example %s", (name) => {
  let server: Server;
  let example: ExamplePage;
  beforeAll(async () => {
    server = await serveExample(await workshop.build(name));
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    example = await ExamplePage.open(profile.context);
    await seesFlights(example.inside(DASHBOARD), "48,110");
  });

  it("asks for one code, and opens one frame, without a complaint of the browser's", async () => {
    expect(example.asked).toEqual(["delta"]);
    expect(await example.frames(DASHBOARD)).toBe(1);
    expect(example.errors).toEqual([]);
  });

  it("sets a filter, and hears of one that its viewer sets", async () => {
    const frame = example.inside(DASHBOARD);
    await example.pick("Airport", "JFK");
    await seesFlights(frame, "20,701");
    await frame.getByRole("group", { name: "Filters" }).getByRole("button").first().click();
    await frame.getByRole("button", { name: "Show all" }).click();
    await seesFlights(frame, "48,110");
    await expect.poll(() => example.told.innerText()).toBe('vitrine-filters {"values":{"origin":[]}}');
  });

  it("shows another person's figures to another person, with the host's filter", async () => {
    const frame = example.inside(DASHBOARD);
    await example.pick("Person", "united");
    await seesFlights(frame, "58,665");
    expect(await frame.locator("body").innerText()).not.toContain("48,110");
    await example.pick("Airport", "LGA");
    await seesFlights(frame, "8,044");
    await example.pick("Person", "delta");
    await seesFlights(frame, "23,067");
    expect(example.asked).toEqual(["delta", "united", "delta"]);
    expect(example.errors).toEqual([]);
  });

  it("takes its frame with it when it goes, and comes back with another", async () => {
    await example.page.getByRole("button", { name: "Close" }).click();
    await expect.poll(() => example.page.locator(DASHBOARD).count()).toBe(0);
    expect(example.page.frames()).toHaveLength(1);
    await example.page.getByRole("button", { name: "Open" }).click();
    await seesFlights(example.inside(DASHBOARD), "48,110");
    expect(example.asked).toEqual(["delta", "delta"]);
    expect(example.errors).toEqual([]);
  });
});

it("is under the strictest policy in the plain example, and has its own style all the same", async () => {
  const server = await serveExample(join(workshop.folder, "examples/plain"));
  try {
    const example = await ExamplePage.open(profile.context);
    const frame = example.page.locator(DASHBOARD).locator("iframe");
    await seesFlights(example.inside(DASHBOARD), "48,110");
    expect(await frame.evaluate((element) => getComputedStyle(element).borderTopWidth)).toBe("0px");
    expect(example.errors).toEqual([]);
    const broken = await example.page.evaluateHandle(breakPolicy);
    await expect.poll(() => broken.jsonValue()).toEqual(["style-src-attr", "require-trusted-types-for"]);
  } finally {
    await server.stop();
  }
});

it("has types that hold in React and Svelte", async () => {
  const folder = (example: string) => join(workshop.folder, "examples", example);
  await workshop.program("typescript/bin/tsc", ["--project", folder("react")]);
  await workshop.program("svelte-check/bin/svelte-check", ["--fail-on-warnings", "--workspace", folder("svelte")]);
});

/** Does what the policy forbids. Returns the list of directives that will have said so. Runs in the page. */
function breakPolicy(): string[] {
  const broken: string[] = [];
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => broken.push(effectiveDirective));
  document.body.setAttribute("style", "color: red");
  try {
    document.body.innerHTML = "<p>markup</p>";
  } catch {
    // That is what was wanted.
  }
  return broken;
}
