/**
 * A route of an OpenAI-compatible server that answers with JSON, also from behind a job gateway.
 *
 * @module
 */
import { isRecord } from "@ai-sdk/provider-utils";
import { type ApiRequest, request } from "./api.ts";
import type { Endpoint } from "./endpoint.ts";
import { type Answer, answerError, unexpectedAnswer } from "./error.ts";
import { readError } from "./error_details.ts";
import { unwrap } from "./job/envelope.ts";
import { outcomeOf } from "./job/outcome.ts";
import type { RunpodProviderSettings } from "./settings.ts";

/** A request to one route. */
export interface OpenaiRequest extends Pick<ApiRequest, "attempt" | "headers" | "abortSignal"> {
  /** The path that follows the OpenAI root. */
  path: string;
  /** The served model's name, for advice. */
  model: string;
  body: Record<string, unknown>;
}

/** An answer, and the object that it holds. */
export interface OpenaiAnswer {
  json: Record<string, unknown>;
  answer: Answer;
}

/**
 * Posts to a route, and reads the object that it answers with.
 *
 * @throws {APICallError} for an error, also one with HTTP 200, and for an answer that is no object.
 */
export async function postOpenai(
  settings: RunpodProviderSettings,
  endpoint: Endpoint,
  { path, model, ...call }: OpenaiRequest,
): Promise<OpenaiAnswer> {
  const { attempt } = call;
  const url = endpoint.openaiRoot + path;
  const first = await request(settings, { ...call, method: "POST", url, repeat: "completion" });
  const answer = await outcomeOf(first, settings, endpoint, call);
  const json = unwrap(answer.json);
  const notFound = `check that endpoint "${endpoint.name}" exists and serves a model named "${model}"`;
  if (!answer.ok || (isRecord(json) && isErrorObject(json))) {
    throw answerError({ attempt, answer, repeat: "completion", notFound });
  }
  if (isRecord(json)) return { json, answer };
  throw unexpectedAnswer({ attempt, answer, expected: "JSON" });
}

/** Whether an object that came as a success is an error. */
export function isErrorObject(json: Record<string, unknown>): boolean {
  return json.object === "error" || (Boolean(json.error) && readError(json.error) !== undefined);
}
