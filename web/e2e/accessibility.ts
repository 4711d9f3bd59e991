import axe from "axe-core";
import type { Dashboard } from "./dashboard.ts";

/** What axe finds in the frame: the rules broken, and where. */
export async function violations(dashboard: Pick<Dashboard, "frame">): Promise<unknown> {
  await dashboard.frame.evaluate(axe.source);
  return dashboard.frame.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run(document);
    return violations.map(({ id, nodes }) => ({ id, where: nodes.map(({ html }) => html) }));
  });
}

/** How many pixels the frame's page is wider than its window. */
export function overflow(dashboard: Pick<Dashboard, "frame">): Promise<number> {
  return dashboard.frame.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}
