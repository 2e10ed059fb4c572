/**
 * The requests to the job queue of an endpoint, one function each.
 *
 * @module
 */
import { encodePathSegment, isRecord } from "@ai-sdk/provider-utils";
import type { Answer } from "../http/answer.ts";
import { adviceForEndpoint, type Endpoint } from "../http/endpoint.ts";
import { answerError, unexpectedAnswer } from "../http/error.ts";
import { type ApiRequest, request } from "../http/request.ts";
import { isRunpodUrl } from "../http/runpod_url.ts";
import type { RunpodProviderSettings } from "../settings.ts";
import { isKnown, readJob, type RunpodJob } from "./envelope.ts";
import { MAX_SUBMISSION_BYTES, RESULT_LIFETIME_NOTE } from "./limits.ts";
import { isPostOnly, JOB_NOT_FOUND, notePostOnly } from "./post_only.ts";
import { inMegabytes } from "../limits.ts";
import { tooLarge, type WrittenSubmission } from "./submission.ts";
import { invalidArgument } from "../invalid_argument.ts";

/** What every request to one queue needs. */
export interface Queue {
  settings: RunpodProviderSettings;
  endpoint: Endpoint;
  /** What is attempted, to follow "Cannot" in errors. */
  attempt: string;
  /** What to do with a job whose wait has ended. Default: to pass its id. */
  advice?: string;
  headers?: Record<string, string | undefined>;
  /** What no error may show of the submission. */
  secrets?: readonly string[];
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
  { shown, secrets, text, isLarge }: WrittenSubmission,
  { holdMillis, ...call }: { holdMillis?: number } & Pick<ApiRequest, "abortSignal" | "outlivesAbortMillis"> = {},
): Promise<JobAnswer> {
  if (isLarge && holdMillis === undefined) {
    const { run, runSync } = MAX_SUBMISSION_BYTES;
    const advice = `send files as URLs, or use a call that waits for the job, which accepts ${inMegabytes(runSync)}`;
    throw tooLarge(queue.attempt, run, advice);
  }
  return await requestJob(queue, {
    method: "POST",
    path: holdMillis === undefined ? "/run" : `/runsync?wait=${holdMillis}`,
    body: shown,
    content: text,
    secrets,
    ...call,
    retryCost: "job",
  });
}

/** What a read of a job takes. */
export interface ReadOptions {
  abortSignal?: AbortSignal;
  /**
   * Whether the read may be a POST where the server only takes that. It then runs the job, if it has not run.
   *
   * @default true
   */
  mayPost?: boolean;
  /** Called before a POST, which takes as long as the job. */
  onPost?: () => void;
}

/** Reads a job with its status. */
export async function requestStatus(queue: Queue, jobId: string, options: ReadOptions = {}): Promise<JobAnswer> {
  const path = `/status/${encodeJobId(jobId)}`;
  return await readOrPost(queue, options, (call) => requestJob(queue, { ...call, path }, jobId));
}

/** Reads a job with its status, which the service holds back until the job has ended or the time in milliseconds is over. */
export async function requestHeldStatus(
  queue: Queue,
  jobId: string,
  holdMillis: number,
  abortSignal: AbortSignal | undefined,
): Promise<JobAnswer> {
  const path = `/status-sync/${encodeJobId(jobId)}?wait=${holdMillis}`;
  return await requestJob(queue, { method: "GET", path, abortSignal, retryCost: "free" }, jobId);
}

/** Reads what a job has yielded since the last reply. */
export async function readReply(queue: Queue, jobId: string, options: ReadOptions = {}): Promise<Answer> {
  const path = `/stream/${encodeJobId(jobId)}`;
  return await readOrPost(queue, options, (call) => requestJson(queue, { ...call, path }));
}

type ReadCall = Pick<ApiRequest, "method" | "abortSignal" | "retryCost">;

async function readOrPost<T>(
  queue: Queue,
  { abortSignal, mayPost = true, onPost }: ReadOptions,
  read: (call: ReadCall) => Promise<T>,
): Promise<T> {
  if (!mayPost || !isPostOnly(queue)) {
    try {
      return await read({ method: "GET", abortSignal, retryCost: "free" });
    } catch (error) {
      if (!notePostOnly(queue, error) || !mayPost) throw error;
    }
  }
  onPost?.();
  return await read({ method: "POST", abortSignal, retryCost: "job" });
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

/** Sends any other request, and expects JSON. */
export async function requestJson(
  queue: Queue,
  { retryCost = "free", ...call }: Pick<ApiRequest, "method" | "abortSignal"> & {
    path: string;
    retryCost?: ApiRequest["retryCost"];
  },
): Promise<Answer> {
  const answer = await send(queue, { ...call, retryCost });
  if (answer.ok && answer.json !== undefined) return answer;
  throw failure(queue, answer, { ...call, retryCost });
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
  throw invalidArgument("use the job id", "jobId", `it is ${problem}`);
}

type QueueRequest = Omit<ApiRequest, "attempt" | "headers" | "url"> & { path: string };

async function send(queue: Queue, { path, ...call }: QueueRequest): Promise<Answer> {
  const { settings, attempt, headers, secrets } = queue;
  const answer = await request(settings, { secrets, ...call, attempt, headers, url: rootOf(queue) + path });
  const isLost = isRecord(answer.json) && answer.json.error === JOB_NOT_FOUND;
  return isLost ? { ...answer, ok: false, status: 404 } : answer;
}

/** @param knownId The id of the job that the request is about; the answer may leave it out. */
async function requestJob(queue: Queue, call: QueueRequest, knownId?: string): Promise<JobAnswer> {
  const answer = await send(queue, call);
  const job = readJob(answer.json, knownId);
  // A failed job may come with an error status. Without a status that we know, it is an error that looks like a job.
  if (job && (answer.ok || (isKnown(job) && job.error !== JOB_NOT_FOUND))) return { job, answer };
  throw failure(queue, answer, call);
}

function failure(
  queue: Queue,
  answer: Answer,
  { path, retryCost }: Pick<QueueRequest, "path" | "retryCost">,
): Error {
  const { attempt, endpoint } = queue;
  if (answer.ok && answer.json === undefined) return unexpectedAnswer({ attempt, answer, expected: "JSON" });
  const mayBeLocal = !isRunpodUrl(rootOf(queue)) && NOT_LOCAL.test(path);
  const notFound = mayBeLocal
    ? "the local server of Runpod's worker SDK has no such route"
    : `${adviceForEndpoint(endpoint)} (${RESULT_LIFETIME_NOTE})`;
  return answerError({ attempt, answer, retryCost, notFound });
}

/** The routes that the local server of Runpod's worker SDK does not have. */
const NOT_LOCAL = /^\/(cancel|retry|health|purge-queue)\b/;
