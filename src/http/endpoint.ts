/**
 * Where to call: a model id, a console link or a URL becomes the roots of one endpoint. Pure.
 *
 * @module
 */
import { InvalidArgumentError } from "@ai-sdk/provider";
import { encodePathSegment } from "@ai-sdk/provider-utils";
import type { CatalogueEntry } from "../input/catalogue.ts";

/** The prefix of every endpoint that is not on its own host. */
const DEFAULT_PREFIX = "https://api.runpod.ai/v2";

const CONSOLE_HOSTS = ["console.runpod.io", "www.console.runpod.io"];
const QUEUE_HOST = "api.runpod.ai";
const CREDENTIALS = 'it holds credentials; use "apiKey" or "headers"';

/** One place to send requests to. No root ends in a slash. */
export interface Endpoint {
  /** What messages and metadata call it: the endpoint id, or the host of a server that has none. */
  name: string;
  /** Takes `/run`, `/status/{job}` and the other job routes; absent where only an OpenAI server answers. */
  root?: string;
  /** Takes `/chat/completions`, `/models` and the other OpenAI routes. */
  openaiRoot: string;
  /** The served model name, where the id alone tells it. */
  model?: string;
}

/**
 * Tells which endpoint a model id stands for.
 *
 * @throws {InvalidArgumentError} for an id or `baseURL` that cannot become a safe URL.
 */
export function locate(
  modelId: string,
  { baseURL, entry }: { baseURL?: string; entry?: CatalogueEntry } = {},
): Endpoint {
  const base = readBase(baseURL);
  if (entry === undefined && /^https?:/i.test(modelId)) {
    return locateUrl(modelId, base);
  }
  if (modelId.trim() === "") throw badId(modelId, "it is empty");

  if (base.kind === "prefix") return locateId(modelId, base.url, entry);
  const ownModel = base.id !== undefined && base.id === entry?.endpoint ? entry.model : undefined;
  return {
    name: base.id ?? new URL(base.url).host,
    root: base.root,
    openaiRoot: base.openaiRoot,
    // An endpoint root named together with its own id leaves the served name open.
    model: ownModel ?? (modelId === base.id ? undefined : modelId),
  };
}

/** Whether a URL belongs to Runpod's own job plane, which always wants a key. */
export function isRunpodUrl(url: string): boolean {
  const { protocol, host } = new URL(url);
  return protocol === "https:" && isRunpodHost(host);
}

function isRunpodHost(host: string): boolean {
  return host === QUEUE_HOST || host.endsWith(`.${QUEUE_HOST}`);
}

type Base =
  | { kind: "prefix"; url: string }
  | { kind: "fixed"; url: string; id?: string; root?: string; openaiRoot: string };

function readBase(baseURL: string | undefined): Base {
  if (baseURL === undefined) return { kind: "prefix", url: DEFAULT_PREFIX };
  const url = cleanUrl(baseURL, (reason) =>
    new InvalidArgumentError({
      argument: "baseURL",
      message: `Cannot use "${mask(baseURL)}" as the base URL: ${reason}`,
    }));
  if (url === `https://${QUEUE_HOST}`) return { kind: "prefix", url: DEFAULT_PREFIX };

  const balancer = locateBalancer(url);
  if (balancer) return { kind: "fixed", url, id: balancer.name, openaiRoot: balancer.openaiRoot };
  const root = /^.*\/v2\/[^/]+(?=\/openai(?:\/v1)?$|$)/.exec(url)?.[0];
  const id = root?.slice(root.lastIndexOf("/") + 1);
  if (root) return { kind: "fixed", url, id, root, openaiRoot: `${root}/openai/v1` };
  if (url.endsWith("/v1")) return { kind: "fixed", url, openaiRoot: url };
  return { kind: "prefix", url };
}

function locateId(modelId: string, prefix: string, entry?: CatalogueEntry): Endpoint {
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
  // A link's query and fragment say what the console shows, not which endpoint it is.
  const [path] = modelId.split(/[?#]/);
  if (CONSOLE_HOSTS.includes(host)) {
    const id = /\/endpoint\/([^/]+)/.exec(path)?.[1];
    if (id === undefined) throw badId(modelId, "the console link names no endpoint");
    if (base.kind === "fixed") throw badId(modelId, `a console link has no place at the base URL "${base.url}"`);
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

/** A load-balancing endpoint has a host of its own and no job routes. */
function locateBalancer(url: string): Endpoint | undefined {
  const { host, pathname } = new URL(url);
  if (!host.endsWith(`.${QUEUE_HOST}`) || !/^\/(v1)?$/.test(pathname)) return undefined;
  return { name: host.slice(0, -QUEUE_HOST.length - 1), openaiRoot: `https://${host}/v1` };
}

/** A URL that a path can be appended to: absolute http(s), no credentials, query or fragment, no slash at the end. */
function cleanUrl(text: string, error: (reason: string) => Error): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw error("it is not an absolute URL");
  }
  if (!/^https?:$/.test(url.protocol)) throw error(`it starts with "${url.protocol}", not http or https`);
  if (url.username || url.password) throw error(CREDENTIALS);
  if (url.search || url.hash) throw error("it has a query or a fragment, and a path must follow it");
  // The key never goes to Runpod in clear text.
  if (isRunpodHost(url.host)) url.protocol = "https:";
  return url.href.replace(/\/+$/, "");
}

function hostOf(modelId: string): string {
  try {
    const { host, username, password } = new URL(modelId);
    if (!username && !password) return host;
  } catch {
    throw badId(modelId, "it is not a valid URL");
  }
  throw badId(modelId, CREDENTIALS);
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
    message: `Cannot use ${JSON.stringify(mask(modelId))} as a model id: ${reason}`,
  });
}

/** A URL without the credentials that somebody put into it. */
function mask(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//…@");
}
