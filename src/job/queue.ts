/**
 * The requests of a queue endpoint, one function each.
 *
 * @module
 */
import { InvalidArgumentError } from "@ai-sdk/provider";
import { encodePathSegment } from "@ai-sdk/provider-utils";
import { stringify } from "../http/json.ts";
import { type ApiRequest, request } from "../http/request.ts";
import type { Endpoint } from "../http/endpoint.ts";
import type { Answer } from "../http/answer.ts";
import { answerError, unexpectedAnswer } from "../http/error.ts";
import type { RetryCost } from "../http/retry_cost.ts";
import type { RunpodProviderSettings } from "../settings.ts";
import { isKnown, readJob, type RunpodJob } from "./envelope.ts";

/** What every request about a job on one endpoint needs. */
export interface Queue {
  settings: RunpodProviderSettings;
  endpoint: Endpoint;
  /** What is attempted, to follow "Cannot" in errors. */
  attempt: string;
  headers?: Record<string, string | undefined>;
}

/** A job with the answer it was read from. */
export interface JobAnswer {
  job: RunpodJob;
  answer: Answer;
}

/** The body of a submission. */
export interface Submission {
  input: Record<string, unknown>;
  webhook?: string;
  policy?: Record<string, unknown>;
  s3Config?: Record<string, unknown>;
}

/** A submission as it is sent. */
export interface WrittenSubmission {
  /** As it is shown in errors. */
  shown: Submission;
  text: string;
  /** Whether only a held submission takes that much. */
  isLarge: boolean;
}

/** The most that the service takes, and how long it holds a request at the most. */
export const LIMITS = {
  runBytes: 10 * 1024 * 1024,
  runSyncBytes: 20 * 1024 * 1024,
  minWaitMillis: 1000,
  maxWaitMillis: 300_000,
};

/**
 * Writes a submission.
 *
 * @throws {InvalidArgumentError} for an input that the service loses or cannot take.
 */
export function writeSubmission({ attempt }: Queue, submission: Submission): WrittenSubmission {
  checkInput(attempt, submission.input);
  const { s3Config } = submission;
  const text = stringify(attempt, submission);
  if (isLonger(text, LIMITS.runSyncBytes)) throw tooLarge(attempt, LIMITS.runSyncBytes, "send files as URLs");
  return {
    shown: s3Config ? { ...submission, s3Config: { ...s3Config, accessSecret: "[redacted]" } } : submission,
    text,
    isLarge: isLonger(text, LIMITS.runBytes),
  };
}

/**
 * Submits a job. With a `waitMillis` the service holds the request until the job has ended, that long at the most; the
 * answer may still be unfinished. Without one it answers at once.
 */
export async function submit(
  queue: Queue,
  { shown, text, isLarge }: WrittenSubmission,
  { waitMillis, ...call }: { waitMillis?: number } & Pick<ApiRequest, "abortSignal" | "outlivesAbort"> = {},
): Promise<JobAnswer> {
  if (isLarge && waitMillis === undefined) {
    throw tooLarge(queue.attempt, LIMITS.runBytes, "send files as URLs, or wait for the job (runSync takes 20 MB)");
  }
  return await askForJob(queue, {
    method: "POST",
    path: waitMillis === undefined ? "/run" : `/runsync?wait=${waitMillis}`,
    body: shown,
    content: text,
    ...call,
    retryCost: "job",
  });
}

/** Reads the state of a job. */
export async function readStatus(queue: Queue, jobId: string, abortSignal?: AbortSignal): Promise<JobAnswer> {
  return await askForJob(
    queue,
    { method: "GET", path: `/status/${encodeJobId(jobId)}`, abortSignal, retryCost: "free" },
    jobId,
  );
}

/** Cancels a job, queued or running. */
export async function cancelJob(queue: Queue, jobId: string, abortSignal?: AbortSignal): Promise<JobAnswer> {
  return await askForJob(
    queue,
    { method: "POST", path: `/cancel/${encodeJobId(jobId)}`, abortSignal, retryCost: "free" },
    jobId,
  );
}

