/**
 * The requests to the job queue of an endpoint, one function each.
 *
 * @module
 */
import { encodePathSegment } from "@ai-sdk/provider-utils";
import type { Answer } from "../http/answer.ts";
import type { Endpoint } from "../http/endpoint.ts";
import { answerError, unexpectedAnswer } from "../http/error.ts";
import { type ApiRequest, request } from "../http/request.ts";
import type { RunpodProviderSettings } from "../settings.ts";
import { isKnown, readJob, type RunpodJob } from "./envelope.ts";
import { MAX_SUBMISSION_BYTES, RESULT_LIFETIME_NOTE } from "./limits.ts";
import { inMegabytes, tooLarge, type WrittenSubmission } from "./submission.ts";
import { invalidArgument } from "../invalid_argument.ts";

/** What every request to one queue needs. */
export interface Queue {
  settings: RunpodProviderSettings;
  endpoint: Endpoint;
  /** What is attempted, to follow "Cannot" in errors. */
  attempt: string;
  headers?: Record<string, string | undefined>;
}

/** A job, and the answer that it was read from. */
export interface JobAnswer {
  job: RunpodJob;
  answer: Answer;
}

/**
 * Submits a job. With `holdMillis` through `/runsync`, which holds the request until the job has ended or the time is over;
 * without it through `/run`, which answers at once.
 *
 * @throws {InvalidArgumentError} for a submission that is too large for `/run`.
 */
export async function submit(
  queue: Queue,
  { shown, text, isLarge }: WrittenSubmission,
  { holdMillis, ...call }: { holdMillis?: number } & Pick<ApiRequest, "abortSignal" | "outlivesAbort"> = {},
): Promise<JobAnswer> {
  if (isLarge && holdMillis === undefined) {
    const { run, runSync } = MAX_SUBMISSION_BYTES;
    const advice = `send files as URLs, or wait for the job (runSync takes ${inMegabytes(runSync)})`;
    throw tooLarge(queue.attempt, run, advice);
  }
  return await requestJob(queue, {
    method: "POST",
    path: holdMillis === undefined ? "/run" : `/runsync?wait=${holdMillis}`,
    body: shown,
    content: text,
    ...call,
    retryCost: "job",
  });
}

/** Reads a job with its status. */
export async function readStatus(queue: Queue, jobId: string, abortSignal?: AbortSignal): Promise<JobAnswer> {
  const path = `/status/${encodeJobId(jobId)}`;
  return await requestJob(queue, { method: "GET", path, abortSignal, retryCost: "free" }, jobId);
}

/** Cancels a job that waits or runs. */
export async function cancelJob(queue: Queue, jobId: string, abortSignal?: AbortSignal): Promise<JobAnswer> {
  const path = `/cancel/${encodeJobId(jobId)}`;
  return await requestJob(queue, { method: "POST", path, abortSignal, retryCost: "free" }, jobId);
}

/** Starts a job again that failed or timed out, with the same id and input. */
export async function retryJob(queue: Queue, jobId: string, abortSignal?: AbortSignal): Promise<JobAnswer> {
  const path = `/retry/${encodeJobId(jobId)}`;
  return await requestJob(queue, { method: "POST", path, abortSignal, retryCost: "job" }, jobId);
}

/** Sends any other request that is free to repeat, and expects JSON. */
export async function requestJson(
  queue: Queue,
  call: Pick<ApiRequest, "method" | "abortSignal"> & { path: string },
): Promise<Answer> {
  const answer = await send(queue, { ...call, retryCost: "free" });
  if (answer.ok && answer.json !== undefined) return answer;
  throw failure(queue, answer, "free");
}

/**
 * The URL that all routes of a queue follow.
 *
 * @throws {InvalidArgumentError} when the endpoint has no queue.
 */
export function rootOf(queue: Queue): string {
  const { root, name, openaiRoot } = queue.endpoint;
  if (root !== undefined) return root;
  throw invalidArgument(
    queue.attempt,
    "modelId",
    `"${name}" is an OpenAI-compatible server (${openaiRoot}) without a job queue; use an endpoint id, or a base URL that ends in "/v2" or "/v2/{endpoint}"`,
  );
}

/** The URL of a job's status. */
export function statusUrl(queue: Queue, jobId: string): string {
  return `${rootOf(queue)}/status/${encodeJobId(jobId)}`;
}

/**
 * Writes a job's id as one segment of a path.
 *
 * @throws {InvalidArgumentError} when it is empty or not valid Unicode.
 */
export function encodeJobId(jobId: string): string {
  try {
    if (jobId !== "") return encodePathSegment(jobId);
  } catch {
    // A lone surrogate, which no URL can hold.
  }
  const problem = jobId === "" ? "empty" : `not valid (${JSON.stringify(jobId)})`;
  throw invalidArgument("ask for a job", "jobId", `its id is ${problem}`);
}

type QueueRequest = Omit<ApiRequest, "attempt" | "headers" | "url"> & { path: string };

async function send(queue: Queue, { path, ...call }: QueueRequest): Promise<Answer> {
  const { settings, attempt, headers } = queue;
  return await request(settings, { ...call, attempt, headers, url: rootOf(queue) + path });
}

/** @param knownId The id of the job that the request is about; the answer may leave it out. */
async function requestJob(queue: Queue, call: QueueRequest, knownId?: string): Promise<JobAnswer> {
  const answer = await send(queue, call);
  const job = readJob(answer.json, knownId);
  // A failed job may come with an error status. Without a status that we know, it is an error that looks like a job.
  if (job && (answer.ok || isKnown(job))) return { job, answer };
  throw failure(queue, answer, call.retryCost);
}

function failure({ attempt, endpoint }: Queue, answer: Answer, retryCost: ApiRequest["retryCost"]): Error {
  if (answer.ok && answer.json === undefined) return unexpectedAnswer({ attempt, answer, expected: "JSON" });
  const notFound = `check that endpoint "${endpoint.name}" exists (${RESULT_LIFETIME_NOTE})`;
  return answerError({ attempt, answer, retryCost, notFound });
}
