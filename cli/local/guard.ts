import { isSameSecret } from "./key.ts";

/** What a guard lets through. */
export interface GuardOptions {
  key: string;
  port: number;
  /** The host of `--worker-url`. */
  otherHost?: string;
  /** Origins of web pages that may call. */
  origins: string[];
  /** Whether a request needs no key. */
  isOpen: (request: Request, url: URL) => boolean;
}

type Handler = (request: Request, url: URL) => Promise<Response>;

/**
 * Lets a handler answer only those requests that may come in.
 *
 * Jobs run people's own code, and every web page can send requests to 127.0.0.1. So a request needs the key; it must have
 * been sent to this machine by name, which a page cannot do through a host name of its own; and a web page must be ours or
 * of an origin that was allowed.
 */
export function guarded(handler: Handler, options: GuardOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const url = new URL(request.url);
    if (!isOwnHost(url, options)) {
      return refuse(403, `the Host header ${url.host} is not this machine: use http://127.0.0.1:${options.port}`);
    }
    const origin = request.headers.get("origin");
    const isAllowed = origin !== null && options.origins.includes(origin);
    if (origin !== null && !isAllowed && origin !== url.origin) {
      return refuse(403, `web pages of ${origin} may not call: start the command with --allow-origin ${origin}`);
    }
    if (isAllowed && request.method === "OPTIONS") return preflight(request, origin);
    const response = options.isOpen(request, url) || hasKey(request, options.key)
      ? await handler(request, url)
      : refuse(401, "unauthorized");
    return isAllowed ? withHeaders(response, allowing(origin)) : response;
  };
}

/** Whether the request names this machine. Each endpoint is also a host of its own, as behind a load balancer. */
function isOwnHost(url: URL, { port, otherHost }: GuardOptions): boolean {
  const names = ["127.0.0.1", "localhost", "[::1]"];
  const own = new URL(`http://127.0.0.1:${port}`).port;
  return url.port === own && (names.includes(url.hostname) || url.hostname.endsWith(".localhost")) ||
    url.host === otherHost;
}

function hasKey(request: Request, key: string): boolean {
  const given = request.headers.get("authorization")?.replace(/^Bearer\s+/i, "").trim() ?? "";
  return given !== "" && isSameSecret(given, key);
}

function preflight(request: Request, origin: string): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...allowing(origin),
      "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
      "access-control-allow-headers": request.headers.get("access-control-request-headers") ?? "authorization",
      "access-control-allow-private-network": "true",
      "access-control-max-age": "600",
    },
  });
}

function allowing(origin: string): Record<string, string> {
  return { "access-control-allow-origin": origin, "access-control-expose-headers": "*", "vary": "origin" };
}

/** The response with more headers. */
export function withHeaders(response: Response, headers: Record<string, string>): Response {
  const merged = new Headers(response.headers);
  for (const [name, value] of Object.entries(headers)) merged.set(name, value);
  return new Response(response.body, { status: response.status, headers: merged });
}

function refuse(status: number, error: string): Response {
  return Response.json({ error }, { status });
}
