/**
 * Runpod's hosts, and URLs that are safe to send a key to.
 *
 * @module
 */
import { parseUrl } from "../parse_url.ts";
import { shorten } from "./error_details.ts";

/** The default of `baseURL`. Endpoint ids follow it. */
export const DEFAULT_PREFIX = "https://api.runpod.ai/v2";

/** The host of all job queues. */
export const QUEUE_HOST = "api.runpod.ai";

/** Why a URL with a user name or a password is refused. */
export const HAS_CREDENTIALS = 'it holds credentials; use "apiKey" or "headers"';

/** Whether a URL is one of Runpod's own, which always need an API key. */
export function isRunpodUrl(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" && isRunpodHost(hostname);
}

function isRunpodHost(hostname: string): boolean {
  return hostname === QUEUE_HOST || hostname.endsWith(`.${QUEUE_HOST}`);
}

/**
 * Reads the URL of a load-balancing endpoint: `https://{id}.api.runpod.ai`, also with `/v1` behind it. Such an endpoint has
 * no job queue. `undefined` for any other URL.
 */
export function readBalancerUrl(url: string): { id: string; openaiRoot: string } | undefined {
  const { host, pathname } = new URL(url);
  if (!host.endsWith(`.${QUEUE_HOST}`) || !/^\/(v1)?$/.test(pathname)) return undefined;
  return { id: host.slice(0, -QUEUE_HOST.length - 1), openaiRoot: `https://${host}/v1` };
}

/**
 * Checks a URL that paths are appended to, and removes slashes at its end. A URL of Runpod becomes https, because the key
 * must not travel unencrypted.
 *
 * @param error Makes the error from the reason.
 */
export function cleanUrl(text: string, error: (reason: string) => Error): string {
  const url = parseUrl(text);
  if (url === undefined) throw error("it is not an absolute URL");
  if (!/^https?:$/.test(url.protocol)) throw error(`it starts with "${url.protocol}", not http or https`);
  if (url.username || url.password) throw error(HAS_CREDENTIALS);
  if (url.search || url.hash) throw error("it has a query or a fragment, and a path must follow it");
  if (isRunpodHost(url.hostname)) url.protocol = "https:";
  return url.href.replace(/(?<!\/)\/+$/, "");
}

/** Whether a URL is the OpenAI root of a server, which has no job queue. */
export function isOpenaiRoot(url: string): boolean {
  return url.endsWith("/v1");
}

/** Hides the user name, the password and the query of a URL, and what is too long, for error messages. */
export function hideCredentials(url: string): string {
  const [address] = url.split(/[?#]/, 1);
  const shown = shorten(address.replace(/^([a-z]+:[/\\]*)[^/\\]*@/i, "$1…@"));
  return address === url ? shown : `${shown}${url[address.length]}…`;
}
