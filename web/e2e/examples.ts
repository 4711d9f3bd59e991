import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BrowserContext, FrameLocator, Locator, Page } from "playwright-core";
import { inject } from "vitest";
import { run, type Server, startServer } from "./process.ts";

/** Where the examples believe Vitrine to be. */
const USUAL_VITRINE = "http://127.0.0.1:8080";

const web = fileURLToPath(new URL("..", import.meta.url));
const examples = join(web, "../examples");

/**
 * A folder in which examples are built and served as from a clone: with the package as it would be published, installed
 * from its archive, and with everything else that they need from what is installed here.
 */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), "vitrine-examples-"));

  constructor() {
    symlinkSync(join(web, "node_modules"), join(this.folder, "node_modules"));
    mkdirSync(join(this.folder, "examples"));
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A copy of a folder in which nothing is changed but the server's address. */
  copy(source: string, name: string): string {
    const copy = join(this.folder, "examples", name);
    cpSync(source, copy, { recursive: true, filter: (path) => !/\/(node_modules|dist)$/.test(path) });
    for (const entry of readdirSync(copy, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      writeFileSync(path, readFileSync(path, "utf8").replaceAll(USUAL_VITRINE, inject("addresses").vitrine));
    }
    return copy;
  }

  /** Builds an example, if it is one to be built, and returns the folder to be served. */
  async build(example: string): Promise<string> {
    const copy = this.copy(join(examples, example), example);
    if (!readdirSync(copy).includes("vite.config.ts")) return copy;
    await this.program("vite/bin/vite.js", ["build", copy, "--logLevel", "warn"]);
    return join(copy, "dist");
  }

  /** Runs a program of a package that is installed here. */
  program(path: string, args: string[]): Promise<string> {
    return run(process.execPath, [join(web, "node_modules", path), ...args]);
  }

  /** Builds the package and installs it for the examples. */
  async installPackage(): Promise<void> {
    await run("npm", ["run", "build:npm", "--prefix", web]);
    await run("npm", ["pack", join(web, "npm"), "--pack-destination", this.folder]);
    const archive = readdirSync(this.folder).find((name) => name.endsWith(".tgz"));
    if (!archive) throw new Error("`npm pack` made no archive");
    await run("npm", [
      "install",
      "--prefix",
      join(this.folder, "examples"),
      "--offline",
      "--no-audit",
      join(this.folder, archive),
    ]);
  }
}

/** Serves a folder from the examples' back end, on the origin that is for pages of tests. */
export function serveExample(folder: string): Promise<Server> {
  const { vitrine, pages, logs } = inject("addresses");
  const env = {
    PORT: new URL(pages).port,
    VITRINE_URL: vitrine,
    VITRINE_SECRET_FILE: join(logs, "data/secrets/contrail-web"),
  };
  const log = join(logs, "example.log");
  return startServer(process.execPath, [join(examples, "back-end/server.js"), folder], { env, log });
}

/** A page of an example in a tab of its own. */
export class ExamplePage {
  /** Errors that the browser has printed or pages have thrown. */
  readonly errors: string[] = [];
  /** For whom the page has asked for codes. */
  readonly asked: string[] = [];

  private constructor(readonly page: Page) {
    page.on("console", (message) => message.type() === "error" && this.errors.push(message.text()));
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("request", (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname === "/vitrine-code") this.asked.push(searchParams.get("person") ?? "");
    });
    // Nobody has drawn an icon for the examples.
    page.route("**/favicon.ico", (route) => route.fulfill({ status: 204 }));
  }

  static async open(context: BrowserContext): Promise<ExamplePage> {
    const example = new ExamplePage(await context.newPage());
    await example.page.goto(inject("addresses").pages);
    return example;
  }

  /** Picks an option of one of the page's lists. */
  async pick(list: "Person" | "Airport", option: string): Promise<void> {
    await this.page.getByLabel(list).selectOption(option);
  }

  /** Where the page writes what it has heard last. */
  get told(): Locator {
    return this.page.locator("output");
  }

  /** What is in the frame of the element that the selector names. */
  inside(selector: string): FrameLocator {
    return this.page.locator(selector).frameLocator("iframe");
  }

  frames(selector: string): Promise<number> {
    return this.page.locator(selector).locator("iframe").count();
  }
}
