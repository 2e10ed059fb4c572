/**
 * Posts to an OpenAI-compatible route and reads the answer, also behind Runpod's job gateway.
 *
 * @module
 */
import type { APICallError, JSONObject } from "@ai-sdk/provider";
import { detectMediaType, isRecord } from "@ai-sdk/provider-utils";
import type { Endpoint } from "../http/endpoint.ts";
import type { Answer } from "../http/answer.ts";
import { answerError, unexpectedAnswer } from "../http/error.ts";
import { readError } from "../http/error_details.ts";
import { type ApiRequest, request, requestBytes } from "../http/request.ts";
import { unwrap } from "../job/envelope.ts";
import type { RunpodWaitOptions } from "../job/options.ts";
import { remaining, timeoutOf } from "../job/job_wait.ts";
import type { Queue } from "../job/queue.ts";
import { withTimeout } from "../job/timeout.ts";
import { followAnswer } from "./follow.ts";

/** A request to a route. */
export interface RoutePost {
  /** The path below the OpenAI root. */
  path: string;
  body: JSONObject;
  /** A form to send instead of the body, which errors then show. */
  form?: FormData;
  /** Advice for a 404. */
  notFound: string;
  /** Whether a success may be the bytes of a file. */
  answersBytes?: boolean;
}

/** The success of a route. */
export interface RouteAnswer {
  answer: Answer;
  /** The body as JSON, taken out of the job that may have made it; `undefined` where it is not JSON. */
  json: unknown;
  /** The body of a file. */
  bytes?: Uint8Array;
  /** What the metadata of a result says of the answer. */
  about: JSONObject;
  /** Makes the error for a body that does not hold what was asked for. */
  unexpected: (expected: string) => APICallError;
}

/** How to wait for a job that stands in place of an answer. */
export type RouteWait = RunpodWaitOptions & { abortSignal?: AbortSignal };

/**
 * Posts to a route.
 *
 * @throws {APICallError} for an error, also one that comes with HTTP 200.
 */
export async function postRoute(queue: Queue, post: RoutePost, wait: RouteWait): Promise<RouteAnswer> {
  const { attempt, endpoint } = queue;
  const { notFound } = post;
  const startedAt = Date.now();
  const send = (abortSignal: AbortSignal | undefined): Promise<{ answer: Answer; bytes?: Uint8Array }> => {
    const call = apiRequest(queue, post, abortSignal);
    return post.answersBytes ? requestFile(queue, { ...call, notFound }) : requestText(queue, call);
  };
  const first = await withTimeout(queue, timeoutOf(wait, queue, Infinity), wait.abortSignal, send, false);
  const answer = first.bytes
    ? first.answer
    : await followAnswer(first.answer, queue, remaining(wait, queue, startedAt, Infinity));
  const json = unwrap(answer.json);
  if (!answer.ok || (isRecord(json) && isErrorObject(json))) {
    throw answerError({ attempt, answer, retryCost: "completion", notFound });
  }
  return {
    answer,
    json,
    bytes: first.bytes,
    about: describeRoute(endpoint, answer.headers),
    unexpected: (expected) => unexpectedAnswer({ attempt, answer, expected }),
  };
}

/** A post as the request that is sent. */
export function apiRequest(
  { attempt, endpoint, headers }: Queue,
  { path, body, form }: Pick<RoutePost, "path" | "body" | "form">,
  abortSignal: AbortSignal | undefined,
): ApiRequest {
  const url = endpoint.openaiRoot + path;
  return { attempt, method: "POST", url, body, content: form, headers, abortSignal, retryCost: "completion" };
}

/** Whether an object that came as a success is an error. */
export function isErrorObject(json: Record<string, unknown>): boolean {
  return json.object === "error" || (Boolean(json.error) && readError(json.error) !== undefined);
}

function describeRoute({ name }: Endpoint, headers: Record<string, string>): JSONObject {
  return { endpoint: name, workerId: headers["x-runpod-worker-id"] };
}

async function requestText({ settings }: Queue, call: ApiRequest): Promise<{ answer: Answer; bytes?: undefined }> {
  return { answer: await request(settings, call) };
}

/** Behind a job gateway a file can only come as base64 in JSON, so the answer may be text all the same. */
async function requestFile(
  { settings }: Queue,
  call: ApiRequest & { notFound: string },
): Promise<{ answer: Answer; bytes?: Uint8Array }> {
  const { bytes, headers, asText } = await requestBytes(settings, call);
  if (bytes.length === 0 || isText(bytes, headers["content-type"])) return { answer: asText() };
  const { url, body: requestBody } = call;
  return { bytes, answer: { url, status: 200, ok: true, headers, text: "", json: undefined, requestBody } };
}

/** Whether a body is text both by its media type and by its first bytes. */
function isText(bytes: Uint8Array, contentType = "text/plain"): boolean {
  return /^text\/|json/i.test(contentType) && detectMediaType({ data: bytes }) === undefined;
}
