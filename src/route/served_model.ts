/**
 * The names that an endpoint serves its models under, for calls that name none or a wrong one.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { adviceFor } from "../http/error.ts";
import { readError, shorten } from "../http/error_details.ts";
import { untilAborted } from "../http/abort.ts";
import { loadKey } from "../http/credentials.ts";
import { adviceForEndpoint, type Endpoint } from "../http/endpoint.ts";
import { HARMLESS_HEADER } from "../http/redaction.ts";
import { RunpodJobError } from "../job/error.ts";
import type { Queue } from "../job/queue.ts";
import { withTimeout } from "../job/timeout.ts";
import type { RunpodProviderSettings } from "../settings.ts";
import { MAX_NAMES } from "../limits.ts";
import { listModels, type RunpodServedModel } from "./models.ts";

/** Served names by provider, OpenAI root, and the credentials that they were listed with. */
const servedNames = new WeakMap<RunpodProviderSettings, Map<string, Map<string, string>>>();

/** The server that has just answered is awake. If it is not, the error matters more than the names. */
const NAMES_TIMEOUT_MILLIS = 5000;

/**
 * The statuses that an unknown model may come with; a failed job has the 200 of its status read. Any other status means
 * something else, such as a bad key or a busy endpoint.
 */
const MAY_MEAN_MODEL = [200, 400, 404, 422, 500];

/**
 * Returns the first name of `/models`, or of a list that is read in another way, and remembers it.
 *
 * Only the name is shared between calls, not the request for it: on Workers a request dies with the call that made it.
 */
export async function findServedModel(
  { settings, endpoint, attempt, headers }: Queue,
  abortSignal: AbortSignal | undefined,
  list: () => Promise<Array<{ id: string }>> = () => listModels(settings, endpoint, { headers, abortSignal }),
): Promise<string> {
  const roots = servedNames.get(settings) ?? new Map<string, Map<string, string>>();
  servedNames.set(settings, roots);
  // A server may serve another model to another key.
  const key = loadKey(settings, { attempt, url: endpoint.openaiRoot, headers });
  const credentials = Object.entries(headers ?? {}).filter(([name]) => !HARMLESS_HEADER.test(name));
  const caller = JSON.stringify([await untilAborted(key, abortSignal), credentials]);
  const known = roots.get(endpoint.openaiRoot)?.get(caller);
  if (known !== undefined) return known;
  const [{ id }] = await list();
  const names = roots.get(endpoint.openaiRoot) ?? new Map<string, string>();
  if (names.size >= MAX_NAMES) names.clear();
  roots.set(endpoint.openaiRoot, names.set(caller, id));
  return id;
}

/** The advice for a name that may not be served. */
export function adviceForName(endpoint: Endpoint, model: string): string {
  return `${adviceForEndpoint(endpoint)} and serves a model named "${model}"`;
}

/**
 * Calls a model. The error for a model that is not served gets the names of those that are, and the remembered name is
 * forgotten, because the endpoint may serve another one by now.
 *
 * @param notFound The advice that the error for an unknown model ends with; absent where the call names no model.
 */
export async function withModelHint<T>(
  queue: Queue,
  abortSignal: AbortSignal | undefined,
  notFound: string | undefined,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (notFound === undefined || !APICallError.isInstance(error)) throw error;
    if (MAY_MEAN_MODEL.includes(error.statusCode ?? 0)) forgetServedModel(queue.settings, queue.endpoint);
    // A job's worker may say what its server answered.
    const details = RunpodJobError.isInstance(error) ? readError(error.message) : undefined;
    const advice = details && adviceFor(queue.attempt, details.code === 404 ? 404 : 0, notFound, details.message);
    if (advice) error.message += `; ${advice}`;
    // The advice tells: a 404 may be wrapped in an answer with any other status.
    if (error.message.endsWith(notFound)) await nameServedModels(error, queue, abortSignal, notFound);
    throw error;
  }
}

function forgetServedModel(settings: RunpodProviderSettings, { openaiRoot }: Endpoint): void {
  servedNames.get(settings)?.delete(openaiRoot);
}

/**
 * Adds the served names to an error, as far as the endpoint tells them. If the model is one of them, it is the route that
 * is not served.
 */
async function nameServedModels(
  error: APICallError,
  queue: Queue,
  abortSignal: AbortSignal | undefined,
  notFound: string,
): Promise<void> {
  const { settings, endpoint, headers } = queue;
  try {
    const models = await withTimeout(
      queue,
      NAMES_TIMEOUT_MILLIS,
      abortSignal,
      (abortSignal) => listModels(settings, endpoint, { headers, abortSignal }),
    );
    const isServed = models.some(({ id }) => adviceForName(endpoint, id) === notFound);
    if (isServed) {
      const route = error.url.startsWith(endpoint.openaiRoot) ? error.url.slice(endpoint.openaiRoot.length) : "";
      error.message = error.message.slice(0, -notFound.length) +
        `this server has no such route${route && ` ("${route}")`}`;
    }
    const names = models.slice(0, MAX_NAMES).map((model) =>
      shorten(isServed ? describeModel(model) : `"${model.id}"`, 100)
    );
    const more = models.length > MAX_NAMES ? ` and ${models.length - MAX_NAMES} more` : "";
    error.message += `; it serves ${names.join(", ")}${more}`;
  } catch {
    abortSignal?.throwIfAborted();
  }
}

/** The name of a served model, and what the server says of what it can do. */
function describeModel({ id, capabilities, owned_by }: RunpodServedModel): string {
  const known = [capabilities, owned_by].flat().filter((word) => typeof word === "string");
  return `"${id}"${known.length > 0 ? ` (${known.join(", ")})` : ""}`;
}
