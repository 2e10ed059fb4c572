/**
 * Decides where to call: a model id, a console link or a URL becomes the URLs of one endpoint. Pure.
 *
 * @module
 */
import { InvalidArgumentError } from "@ai-sdk/provider";
import { encodePathSegment } from "@ai-sdk/provider-utils";

/** The default of `baseURL`. Endpoint ids follow it. */
const DEFAULT_PREFIX = "https://api.runpod.ai/v2";

const CONSOLE_HOSTS = ["console.runpod.io", "www.console.runpod.io"];
const QUEUE_HOST = "api.runpod.ai";
const HAS_CREDENTIALS = 'it holds credentials; use "apiKey" or "headers"';

/** One endpoint to send requests to. None of its URLs ends in a slash. */
export interface Endpoint {
  /** The name in errors and metadata: the endpoint id, or the host of a server that has no id. */
  name: string;
  /** The URL that `/run`, `/status/{job}` and the other job routes follow; absent where there is no job queue. */
  root?: string;
  /** The URL that `/chat/completions`, `/models` and the other OpenAI routes follow. */
  openaiRoot: string;
  /** The name that the server knows the model by, if the id alone tells it. */
  model?: string;
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

/** Whether a URL is one of Runpod's own, which always need an API key. */
export function isRunpodUrl(url: string): boolean {
  const { protocol, host } = new URL(url);
  return protocol === "https:" && isRunpodHost(host);
}

function isRunpodHost(host: string): boolean {
  return host === QUEUE_HOST || host.endsWith(`.${QUEUE_HOST}`);
}

/** What a `baseURL` stands for: a prefix that endpoint ids follow, or one endpoint or server for all model ids. */
type Base = { kind: "prefix"; url: string } | FixedBase;
interface FixedBase {
  kind: "fixed";
  url: string;
  id?: string;
  root?: string;
  openaiRoot: string;
}

function readBase(baseURL: string | undefined): Base {
  if (baseURL === undefined) return { kind: "prefix", url: DEFAULT_PREFIX };
  const url = cleanUrl(baseURL, (reason) =>
    new InvalidArgumentError({
      argument: "baseURL",
      message: `Cannot use "${hideCredentials(baseURL)}" as the base URL: ${reason}`,
    }));
  if (url === `https://${QUEUE_HOST}`) return { kind: "prefix", url: DEFAULT_PREFIX };

  const balancer = locateBalancer(url);
  if (balancer) return { kind: "fixed", url, id: balancer.name, openaiRoot: balancer.openaiRoot };
  // ".../v2/{id}", also with "/openai" or "/openai/v1" behind it.
  const root = /^.*\/v2\/[^/]+(?=\/openai(?:\/v1)?$|$)/.exec(url)?.[0];
  const id = root?.slice(root.lastIndexOf("/") + 1);
  if (root) return { kind: "fixed", url, id, root, openaiRoot: `${root}/openai/v1` };
  if (url.endsWith("/v1")) return { kind: "fixed", url, openaiRoot: url };
  return { kind: "prefix", url };
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

/** The endpoint with an id. An unknown "vendor/name" is the slug "vendor-name", and the name of the model too. */
function locateId(modelId: string, prefix: string, entry?: KnownEndpoint): Endpoint {
  const slug = entry?.endpoint ?? checkId(modelId).replaceAll("/", "-");
  const root = `${prefix}/${encodeSegment(slug, modelId)}`;
  return {
    name: slug,
    root,
    openaiRoot: `${root}/openai/v1`,
    model: entry ? entry.model : modelId.includes("/") ? modelId : undefined,
  };
}

function locateUrl(modelId: string, base: Base): Endpoint {
  const host = hostOf(modelId);
  // The query and the fragment of a link say what the console shows, not which endpoint it is.
  const [path] = modelId.split(/[?#]/);
  if (CONSOLE_HOSTS.includes(host)) {
    const id = /\/endpoint\/([^/]+)/.exec(path)?.[1];
    if (id === undefined) throw badId(modelId, "the console link names no endpoint");
    if (base.kind === "fixed") {
      throw badId(
        modelId,
        `a console link cannot be used with the base URL "${base.url}", which is one endpoint itself`,
      );
    }
    return locateId(id, base.url);
  }
  if (host === QUEUE_HOST) {
    const id = /^https?:\/\/[^/]+\/v2\/([^/]+)/i.exec(path)?.[1];
    if (id === undefined) throw badId(modelId, `it does not start with "${DEFAULT_PREFIX}/"`);
    return locateId(id, DEFAULT_PREFIX);
  }
  const url = cleanUrl(modelId, (reason) => badId(modelId, reason));
  return locateBalancer(url) ?? { name: host, root: url, openaiRoot: url };
}

/** A load-balancing endpoint has a host of its own, `{id}.api.runpod.ai`, and no job queue. */
function locateBalancer(url: string): Endpoint | undefined {
  const { host, pathname } = new URL(url);
  if (!host.endsWith(`.${QUEUE_HOST}`) || !/^\/(v1)?$/.test(pathname)) return undefined;
  return { name: host.slice(0, -QUEUE_HOST.length - 1), openaiRoot: `https://${host}/v1` };
}

/** Checks a URL that paths are appended to, and removes slashes at its end. */
function cleanUrl(text: string, error: (reason: string) => Error): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw error("it is not an absolute URL");
  }
  if (!/^https?:$/.test(url.protocol)) throw error(`it starts with "${url.protocol}", not http or https`);
  if (url.username || url.password) throw error(HAS_CREDENTIALS);
  if (url.search || url.hash) throw error("it has a query or a fragment, and a path must follow it");
  // The key must not go to Runpod unencrypted.
  if (isRunpodHost(url.host)) url.protocol = "https:";
  return url.href.replace(/\/+$/, "");
}

function hostOf(modelId: string): string {
  let url: URL;
  try {
    url = new URL(modelId);
  } catch {
    throw badId(modelId, "it is not a valid URL");
  }
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

function badId(modelId: string, reason: string): InvalidArgumentError {
  return new InvalidArgumentError({
    argument: "modelId",
    message: `Cannot use ${JSON.stringify(hideCredentials(modelId))} as a model id: ${reason}`,
  });
}

function hideCredentials(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//…@");
}
