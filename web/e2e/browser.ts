import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";

/** A browser profile of its own that blocks third-party cookies, as people's browsers do. */
export interface Profile {
  context: BrowserContext;
  close(): Promise<void>;
}

export interface Look {
  width?: number;
  height?: number;
  colorScheme?: "light" | "dark";
}

/** Starts Chromium with a fresh profile. */
export async function openProfile({ width = 1280, height = 900, colorScheme = "light" }: Look = {}): Promise<Profile> {
  const folder = mkdtempSync(join(tmpdir(), "vitrine-profile-"));
  blockThirdPartyCookies(folder);
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
    viewport: { width, height },
    colorScheme,
    locale: "en-GB",
    timezoneId: "Europe/London",
    reducedMotion: "reduce",
  });
  const close = async () => {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { context, close };
}

/** What the switch in Chromium's settings writes. */
function blockThirdPartyCookies(folder: string): void {
  const preferences = { profile: { block_third_party_cookies: true, cookie_controls_mode: 1 } };
  mkdirSync(join(folder, "Default"));
  writeFileSync(join(folder, "Default/Preferences"), JSON.stringify(preferences));
}
