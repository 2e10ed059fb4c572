/**
 * The routes of OpenAI-compatible servers, also behind a job gateway: when they are used, and with which options.
 *
 * @module
 */
import { InvalidArgumentError, type JSONObject, type SharedV4ProviderOptions } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";
import * as z from "zod/v4-mini";
import { type ApiRequest, request } from "../http/request.ts";
import type { Endpoint } from "../http/endpoint.ts";
import { type Answer, answerError, unexpectedAnswer } from "../http/error.ts";
import { readError } from "../http/error_details.ts";
import { unwrap } from "../job/envelope.ts";
import { type RunpodWaitOptions, waitOptions } from "../job/options.ts";
import { followAnswer } from "./follow.ts";
import { adviceForName, findServedModel, withModelHint } from "./served_model.ts";
import { badOption, once, splitOptions } from "../call/options.ts";
import type { RunpodProviderSettings } from "../settings.ts";
import { type CallContext, warnUnsupported } from "../input/context.ts";

/** A request to one route. */
export interface OpenaiRequest extends Pick<ApiRequest, "attempt" | "headers" | "abortSignal"> {
  /** The path that follows the OpenAI root. */
  path: string;
  /** Advice for a 404. */
  notFound: string;
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
  { path, notFound, ...call }: OpenaiRequest,
): Promise<OpenaiAnswer> {
  const { attempt } = call;
  const url = endpoint.openaiRoot + path;
  const first = await request(settings, { ...call, method: "POST", url, retryCost: "completion" });
  const answer = await followAnswer(first, settings, endpoint, call);
  const json = unwrap(answer.json);
  if (!answer.ok || (isRecord(json) && isErrorObject(json))) {
    throw answerError({ attempt, answer, retryCost: "completion", notFound });
  }
  if (isRecord(json)) return { json, answer };
  throw unexpectedAnswer({ attempt, answer, expected: "JSON" });
}

/** Whether an object that came as a success is an error. */
export function isErrorObject(json: Record<string, unknown>): boolean {
  return json.object === "error" || (Boolean(json.error) && readError(json.error) !== undefined);
}

/** The settings of a model that jobs and routes may both serve. */
interface TransportSettings {
  transport?: "openai" | "queue";
  family?: string;
  input?: unknown;
  output?: unknown;
}

/**
 * How to reach such a model: by a job, unless the caller says otherwise or there is no queue.
 *
 * @throws {InvalidArgumentError} for settings that shape jobs where there are none.
 */
export function transportOf(
  modelId: string,
  { root }: Endpoint,
  { transport, family, input, output }: TransportSettings,
): "openai" | "queue" {
  // What ends so is the address of such a server.
  const chosen = transport ?? (root === undefined || root.endsWith("/v1") ? "openai" : "queue");
  const [misplaced] = Object.entries({ family, input, output }).find(([, value]) => value !== undefined) ?? [];
  if (chosen === "queue" || misplaced === undefined) return chosen;
  throw new InvalidArgumentError({
    argument: misplaced,
    message:
      `Cannot use "${modelId}" with "${misplaced}": that shapes jobs, and the model is reached by an OpenAI-compatible route (transport: "queue" makes jobs)`,
  });
}

/**
 * The caller's options for a route.
 *
 * @throws {InvalidArgumentError} for options that only jobs have, or that would change the kind of the answer.
 */
export function routeOptions(context: CallContext, providerOptions: SharedV4ProviderOptions | undefined): JSONObject {
  const { ours, worker } = splitOptions(providerOptions, waits());
  leaveOutWaits(context, ours);
  if (worker.stream) throw badOption("runpod.stream", worker.stream, "for options: the answer is read whole");
  return worker;
}

/**
 * Warns of options of waiting for a job: a route makes none.
 *
 * @throws {InvalidArgumentError} for the id of a job to go on with.
 */
export function leaveOutWaits(context: CallContext, { jobId, ...wait }: RunpodWaitOptions & { jobId?: string }): void {
  if (jobId !== undefined) throw badOption("runpod.jobId", jobId, "for OpenAI-compatible routes, which make no jobs");
  for (const option of Object.keys(wait)) {
    warnUnsupported(context, `providerOptions.runpod.${option}`, "an OpenAI-compatible route makes no job to wait for");
  }
}

const waits = once(() => z.object(waitOptions()));

/** A model by the name that it is served under, with the advice for a server that does not know it. */
export interface Served {
  model: string;
  notFound: string;
}

/** Calls a route of a model that is served, and explains the error for one that is not. */
export async function withServedModel<T>(
  settings: RunpodProviderSettings,
  endpoint: Endpoint,
  call: Pick<ApiRequest, "headers" | "abortSignal">,
  ask: (served: Served) => Promise<T>,
): Promise<T> {
  const { model = await findServedModel(settings, endpoint, call) } = endpoint;
  const notFound = adviceForName(endpoint, model);
  return await withModelHint(settings, endpoint, call, notFound, () => ask({ model, notFound }));
}

/** What the metadata of every modality tells of a route's answer. */
export function describeRoute({ name }: Endpoint, headers: Record<string, string>): JSONObject {
  return { endpoint: name, workerId: headers["x-runpod-worker-id"] };
}
