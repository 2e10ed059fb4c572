/**
 * Decides where to call: a model id, a console link or a URL becomes the URLs of one endpoint. Pure.
 *
 * @module
 */
import { encodePathSegment } from "@ai-sdk/provider-utils";
import { type Base, type FixedBase, readBase } from "./base_url.ts";
import {
  cleanUrl,
  DEFAULT_PREFIX,
  HAS_CREDENTIALS,
  hideCredentials,
  isOpenaiRoot,
  QUEUE_HOST,
  readBalancerUrl,
} from "./runpod_url.ts";
import { invalidArgument } from "../invalid_argument.ts";
import { parseUrl } from "../parse_url.ts";

const CONSOLE_HOSTS = ["console.runpod.io", "www.console.runpod.io"];

/** One endpoint to send requests to. None of its URLs ends in a slash. */
export interface Endpoint {
  /** The name in errors and metadata: the endpoint id, or the URL of a server that has no id,
   * without its scheme where it has a queue, else only its host.
   */
  name: string;
  /** The URL that `/run`, `/status/{job}` and the other job routes follow; absent where there is no job queue. */
  root?: string;
  /** The URL that `/chat/completions`, `/models` and the other OpenAI routes follow. */
  openaiRoot: string;
  /** The name that the server knows the model by, if the id alone tells it. */
  model?: string;
  /** A known model id that is like the given one. */
  nearest?: string;
}

/** What to check where there may be no such endpoint. */
export function adviceForEndpoint({ name, nearest }: Endpoint): string {
  return `check that endpoint "${name}" exists${nearest ? ` (did you mean "${nearest}"?)` : ""}`;
}

/** What a catalogue knows of the endpoint of a model. */
export interface KnownEndpoint {
  /** The endpoint's slug. */
  endpoint: string;
  /** The name that the server knows the model by, if it has one. */
  model?: string;
}

/**
 * Finds the endpoint that a model id stands for.
 *
 * @throws {InvalidArgumentError} for an id or `baseURL` that cannot become a safe URL.
 */
export function locate(
  modelId: string,
  { baseURL, entry }: { baseURL?: string; entry?: KnownEndpoint } = {},
): Endpoint {
  const base = readBase(baseURL);
  if (entry === undefined && /^https?:/i.test(modelId)) return locateUrl(modelId, base);
  if (modelId.trim() === "") throw badId(modelId, "it is empty");
  return base.kind === "prefix" ? locateId(modelId, base.url, entry) : locateAtBase(modelId, base, entry);
}

/** The endpoint that `baseURL` itself is. The model id is then the name that the server knows the model by. */
function locateAtBase(modelId: string, base: FixedBase, entry: KnownEndpoint | undefined): Endpoint {
  const isEntry = base.id !== undefined && base.id === entry?.endpoint;
  // The id of the endpoint itself is not the name of a model that it serves.
  const ownName = modelId === base.id ? undefined : modelId;
  return {
    name: base.id ?? new URL(base.url).host,
    root: base.root,
    openaiRoot: base.openaiRoot,
    model: (isEntry ? entry?.model : undefined) ?? ownName,
  };
}

/** The endpoint with an id. An unknown "vendor/name" has the slug "vendor-name" and serves the model "vendor/name". */
function locateId(modelId: string, prefix: string, entry?: KnownEndpoint): Endpoint {
  const slug = entry?.endpoint ?? checkId(modelId).replaceAll("/", "-");
  const root = `${prefix}/${encodeSegment(slug, modelId)}`;
  const model = entry ? entry.model : modelId.includes("/") ? modelId : undefined;
  return { name: slug, root, openaiRoot: `${root}/openai/v1`, model };
}

/** The endpoint of a console link, or of the URL of an endpoint or a server. */
function locateUrl(modelId: string, base: Base): Endpoint {
  const host = hostOf(modelId);
  // The query and the fragment of a link say what the console shows, not which endpoint it is.
  const [path] = modelId.split(/[?#]/);
  if (CONSOLE_HOSTS.includes(host)) {
    const id = /\/endpoint\/([^/]+)/.exec(path)?.[1];
    if (id === undefined) throw badId(modelId, "the console link names no endpoint");
    if (base.kind === "prefix") return locateId(id, base.url);
    throw badId(modelId, `the base URL "${base.url}" is one endpoint itself, so a console link cannot be used`);
  }
  if (host === QUEUE_HOST) {
    const id = /^https?:\/\/[^/]+\/v2\/([^/]+)/i.exec(path)?.[1];
    if (id === undefined) throw badId(modelId, `it does not start with "${DEFAULT_PREFIX}/"`);
    return locateId(id, DEFAULT_PREFIX);
  }
  const url = cleanUrl(modelId, (reason) => badId(modelId, reason));
  const balancer = readBalancerUrl(url);
  if (balancer) return { name: balancer.id, openaiRoot: balancer.openaiRoot };
  if (isOpenaiRoot(url)) return { name: host, openaiRoot: url };
  return { name: url.slice(url.indexOf("//") + 2), root: url, openaiRoot: `${url}/openai/v1` };
}

function hostOf(modelId: string): string {
  const url = parseUrl(modelId);
  if (url === undefined) throw badId(modelId, "it is not a valid URL");
  if (url.username || url.password) throw badId(modelId, HAS_CREDENTIALS);
  return url.host;
}

function checkId(id: string): string {
  // deno-lint-ignore no-control-regex
  const bad = /[\u0000-\u0020\u007f?#\\]/.exec(id)?.[0];
  if (bad !== undefined) throw badId(id, `it contains ${JSON.stringify(bad)}`);
  for (const segment of id.split("/")) {
    if (segment === "") throw badId(id, "a part of it is empty");
    if (segment === "." || segment === "..") throw badId(id, `it contains "${segment}"`);
  }
  return id;
}

function encodeSegment(slug: string, modelId: string): string {
  checkId(slug);
  try {
    return encodePathSegment(slug);
  } catch {
    throw badId(modelId, "it is not valid Unicode");
  }
}

function badId(modelId: string, reason: string): Error {
  return invalidArgument(`use ${JSON.stringify(hideCredentials(modelId))} as a model id`, "modelId", reason);
}
