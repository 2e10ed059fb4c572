/**
 * The folder in which servers are installed and run, and the processes that run there.
 *
 * @module
 */
import { exists, pathOf } from "../files.ts";
import { mustRun, run } from "../shell.ts";

/** Where a server is installed and run. */
export interface Place {
  /** A path in the folder. */
  path: (...names: string[]) => string;
  /** The folder, named by the caller, with the sources of a server that comes from no registry. */
  sources: (name: string) => string;
  /** Makes something in the folder once, such as a model or a build. What fails is made again by the next run. */
  once: (name: string, make: () => Promise<void>) => Promise<void>;
  /** Runs a command to its end, with its output in the log. Ends the script if the command fails. */
  command: (command: string, args: string[], options?: ProcessOptions) => Promise<void>;
  /** Makes a Python environment, with packages from the package index. Returns the path of its `bin` folder. */
  python: (name: string, ...packages: string[][]) => Promise<string>;
  /** Runs a Python script of `scripts/servers/models/` to make a model, once. Returns the model's folder. */
  model: (bin: string, name: string, ...args: string[]) => Promise<string>;
  /** Starts a process that runs until the end of the server's run. Its output goes to `logs/NAME.log`. */
  start: (name: string, command: string, args: string[], options?: ProcessOptions) => void;
  /** Waits until a URL answers with 200. Fails if a started process ends before that. */
  untilReady: (url: string, withinSeconds: number) => Promise<void>;
  /** Stops the processes, the last one first. */
  stop: () => Promise<void>;
}

interface ProcessOptions {
  env?: Record<string, string>;
  cwd?: string;
}

/** A port of this machine that is free now. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

/** Makes a place for one server in a folder. `sourceFolders` are the caller's, by name. */
export function placeIn(folder: URL, sourceFolders: Record<string, string>): Place {
  const running: Array<{ name: string; process: Deno.ChildProcess; ended: Promise<Deno.CommandStatus> }> = [];
  const path = (...names: string[]) => pathOf(new URL(names.join("/"), folder));

  async function once(name: string, make: () => Promise<void>): Promise<void> {
    const stamp = new URL(`${name}.done`, folder);
    if (await exists(stamp)) return;
    await make();
    await Deno.writeTextFile(stamp, "");
  }

  async function command(name: string, args: string[], { env, cwd }: ProcessOptions = {}): Promise<void> {
    await mustRun(name, args, { env, cwd: new URL(`file://${cwd ?? path("")}/`) });
  }

  return {
    path,
    once,
    command,
    sources: (name) => sourceFolders[name],
    python: async (name, ...packages) => {
      await once(name, async () => {
        console.log(`Installing ${name} (once)`);
        await command("python3", ["-m", "venv", path(name)]);
        const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        for (const step of packages) await command(path(name, "bin/python"), [...pip, ...step]);
      });
      return path(name, "bin");
    },
    model: async (bin, name, ...args) => {
      const target = path("models", name);
      await once(`models/${name}`, async () => {
        console.log(`Making the model "${name}" (once)`);
        await Deno.mkdir(target, { recursive: true });
        const script = pathOf(new URL(`models/${name}.py`, import.meta.url));
        await command(`${bin}/python`, [script, target, ...args]);
      });
      return target;
    },
    start: (name, file, args, { env = {}, cwd } = {}) => {
      Deno.mkdirSync(path("logs"), { recursive: true });
      // A shell, because a log that is a pipe would stop the server when nobody reads it.
      const process = new Deno.Command("sh", {
        args: ["-c", 'log=$1; shift; exec "$@" >"$log" 2>&1', "sh", path("logs", `${name}.log`), file, ...args],
        cwd: cwd ?? path(""),
        env,
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).spawn();
      running.push({ name, process, ended: process.status });
    },
    untilReady: async (url, withinSeconds) => {
      const ended = running.map(({ name, ended }) => ended.then(({ code }) => ({ name, code })));
      for (let second = 0; second < withinSeconds; second++) {
        const response = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => undefined);
        await response?.body?.cancel();
        if (response?.status === 200) return;
        const first = await Promise.race([...ended, new Promise<undefined>((go) => setTimeout(go, 1000, undefined))]);
        if (first !== undefined) {
          throw new Error(`${first.name} ended with code ${first.code}; see ${path("logs", `${first.name}.log`)}`);
        }
      }
      throw new Error(`${url} was not ready within ${withinSeconds} seconds; see ${path("logs")}`);
    },
    stop: async () => {
      for (const { process, ended } of running.splice(0).reverse()) {
        try {
          process.kill("SIGTERM");
        } catch {
          // It has ended by itself.
        }
        const patience = setTimeout(() => process.kill("SIGKILL"), 15_000);
        await ended;
        clearTimeout(patience);
      }
    },
  };
}

/** The commands among these that this machine does not have. */
export async function missingCommands(commands: string[]): Promise<string[]> {
  const missing: string[] = [];
  for (const command of commands) {
    const { code } = await run("sh", ["-c", `command -v "${command}"`]);
    if (code !== 0) missing.push(command);
  }
  return missing;
}
