import { describeFlags, type Flag, type FlagValues, readFlags, UsageError } from "../command_line/flags.ts";

/** What `local` was asked to do. */
export interface LocalOptions {
  /** The port to listen on, if one was given. */
  port?: number;
  /** The key, if one was given. */
  key?: string;
  /** Origins of web pages that may call. */
  origins: string[];
  /** Commands that start workers, by the id of their endpoint. */
  workers: Map<string, string>;
  /** Ids of endpoints whose workers are started by someone else. */
  endpoints: Set<string>;
  /** The roots of model servers without `/v1`, by the id of their endpoint. */
  models: Map<string, URL>;
  /** How many workers each endpoint has at most. */
  maxWorkers: number;
  /** How workers are stopped and started again; undefined keeps them running. */
  scaling?: { idleTimeoutMillis: number; coldStartMillis: number };
  /** Files to write the environment into; without an endpoint, the one of the only endpoint. */
  envFiles: Array<{ endpoint?: string; file: string }>;
  /** The URL under which workers reach this command, if not the loopback address. */
  workerUrl?: URL;
}

const DEFAULT_IDLE_SECONDS = 5;

const FLAGS: Record<string, Flag> = {
  "worker": {
    value: "NAME=COMMAND",
    repeats: true,
    help:
      'Start workers of the endpoint NAME, such as "resize=python handler.py",\nand start them again when they end. Repeat it for more endpoints.',
  },
  "workers": { value: "N", help: "How many workers each endpoint has at most. Default: 1" },
  "idle-timeout": {
    value: "SECONDS",
    help: "Stop a worker that has had no job for so long, and start it again\nwhen a job comes. Default: workers stay",
  },
  "cold-start": {
    value: "MILLIS",
    help: `Wait so long before a worker is started, as for a GPU. Implies\n--idle-timeout ${DEFAULT_IDLE_SECONDS}`,
  },
  "endpoint": {
    value: "NAME",
    repeats: true,
    help: "Have an endpoint whose workers you start yourself, with --env",
  },
  "model": {
    value: "NAME=URL",
    repeats: true,
    help: "Put the OpenAI-compatible server at URL behind the endpoint NAME",
  },
  "env": {
    value: "FILE",
    repeats: true,
    help:
      "Write what an app and a worker need as environment into a file, for\ndocker run --env-file. NAME=FILE chooses one of several endpoints",
  },
  "worker-url": {
    value: "URL",
    help:
      "How workers reach this command, such as\nhttp://host.docker.internal:8787 from containers. Default: 127.0.0.1",
  },
  "port": { value: "PORT", help: "The port on 127.0.0.1. Default: 8787, or the next free one" },
  "key": { value: "KEY", help: "The API key. Default: a new one at each start" },
  "allow-origin": {
    value: "ORIGIN",
    repeats: true,
    help: "Let web pages of this origin call, such as http://localhost:3000.\nThey need the key too",
  },
  "help": { help: "Show this text" },
};

/** The help text. */
export const HELP = `Usage: ai-sdk-provider local [OPTIONS]

Runs a Runpod on this machine: your own workers behind a real job queue, the public endpoints as an emulation, and a
page that shows them. Only programs on this machine that have the key can use it.

${describeFlags(FLAGS)}

Examples:
  ai-sdk-provider local
  ai-sdk-provider local --worker "resize=python handler.py" --workers 3
  ai-sdk-provider local --worker "resize=python handler.py" --idle-timeout 5 --cold-start 2000
  ai-sdk-provider local --endpoint resize --env worker.env      docker run --network host --env-file worker.env IMAGE
  ai-sdk-provider local --model chat=http://127.0.0.1:8080/v1

Ctrl-C ends everything that was started; a second Ctrl-C ends it at once.
`;

/**
 * Reads the command line; undefined if it asks for help.
 *
 * @throws UsageError
 */
export function readOptions(args: string[]): LocalOptions | undefined {
  const values = readFlags(args, FLAGS);
  if (values.has("help")) return undefined;
  const all = (name: string) => values.get(name) ?? [];

  const workers = new Map<string, string>();
  const endpoints = new Set<string>();
  const models = new Map<string, URL>();
  const isTaken = (name: string) => workers.has(name) || endpoints.has(name) || models.has(name);
  const claim = (name: string, flag: string) => {
    checkName(name, flag);
    if (isTaken(name)) throw new UsageError(`the endpoint "${name}" is given twice`);
    return name;
  };
  for (const value of all("worker")) {
    const [name, command] = splitPair(value, "worker");
    workers.set(claim(name, "worker"), command);
  }
  for (const name of all("endpoint")) endpoints.add(claim(name, "endpoint"));
  for (const value of all("model")) {
    const [name, url] = splitPair(value, "model");
    models.set(claim(name, "model"), modelRoot(url));
  }

  const maxWorkers = wholeNumber(values, "workers", { from: 1, to: 100 }) ?? 1;
  const withWorkers = new Set([...workers.keys(), ...endpoints]);
  return {
    port: wholeNumber(values, "port", { from: 1, to: 65_535 }),
    key: all("key").map(checkKey)[0],
    origins: all("allow-origin").map(checkOrigin),
    workers,
    endpoints,
    models,
    maxWorkers,
    scaling: readScaling(values, workers),
    envFiles: all("env").map((value) => readEnvFile(value, withWorkers)),
    workerUrl: all("worker-url").map((value) => httpUrl(value, "worker-url"))[0],
  };
}

