/**
 * What a provider's `baseURL` stands for.
 *
 * @module
 */
import { invalidArgument } from "../invalid_argument.ts";
import { cleanUrl, DEFAULT_PREFIX, hideCredentials, isOpenaiRoot, QUEUE_HOST, readBalancerUrl } from "./runpod_url.ts";

/** What a `baseURL` stands for: a prefix that endpoint ids follow, or one endpoint or server for every model id. */
export type Base = { kind: "prefix"; url: string } | FixedBase;

/** One endpoint or server for every model id. */
export interface FixedBase {
  kind: "fixed";
  url: string;
  /** The endpoint's id; absent for a server that has none. */
  id?: string;
  /** The URL that the job routes follow; absent where there is no job queue. */
  root?: string;
  /** The URL that the OpenAI routes follow. */
  openaiRoot: string;
}

/**
 * Reads a `baseURL`.
 *
 * @throws {InvalidArgumentError} for one that paths cannot be appended to.
 */
export function readBase(baseURL: string | undefined): Base {
  if (baseURL === undefined) return { kind: "prefix", url: DEFAULT_PREFIX };
  const url = cleanUrl(
    baseURL,
    (reason) => invalidArgument(`use "${hideCredentials(baseURL)}" as the base URL`, "baseURL", reason),
  );
  if (url === `https://${QUEUE_HOST}`) return { kind: "prefix", url: DEFAULT_PREFIX };

  const balancer = readBalancerUrl(url);
  if (balancer) return { kind: "fixed", url, ...balancer };
  // ".../v2/{id}", also with "/openai" or "/openai/v1" behind it.
  const root = /^.*\/v2\/[^/]+(?=\/openai(?:\/v1)?$|$)/.exec(url)?.[0];
  if (root !== undefined) {
    const id = root.slice(root.lastIndexOf("/") + 1);
    return { kind: "fixed", url, id, root, openaiRoot: `${root}/openai/v1` };
  }
  if (isOpenaiRoot(url)) return { kind: "fixed", url, openaiRoot: url };
  return { kind: "prefix", url };
}
