/**
 * The name that an endpoint serves its model under, asked for when nobody gave one.
 *
 * @module
 */
import { isRecord } from "@ai-sdk/provider-utils";
import { untilAborted } from "../abort.ts";
import { request, type RunpodProviderSettings } from "../api.ts";
import type { Endpoint } from "../endpoint.ts";
import { answerError, unexpectedAnswer } from "../error.ts";

/** Served names by OpenAI root, one memory for all models of a provider. */
export type ServedModels = Map<string, Promise<string>>;

/** Reads the first name of `/models`, once; a failure is not remembered. */
export async function findServedModel(
  settings: RunpodProviderSettings,
  endpoint: Endpoint,
  known: ServedModels,
  abortSignal: AbortSignal | undefined,
): Promise<string> {
  const { openaiRoot } = endpoint;
  let name = known.get(openaiRoot);
  if (name === undefined) {
    // No call's own signal: the others that wait for the same answer would be aborted with it.
    name = readServedModel(settings, endpoint);
    known.set(openaiRoot, name);
    name.catch(() => known.delete(openaiRoot));
  }
  return await untilAborted(name, abortSignal);
}

async function readServedModel(settings: RunpodProviderSettings, endpoint: Endpoint): Promise<string> {
  const attempt = `find the model that "${endpoint.name}" serves`;
  const answer = await request(settings, {
    attempt,
    method: "GET",
    url: `${endpoint.openaiRoot}/models`,
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
