/**
 * The names that an endpoint serves its models under, for calls that name none or a wrong one.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import type { ApiRequest } from "../http/request.ts";
import type { Endpoint } from "../http/endpoint.ts";
import { listModels } from "../client.ts";
import type { RunpodProviderSettings } from "../settings.ts";

/** Served names by provider and OpenAI root. */
const servedNames = new WeakMap<RunpodProviderSettings, Map<string, string>>();

type Call = Pick<ApiRequest, "headers" | "abortSignal">;

/**
 * Reads the first name of `/models`, or of the list that is had in another way, and remembers it.
 *
 * Only the name is shared and not the request for it: on Workers a request dies with the call that made it.
 */
export async function findServedModel(
  settings: RunpodProviderSettings,
  endpoint: Endpoint,
  { headers, abortSignal }: Call,
  list: () => Promise<Array<{ id: string }>> = () => listModels(settings, endpoint, { headers, abortSignal }),
): Promise<string> {
  const known = servedNames.get(settings) ?? new Map<string, string>();
  servedNames.set(settings, known);
  const name = known.get(endpoint.openaiRoot);
  if (name !== undefined) return name;
  const [first] = await list();
  known.set(endpoint.openaiRoot, first.id);
  return first.id;
}

/** Forgets a name: an endpoint that refuses it may serve another by now. */
function forgetServedModel(settings: RunpodProviderSettings, { openaiRoot }: Endpoint): void {
  servedNames.get(settings)?.delete(openaiRoot);
}

/** The server that has just answered is awake; if it is not, the error is worth more than the names. */
const NAMES_TIMEOUT_MILLIS = 5000;

/**
 * The statuses that a model may be unknown under; a job that failed has the 200 of its status read. Any other says
 * something else, of the key or of how busy the endpoint is.
 */
const MAY_MEAN_MODEL = [200, 400, 404, 422, 500];

/** Adds what the endpoint serves to the error for a model that it does not serve, as far as it tells. */
async function nameServedModels(
  error: APICallError,
  settings: RunpodProviderSettings,
  endpoint: Endpoint,
  { headers, abortSignal }: Call,
): Promise<APICallError> {
  const timeout = AbortSignal.timeout(NAMES_TIMEOUT_MILLIS);
  const signal = abortSignal ? AbortSignal.any([abortSignal, timeout]) : timeout;
  try {
    const models = await listModels(settings, endpoint, { headers, abortSignal: signal });
    const names = models.map(({ id }) => `"${id}"`).join(", ");
    const { message, cause, ...details } = { ...error, message: error.message, cause: error.cause };
    return new APICallError({ ...details, message: `${message}; it serves ${names}`, cause });
  } catch {
    abortSignal?.throwIfAborted();
    return error;
  }
}

/** The advice for a name that may not be served. */
export function adviceForName({ name }: Endpoint, model: string): string {
  return `check that endpoint "${name}" exists and serves a model named "${model}"`;
}

/**
 * Calls a model, and explains the error for one that is not served: with the names that are, while its own is forgotten,
 * because the endpoint may serve another one by now.
 *
 * @param notFound The advice that the error for an unknown model ends with.
 */
export async function withModelHint<T>(
  settings: RunpodProviderSettings,
  endpoint: Endpoint,
  call: Call,
  notFound: string,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!APICallError.isInstance(error)) throw error;
    if (MAY_MEAN_MODEL.includes(error.statusCode ?? 0)) forgetServedModel(settings, endpoint);
    // The advice is there whatever the status is that the 404 came under.
    if (!error.message.endsWith(notFound)) throw error;
    throw await nameServedModels(error, settings, endpoint, call);
  }
}
