/**
 * The name that an endpoint serves its model under, asked for when nobody gave one.
 *
 * @module
 */
import { isRecord } from "@ai-sdk/provider-utils";
import { type ApiRequest, request, type RunpodProviderSettings } from "../api.ts";
import type { Endpoint } from "../endpoint.ts";
import { answerError, unexpectedAnswer } from "../error.ts";

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
  call: Pick<ApiRequest, "headers" | "abortSignal">,
): Promise<string> {
  const name = known.get(endpoint.openaiRoot) ?? await readServedModel(settings, endpoint, call);
  known.set(endpoint.openaiRoot, name);
  return name;
}

async function readServedModel(
  settings: RunpodProviderSettings,
  endpoint: Endpoint,
  { headers, abortSignal }: Pick<ApiRequest, "headers" | "abortSignal">,
): Promise<string> {
  const attempt = `find the model that "${endpoint.name}" serves`;
  const answer = await request(settings, {
    attempt,
    method: "GET",
    url: `${endpoint.openaiRoot}/models`,
    headers,
    abortSignal,
    repeat: "free",
  });
  const list = Array.isArray(answer.json) ? answer.json[0] : answer.json;
  const [first] = isRecord(list) && Array.isArray(list.data) ? list.data : [];
  if (answer.ok && isRecord(first) && typeof first.id === "string") return first.id;
  if (answer.ok) {
    throw unexpectedAnswer({ attempt, answer, expected: 'a list of models (name it yourself: { model: "…" })' });
  }
  throw answerError({ attempt, answer, repeat: "free", notFound: `check that endpoint "${endpoint.name}" exists` });
}
