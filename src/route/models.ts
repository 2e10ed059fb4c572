/**
 * Lists the models that an OpenAI-compatible server serves.
 *
 * @module
 */
import { isRecord } from "@ai-sdk/provider-utils";
import { adviceForEndpoint, type Endpoint } from "../http/endpoint.ts";
import { answerError, unexpectedAnswer } from "../http/error.ts";
import { type ApiRequest, request } from "../http/request.ts";
import { unwrap } from "../job/envelope.ts";
import type { RunpodProviderSettings } from "../settings.ts";

/** A model that an endpoint serves. */
export interface RunpodServedModel {
  /** The name to call it by. */
  id: string;
  /** What else the server tells of it. */
  [key: string]: unknown;
}

/**
 * Lists the models of `/models`.
 *
 * @throws {APICallError} for an error, and for an answer that is not a list of models.
 */
export async function listModels(
  settings: RunpodProviderSettings,
  endpoint: Endpoint,
  call: Pick<ApiRequest, "headers" | "abortSignal"> = {},
): Promise<RunpodServedModel[]> {
  const attempt = `list the models that "${endpoint.name}" serves`;
  const url = `${endpoint.openaiRoot}/models`;
  const answer = await request(settings, { attempt, method: "GET", url, ...call, retryCost: "free" });
  if (!answer.ok) {
    throw answerError({ attempt, answer, retryCost: "free", notFound: adviceForEndpoint(endpoint) });
  }
  const served = readModels(answer.json);
  if (served.length > 0) return served;
  throw unexpectedAnswer({ attempt, answer, expected: 'a list of models (or name one yourself: { model: "…" })' });
}

/** Reads a list of models, also one that is still wrapped in the job that made it. */
export function readModels(json: unknown): RunpodServedModel[] {
  const list = unwrap(json);
  const models: unknown[] = isRecord(list) && Array.isArray(list.data) ? list.data : [];
  return models.filter((model): model is RunpodServedModel => isRecord(model) && typeof model.id === "string");
}
