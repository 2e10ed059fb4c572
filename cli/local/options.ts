import { type FlagValues, readFlags, UsageError } from "../command_line/flags.ts";
import { DEFAULT_IDLE_SECONDS, FLAGS } from "./help.ts";
import { checkKey, checkName, checkOrigin, httpUrl, modelRoot, number, wholeNumber } from "./option_values.ts";

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
