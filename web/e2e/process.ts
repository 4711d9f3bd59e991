import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A server that this run has started. */
export interface Server {
  /** What its first line says: `… is listening on ADDRESS`. */
  address: string;
  stop(): Promise<void>;
}

/** Starts a server, keeps all it prints in `log`, and waits for the line with its address. */
export async function startServer(
  command: string,
  args: string[],
  { env, log }: { env: NodeJS.ProcessEnv; log: string },
): Promise<Server> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const file = createWriteStream(log);
  child.stdout.pipe(file, { end: false });
  child.stderr.pipe(file, { end: false });
  const stop = () => end(child);
  try {
    const line = await firstLine(child);
    const address = line.match(/ is listening on (http:\/\/\S+)$/)?.[1];
    if (!address) throw new Error(`\`${command}\` said \`${line}\` instead of its address; see ${log}`);
    return { address, stop };
  } catch (problem) {
    await stop();
    throw problem;
  }
}

/** Runs a command to its end and returns what it printed; throws with that if it fails. */
export async function run(command: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => printed.push(String(bytes)));
  const [status] = await once(child, "close");
  if (status !== 0) throw new Error(`\`${command} ${args.join(" ")}\` ended with ${status}:\n${printed.join("")}`);
  return printed.join("");
}

/** The same, of a Python program of this folder, in one of the environments of `scripts/python`. */
export function runPython(
  environment: string,
  program: string,
  args: string[],
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const inHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  return run(inHere("../../scripts/with-python"), [environment, inHere(program), ...args], env);
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("the process has no output");
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, "close").then(([status]) => Promise.reject(new Error(`it ended with ${status}`)));
  const [line] = await Promise.race([once(lines, "line"), ended]);
  ended.catch(() => {});
  return line;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, "close");
  child.kill("SIGTERM");
  const impatience = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await closed;
  clearTimeout(impatience);
}
