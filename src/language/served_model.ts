/**
 * The name that an endpoint serves its model under, asked for when nobody gave one.
 *
 * @module
 */
import type { ApiRequest } from "../api.ts";
import type { Endpoint } from "../endpoint.ts";
import { listModels } from "../job/client.ts";
import type { RunpodProviderSettings } from "../settings.ts";

/** Served names by OpenAI root, one memory for all models of a provider. */
export type ServedModels = Map<string, string>;

/**
 * Reads the first name of `/models`, and remembers it.
 *
 * Only the name is shared and not the request for it: on Workers a request dies with the call that made it.
 */
export async function findServedModel(
  settings: RunpodProviderSettings,
  endpoint: Endpoint,
  known: ServedModels,
  { headers, abortSignal }: Pick<ApiRequest, "headers" | "abortSignal">,
): Promise<string> {
  const name = known.get(endpoint.openaiRoot);
  if (name !== undefined) return name;
  const [first] = await listModels(settings, endpoint, { headers, abortSignal });
  known.set(endpoint.openaiRoot, first.id);
  return first.id;
}
