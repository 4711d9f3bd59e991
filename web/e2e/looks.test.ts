import { mkdirSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openProfile, type Profile } from "./browser.ts";
import { Contrail } from "./contrail.ts";
import { serveExample, Workshop } from "./examples.ts";
import type { Server } from "./process.ts";
import { fingerprint } from "./screens/fingerprint.ts";
import {
  changes,
  readReference,
  SCHEMES,
  type Scheme,
  WIDTHS,
  type Width,
  writeReference,
} from "./screens/reference.ts";
import { SCREENS, type Screen } from "./screens/screens.ts";
import { HOST, Stage } from "./screens/stage.ts";
import { TAMPERINGS } from "./screens/tamperings.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pictures = fileURLToPath(new URL("../../build/screenshots", import.meta.url));
mkdirSync(pictures, { recursive: true });

/** Makes what is seen the reference, instead of comparing with it. */
const updating = Boolean(process.env.UPDATE_SCREENS);
/** Differences that are told of a screen at most. */
const TOLD = 12;
/** At which width axe looks at a scheme: it takes longer than everything else. */
const EXAMINED: Record<Scheme, Width> = { light: 320, dark: 1440 };

let workshop: Workshop;
let server: Server;
beforeAll(async () => {
  workshop = new Workshop();
  server = await serveExample(workshop.copy(HOST, "screens"));
});
afterAll(async () => {
  await server?.stop();
  workshop?.close();
});

describe.each(SCHEMES)("in the %s scheme", (scheme) => {
  let profile: Profile;
  let stage: Stage;
  beforeAll(async () => {
    profile = await openProfile({ colorScheme: scheme });
    stage = await Stage.on(profile.context);
  });
  afterAll(() => profile?.close());

  it.each(SCREENS)("$name fits, is accessible, and looks as it did", async (screen) => {
    await begin(stage, screen);
    const found: string[] = [];
    for (const width of WIDTHS) {
      const name = `${screen.name}-${width}-${scheme}`;
      await arrange(stage, screen, width);
      const picture = await stage.picture(`${pictures}/${name}.png`);
      expect(await stage.overflow(), `${name} is wider than its frame`).toBeLessThanOrEqual(0);
      if (width === EXAMINED[scheme]) expect(await stage.violations(), name).toEqual([]);
      found.push(...compared(screen, width, scheme, await fingerprint(stage, picture)));
      await screen.undo?.(stage);
    }
    expect(stage.mistakes).toEqual([]);
    if (found.length > 0) throw new Error(found.join("\n"));
  });
});

describe("somebody who changes how it looks is told so:", () => {
  let profile: Profile;
  let stage: Stage;
  const overview = SCREENS.find(({ name }) => name === "overview") as Screen;
  const [width, scheme] = [1440, "light"] as const;
  beforeAll(async () => {
    profile = await openProfile({ colorScheme: scheme });
    stage = await Stage.on(profile.context);
    await begin(stage, overview);
    await arrange(stage, overview, width);
  });
  afterAll(() => profile?.close());

  async function seen(): Promise<string[]> {
    await stage.still();
    const reference = readReference(overview.name);
    if (!reference) throw new Error("there is no reference");
    return changes(reference, width, scheme, await fingerprint(stage, await stage.picture()));
  }

  it.each(TAMPERINGS)("$what", async ({ tamper, told }) => {
    expect(await seen()).toEqual([]);
    await stage.frame.evaluate(tamper);
    const noticed = await seen();
    await stage.frame.evaluate(() => (window as unknown as { restore(): void }).restore());
    expect(noticed.join("\n")).toMatch(told);
  });
});

it("is pictured inside of a host application, for the README", async () => {
  const profile = await openProfile({ width: 1440, height: 1000 });
  try {
    const contrail = await Contrail.as("delta", profile.context);
    await contrail.settled();
    await contrail.dashboard.locator("svg text").first().waitFor();
    // What a frame has outside the window is not painted, so the window grows first.
    const height = await contrail.page.evaluate(() => document.documentElement.scrollHeight);
    await contrail.page.setViewportSize({ width: 1440, height });
    await contrail.page.screenshot({ path: `${pictures}/host-1440-light.png` });
    expect(contrail.errors).toEqual([]);
  } finally {
    await profile.close();
  }
});

it("is as tall as its content, and no frame scrolls in a page that scrolls", async () => {
  const profile = await openProfile();
  try {
    const contrail = await Contrail.as("delta", profile.context);
    await contrail.settled();
    await expect
      .poll(() => contrail.frame.evaluate(() => document.documentElement.scrollHeight - window.innerHeight))
      .toBe(0);
    await expect
      .poll(() =>
        contrail.frame.evaluate(() => window.innerHeight - (document.querySelector("main")?.offsetHeight ?? 0)),
      )
      .toBe(0);
  } finally {
    await profile.close();
  }
});

/** Loads a screen, and does what makes it what it is. */
async function begin(stage: Stage, { person, attributes, before, once }: Screen): Promise<void> {
  await stage.clear();
  await before?.(stage);
  await stage.show(person, attributes, WIDTHS[0]);
  if (before === undefined) await stage.settled();
  await once?.(stage);
  if (before === undefined) await stage.settled();
}

async function arrange(stage: Stage, { each }: Screen, width: Width): Promise<void> {
  await stage.widen(width);
  await each?.(stage);
  await stage.stopClock();
  await stage.widen(width);
}

/** What has changed, for whoever reads the test's failure. */
function compared(
  { name }: Screen,
  width: Width,
  scheme: Scheme,
  seen: Awaited<ReturnType<typeof fingerprint>>,
): string[] {
  if (updating) writeReference(name, width, scheme, seen);
  const reference = readReference(name);
  const found = reference ? changes(reference, width, scheme, seen) : ["there is no reference"];
  if (found.length === 0) return [];
  const path = relative(root, `${pictures}/${name}-${width}-${scheme}.png`);
  return [
    `The screen ${name} at ${width} pixels, ${scheme}, is not what it was; see ${path}:`,
    ...found.slice(0, TOLD).map((line) => `  ${line}`),
    ...(found.length > TOLD ? [`  and ${found.length - TOLD} more`] : []),
    "If it is meant to be: UPDATE_SCREENS=1 npm run e2e -- looks",
  ];
}
