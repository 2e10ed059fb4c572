import { spawn } from "node:child_process";
import process from "node:process";
import { lineReader, readableLines } from "./output_lines.ts";

/** How a process ended. */
export interface ProcessEnd {
  code: number | null;
  signal: string | null;
  /** Why it could not be started. */
  error?: string;
}

/** A command that runs, with all processes that it has started. */
export interface WorkerProcess {
  readonly pid: number | undefined;
  readonly ended: Promise<ProcessEnd>;
  /** Asks it to end, and kills it if it has not ended after a while. */
  stop: () => void;
  /** Kills it at once. */
  kill: () => void;
}

/** How long a process may take to end when it is asked to, in milliseconds. */
const GRACE_MILLIS = 5_000;

/** Python shows its output at once, and the worker SDK only what is of use. */
const DEFAULT_ENVIRONMENT = { PYTHONUNBUFFERED: "1", RUNPOD_LOG_LEVEL: "INFO" };

const isWindows = process.platform === "win32";

/** Starts a command in a shell, as a group of processes that can be ended together. */
export function startProcess(
  command: string,
  environment: Record<string, string>,
  onLine: (line: string) => void,
): WorkerProcess {
  const child = spawn(command, {
    shell: true,
    // Without a group of its own it would get the terminal's Ctrl-C, and what it started would outlive it.
    detached: !isWindows,
    windowsHide: true,
    env: { ...DEFAULT_ENVIRONMENT, ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) {
    const lines = lineReader((line) => {
      for (const readable of readableLines(line)) onLine(readable);
    });
    stream.on("data", lines.write);
    stream.on("end", lines.end);
    stream.on("error", () => {});
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.on("error", ({ message }) => resolve({ code: null, signal: null, error: message }));
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      // What the command started and left behind.
      signalGroup(child.pid, "SIGKILL");
      resolve({ code, signal });
    });
  });
  const kill = () => signalGroup(child.pid, "SIGKILL");
  return {
    pid: child.pid,
    ended,
    kill,
    stop: () => {
      signalGroup(child.pid, "SIGTERM");
      timer ??= setTimeout(kill, GRACE_MILLIS);
    },
  };
}

function signalGroup(pid: number | undefined, signal: "SIGTERM" | "SIGKILL"): void {
  if (pid === undefined) return;
  if (isWindows) {
    spawn("taskkill", ["/pid", String(pid), "/T", "/F"], { stdio: "ignore", windowsHide: true }).on("error", () => {});
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
}