/** Starts a failed or timed-out job again, under the same id. */
export async function retryJob(queue: Queue, jobId: string, abortSignal?: AbortSignal): Promise<JobAnswer> {
  return await askForJob(
    queue,
    { method: "POST", path: `/retry/${encodeJobId(jobId)}`, abortSignal, retryCost: "job" },
    jobId,
  );
}

/** Asks for anything else, and expects JSON. */
export async function ask(
  queue: Queue,
  { path, ...call }: Pick<ApiRequest, "method" | "abortSignal"> & { path: string },
): Promise<Answer> {
  const answer = await send(queue, { ...call, path, retryCost: "free" });
  if (answer.ok && answer.json !== undefined) return answer;
  throw failure(queue, answer, "free");
}

/** Where jobs go. */
export function rootOf(queue: Queue): string {
  const { root, name, openaiRoot } = queue.endpoint;
  if (root !== undefined) return root;
  throw new InvalidArgumentError({
    argument: "modelId",
    message:
      `Cannot ${queue.attempt}: "${name}" is an OpenAI-compatible server (${openaiRoot}) without a job queue; use an endpoint id, or a base URL that ends in "/v2" or "/v2/{endpoint}"`,
  });
}

/** A job's id as a part of a path. */
export function encodeJobId(jobId: string): string {
  try {
    if (jobId !== "") return encodePathSegment(jobId);
  } catch {
    // Half a character: no id of any job.
  }
  throw new InvalidArgumentError({
    argument: "jobId",
    message: `Cannot ask for a job: its id is ${jobId === "" ? "empty" : `not valid (${JSON.stringify(jobId)})`}`,
  });
}

type QueueRequest = Omit<ApiRequest, "attempt" | "headers" | "url"> & { path: string };

async function send(queue: Queue, { path, ...call }: QueueRequest): Promise<Answer> {
  const { settings, attempt, headers } = queue;
  return await request(settings, { ...call, attempt, headers, url: rootOf(queue) + path });
}

async function askForJob(queue: Queue, call: QueueRequest, knownId?: string): Promise<JobAnswer> {
  const answer = await send(queue, call);
  const job = readJob(answer.json, knownId);
  // A failed job may come with an error status, but so may an error that looks like a job.
  if (job && (answer.ok || isKnown(job))) return { job, answer };
  throw failure(queue, answer, call.retryCost);
}

/** The platform drops an empty input on its way to the worker, where the job then dies. */
function checkInput(attempt: string, input: unknown): void {
  const isObject = typeof input === "object" && input !== null && !Array.isArray(input);
  // Keys without a value are not sent.
  if (isObject && Object.values(input).some((value) => value !== undefined)) return;
  throw new InvalidArgumentError({
    argument: "input",
    message: `Cannot ${attempt}: the input is ${
      isObject
        ? "empty, and Runpod drops an empty input on its way to the worker, so the job would fail"
        : "not an object"
    }; give it at least one key`,
  });
}

/** Whether a text has more bytes than allowed; counted only where its length leaves it open. */
function isLonger(text: string, bytes: number): boolean {
  if (text.length > bytes) return true;
  return text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes;
}

function tooLarge(attempt: string, bytes: number, advice: string): InvalidArgumentError {
  return new InvalidArgumentError({
    argument: "input",
    message: `Cannot ${attempt}: the request has more than the ${bytes / 1024 / 1024} MB that Runpod takes; ${advice}`,
  });
}

function failure({ attempt, endpoint }: Queue, answer: Answer, retryCost: RetryCost): Error {
  if (answer.ok && answer.json === undefined) return unexpectedAnswer({ attempt, answer, expected: "JSON" });
  return answerError({
    attempt,
    answer,
    retryCost,
    notFound: `check that endpoint "${endpoint.name}" exists (a job's result is kept 30 minutes, of /runsync 1 minute)`,
  });
}
