import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from "vitest";
import { openProfile, type Profile } from "./browser.ts";
import { HostPage, seesFlights, sigmaAddress } from "./hosts.ts";
import type { Server } from "./process.ts";
import { serve } from "./rig.ts";

/** Sigma's package hears no other site, and posts to this origin alone. */
const SIGMA = "https://app.sigmacomputing.com";
const SDK = fileURLToPath(import.meta.resolve("@sigmacomputing/embed-sdk"));

/** What a host writes with Sigma's package: each listener gets each message. */
const HOST_PAGE = `
  <iframe id="workbook" title="Workbook"></iframe>
  <script type="module">
    import * as sigma from "/embed-sdk.mjs";
    const iframe = document.querySelector("#workbook");
    const heard = [];
    const keep = (message) => heard.push(message);
    addEventListener("message", (event) => {
      sigma.workbookLoadedListener(event, iframe, keep);
      sigma.workbookErrorListener(event, iframe, keep);
      sigma.workbookVariableChangeListener(event, iframe, keep);
      sigma.workbookCurrentVariablesListener(event, iframe, keep);
      sigma.workbookDataLoadedListener(event, iframe, keep);
      sigma.workbookPageHeightListener(event, iframe, keep);
      sigma.workbookSelectedNodeListener(event, iframe, keep);
    });
    Object.assign(window, { sigma, iframe, heard });
  </script>`;

interface HostWindow {
  sigma: typeof import("@sigmacomputing/embed-sdk");
  iframe: HTMLIFrameElement;
  heard: { type: string }[];
}

let profile: Profile;
let server: Server;
beforeAll(async () => {
  const { logs } = inject("addresses");
  server = await serve(join(logs, "data"), join(logs, "sigma.log"), { VITRINE_PUBLIC_URL: SIGMA });
});
afterAll(() => server?.stop());
beforeEach(async () => {
  profile = await openProfile();
  // The browser believes that this server is Sigma's.
  await profile.context.route(`${SIGMA}/**`, async (route) => {
    const address = route.request().url().replace(SIGMA, server.address);
    await route.fulfill({ response: await route.fetch({ url: address }) });
  });
});
afterEach(async () => {
  await profile.context.unrouteAll({ behavior: "ignoreErrors" });
  await profile.close();
});

/** A host's page with an address in its frame, and all that Sigma's package has told it of a type. */
async function embedding(address: string) {
  const answers = { "/embed-sdk.mjs": () => readFileSync(SDK, "utf8") };
  const host = await HostPage.open(profile.context, HOST_PAGE, answers);
  await host.page.waitForFunction(() => "heard" in window);
  await host.page.evaluate((address) => {
    (window as unknown as HostWindow).iframe.src = address;
  }, address);
  const heard = async (type: string) => {
    const all = await host.page.evaluate(() => (window as unknown as HostWindow).heard);
    return all.filter((message) => message.type === type);
  };
  return { host, heard, frame: host.frame("#workbook") };
}

it("tells Sigma's own package that it has loaded, and what people and the host set", async () => {
  const { host, heard, frame } = await embedding(await sigmaAddress("DL", SIGMA, "&:responsive_height=true"));
  await seesFlights(frame, "48,110");
  await expect.poll(() => heard("workbook:loaded")).toMatchObject([{ workbook: { variables: {} } }]);
  await expect.poll(async () => (await heard("workbook:dataloaded")).length).toBeGreaterThan(0);
  await expect.poll(async () => (await heard("workbook:pageheight:onchange")).length).toBeGreaterThan(0);

  await host.page.evaluate(() => {
    const { sigma, iframe } = window as unknown as HostWindow;
    sigma.workbookVariablesUpdate(iframe, { origin: "JFK" });
  });
  await seesFlights(frame, "20,701");
  await host.page.evaluate(() => {
    const { sigma, iframe } = window as unknown as HostWindow;
    sigma.workbookVariablesList(iframe);
  });
  await expect.poll(() => heard("workbook:variables:current")).toMatchObject([{ variables: { origin: "JFK" } }]);

  await frame.getByRole("group", { name: "Filters" }).getByRole("button").first().click();
  await frame.getByRole("button", { name: "Show all" }).click();
  await seesFlights(frame, "48,110");
  await expect
    .poll(async () => (await heard("workbook:variables:onchange")).at(-1))
    .toMatchObject({ workbook: { variables: { origin: "" } } });
  expect(host.errors).toEqual([]);
});

it("tells Sigma's own package why a workbook does not open", async () => {
  const address = await sigmaAddress("DL", SIGMA);
  const { heard } = await embedding(
    address.replace("Flights-7f55QbPFuCnK2n0P2tSuBl", "Nothing-0000000000000000000000"),
  );
  await expect.poll(() => heard("workbook:error")).toMatchObject([{ code: "ENOENT" }]);
});