function readScaling(values: FlagValues, workers: Map<string, string>): LocalOptions["scaling"] {
  for (const flag of ["workers", "idle-timeout", "cold-start"]) {
    if (values.has(flag) && workers.size === 0) {
      throw new UsageError(`--${flag} is for workers that this command starts: add --worker "NAME=COMMAND"`);
    }
  }
  const seconds = number(values, "idle-timeout", { from: 0, to: 86_400 });
  const coldStartMillis = number(values, "cold-start", { from: 0, to: 3_600_000 });
  if (seconds === undefined && coldStartMillis === undefined) return undefined;
  return { idleTimeoutMillis: (seconds ?? DEFAULT_IDLE_SECONDS) * 1000, coldStartMillis: coldStartMillis ?? 0 };
}

/** `FILE`, or `NAME=FILE` if NAME is an endpoint with workers. */
function readEnvFile(value: string, endpoints: Set<string>): { endpoint?: string; file: string } {
  const [name, file] = splitAtEquals(value);
  if (file !== undefined && file !== "" && endpoints.has(name)) return { endpoint: name, file };
  if (endpoints.size > 1) {
    const choice = [...endpoints].map((endpoint) => `--env ${endpoint}=FILE`).join(" or ");
    throw new UsageError(`--env ${value} does not say for which endpoint: write ${choice}`);
  }
  return { endpoint: [...endpoints][0], file: value };
}

function splitPair(value: string, flag: string): [name: string, rest: string] {
  const [name, rest] = splitAtEquals(value);
  if (rest === undefined || rest.trim() === "" || name === "") {
    throw new UsageError(`--${flag} ${JSON.stringify(value)} must be ${FLAGS[flag].value}`);
  }
  return [name, rest.trim()];
}

function splitAtEquals(value: string): [before: string, after?: string] {
  const at = value.indexOf("=");
  return at === -1 ? [value] : [value.slice(0, at), value.slice(at + 1)];
}

function checkName(name: string, flag: string): void {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name)) {
    throw new UsageError(
      `--${flag}: an endpoint's name has lower-case letters, digits and hyphens; ${JSON.stringify(name)} has others`,
    );
  }
}

function checkKey(key: string): string {
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new UsageError("--key must have only letters, digits and signs of ASCII, without spaces");
  }
  return key;
}

function checkOrigin(value: string): string {
  const origin = URL.canParse(value) ? new URL(value).origin : undefined;
  if (origin === undefined || origin === "null" || value.replace(/\/$/, "").toLowerCase() !== origin) {
    throw new UsageError(
      `--allow-origin ${JSON.stringify(value)} is not an origin: write it as http://localhost:3000, without a path`,
    );
  }
  return origin;
}

function httpUrl(value: string, flag: string): URL {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(`--${flag}: ${JSON.stringify(value)} is not a URL that begins with http:// or https://`);
  }
  return url;
}

/** The root of a model server: its URL, with or without `/v1` at the end. */
function modelRoot(value: string): URL {
  const url = httpUrl(value, "model");
  url.pathname = url.pathname.replace(/\/+$/, "").replace(/\/v1$/, "");
  if (url.search !== "" || url.hash !== "") throw new UsageError(`--model: ${value} must have no "?" and no "#"`);
  return url;
}

interface Bounds {
  from: number;
  to: number;
}

function wholeNumber(values: FlagValues, flag: string, bounds: Bounds): number | undefined {
  const value = number(values, flag, bounds);
  if (value !== undefined && !Number.isInteger(value)) throw new UsageError(`--${flag} must be a whole number`);
  return value;
}

function number(values: FlagValues, flag: string, { from, to }: Bounds): number | undefined {
  const text = values.get(flag)?.[0];
  if (text === undefined) return undefined;
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (!(value >= from && value <= to)) {
    throw new UsageError(`--${flag} must be a number from ${from} to ${to}, not ${JSON.stringify(text)}`);
  }
  return value;
}
