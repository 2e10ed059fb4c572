import type { RunpodEmulator } from "../../src/testing/mod.ts";
import { withHeaders } from "./guard.ts";
import { forward, type ModelRequest } from "./model_server.ts";
import { answerPage, isPageFile, type PageOptions } from "./page_routes.ts";

/** What answers requests. */
export interface RoutesOptions extends PageOptions {
  emulator: RunpodEmulator;
  /** The roots of model servers by the id of their endpoint. */
  models: Map<string, URL>;
  onModelRequest: (request: ModelRequest) => void;
}

/** The routes of workers, which check the worker's token themselves, and files, whose names are unknown to others. */
const WORKER_ROUTE = /^\/v2\/[^/]+\/(?:job-take|job-take-batch|job-done|job-stream|job-stop|ping)\/./;
const FILE_ROUTE = /^\/files\/./;

/** Headers of every answer: nothing is kept, guessed, or run as a page of ours. */
const SAFE_HEADERS = {
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** Whether a request needs no key. */
export function isOpenRoute({ method }: Request, { hostname, pathname }: URL): boolean {
  if (hostname.endsWith(".localhost")) return false;
  return isPageFile(pathname) || pathname === "/local/open" && method === "POST" || WORKER_ROUTE.test(pathname) ||
    FILE_ROUTE.test(pathname) && (method === "GET" || method === "HEAD");
}

/** Answers a request: with the page, a model server, or the emulator. */
export async function answerRequest(request: Request, url: URL, options: RoutesOptions): Promise<Response> {
  const model = modelOf(url, options.models);
  if (model !== undefined) {
    const { id, root, path } = model;
    if (path === undefined) return notAQueue(id, url);
    return sandboxed(await forward(request, id, root, path, options.onModelRequest));
  }
  const own = await answerPage(request, url.pathname, options);
  return own === undefined ? sandboxed(await options.emulator.fetch(request)) : withHeaders(own, SAFE_HEADERS);
}

/** Whatever workers and model servers answer, a browser must not run it as a page of this origin. */
function sandboxed(response: Response): Response {
  return withHeaders(response, { ...SAFE_HEADERS, "content-security-policy": "default-src 'none'; sandbox" });
}

/**
 * The model server that a request is for, and the path there; undefined if it is for none.
 *
 * Three forms: `NAME.localhost/PATH`, as a load balancer has it; `/lb/NAME/PATH`, where names below localhost are not
 * resolved; and the OpenAI routes of a queue endpoint, so that an app finds it by its name alone.
 */
function modelOf(
  { hostname, pathname }: URL,
  models: Map<string, URL>,
): { id: string; root: URL; path: string | undefined } | undefined {
  const byHost = /^([^.]+)\.localhost$/.exec(hostname)?.[1];
  const [, byPath, rest] = /^\/lb\/([^/]+)(\/.*)$/.exec(pathname) ?? [];
  const [, byQueue, operation] = /^\/v2\/([^/]+)(\/.*)$/.exec(pathname) ?? [];
  const id = byHost ?? byPath ?? byQueue;
  const root = models.get(id ?? "");
  if (id === undefined || root === undefined) return undefined;
  const path = byHost !== undefined ? pathname : rest ?? /^\/openai(\/v1\/.*)$/.exec(operation)?.[1];
  return { id, root, path };
}

function notAQueue(id: string, { host }: URL): Response {
  return Response.json({
    error: `endpoint "${id}" is a load balancer without a queue: use http://${host}/lb/${id}/v1`,
  }, { status: 400 });
}
