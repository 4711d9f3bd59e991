import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";

/** A browser profile of its own. */
export interface Profile {
  context: BrowserContext;
  close(): Promise<void>;
}

export interface Look {
  width?: number;
  height?: number;
  colorScheme?: "light" | "dark";
  /** Whether third-party cookies are blocked, as people's browsers do. */
  blocks?: boolean;
  /** Whether it believes certificates that nobody has signed. */
  credulous?: boolean;
}

/** Starts Chromium with a fresh profile. */
export async function openProfile(look: Look = {}): Promise<Profile> {
  const { width = 1280, height = 900, colorScheme = "light", blocks = true, credulous = false } = look;
  const folder = mkdtempSync(join(tmpdir(), "vitrine-profile-"));
  setThirdPartyCookies(folder, blocks);
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox"],
    viewport: { width, height },
    colorScheme,
    locale: "en-GB",
    timezoneId: "Europe/London",
    reducedMotion: "reduce",
    ignoreHTTPSErrors: credulous,
  });
  const close = async () => {
    await context.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { context, close };
}

/** What the switch in Chromium's settings writes. */
function setThirdPartyCookies(folder: string, blocks: boolean): void {
  const preferences = { profile: { block_third_party_cookies: blocks, cookie_controls_mode: blocks ? 1 : 0 } };
  mkdirSync(join(folder, "Default"));
  writeFileSync(join(folder, "Default/Preferences"), JSON.stringify(preferences));
}
