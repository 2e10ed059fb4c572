/**
 * The command `local` as a process of its own, on the runtime that runs the test.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

/** How a program is started on this runtime. */
export const RUNTIME: string[] = "Deno" in globalThis
  ? [process.execPath, "run", "--allow-all", "--quiet", "--no-lock"]
  : [process.execPath];

const MAIN = fileURLToPath(import.meta.resolve("@runpod/ai-sdk-provider/cli"));

/** A process of the command. */
export interface LocalProcess {
  /** Sends it a signal. */
  signal: (name: "SIGINT" | "SIGTERM") => void;
  /** Everything that it has printed so far. */
  output: () => string;
  /** Its exit code; null if a signal ended it. */
  readonly exit: Promise<number | null>;
}

/** Starts a command line. */
export function startCommand(args: string[], env: Record<string, string> = {}): LocalProcess {
  const [program, ...first] = RUNTIME;
  const child = spawn(program, [...first, MAIN, ...args], {
    env: { ...process.env, ...env } as Record<string, string>,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => output += text);
  }
  return {
    // On Deno, child.kill() forgets the exit code.
    signal: (name) => process.kill(child.pid!, name),
    output: () => output,
    exit: new Promise((resolve) => child.on("close", resolve)),
  };
}

/** A running local Runpod. */
export interface Local extends LocalProcess {
  /** Such as `http://127.0.0.1:8787`. */
  origin: string;
  key: string;
  /** The code in the link to the page. */
  code: string;
  /** Sends a request with the key, as POST if there is a body, and returns the JSON of the answer. */
  // deno-lint-ignore no-explicit-any
  call: (path: string, body?: unknown) => Promise<any>;
  /** Waits for the end of a job. */
  // deno-lint-ignore no-explicit-any
  end: (endpoint: string, job: string) => Promise<any>;
}

/** Starts `local` with options, runs the test, and ends the process. */
export async function withLocal(
  args: string[],
  test: (local: Local) => Promise<void>,
  env?: Record<string, string>,
): Promise<void> {
  const command = startCommand(["local", ...args], env);
  const { signal, output, exit } = command;
  let hasEnded = false;
  void exit.then(() => hasEnded = true);
  try {
    const ready = await until("the command listens", () => {
      if (hasEnded) throw new Error(`the command has ended:\n${output()}`);
      return /at (http:\S+)[^]*#open=(\S+)[^]*RUNPOD_API_KEY=(\S+)[^]*public endpoints/.exec(output());
    });
    const [, origin, code, key] = ready;
    const call: Local["call"] = async (path, body) => {
      const response = await fetch(`${origin}${path}`, {
        method: body === undefined ? "GET" : "POST",
        headers: { authorization: `Bearer ${key}` },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      return await response.json();
    };
    const end: Local["end"] = (endpoint, job) =>
      until(`the end of job ${job}`, async () => {
        const state = await call(`/v2/${endpoint}/status-sync/${job}`);
        return /^(COMPLETED|FAILED|CANCELLED|TIMED_OUT)$/.test(state.status) ? state : undefined;
      });
    await test({ ...command, origin, key, code, call, end });
  } catch (error) {
    console.error(output().slice(-5_000));
    throw error;
  } finally {
    if (!hasEnded) signal("SIGTERM");
    await exit;
  }
}

/** Waits until a condition gives something that is not false or empty. */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
): Promise<NonNullable<Exclude<T, false | "">>> {
  const deadline = Date.now() + 40_000;
  for (;;) {
    const result = await condition();
    if (result) return result as NonNullable<Exclude<T, false | "">>;
    if (Date.now() > deadline) throw new Error(`${what}: this did not happen in 40 s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Runs a test with a new folder, and removes the folder. */
export async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "local-runpod-"));
  try {
    await test(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes a program whose only content is a function that is called, and returns the command that starts it. */
export function programOf(folder: string, main: () => unknown): string {
  const file = join(folder, "program.mjs");
  writeFileSync(file, `await (${main})();\n`);
  return [...RUNTIME, file].map((part) => `"${part}"`).join(" ");
}
