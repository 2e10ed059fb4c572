/**
 * The requests of a queue endpoint: submit a job, check on it.
 *
 * @module
 */
import { InvalidArgumentError } from "@ai-sdk/provider";
import { type ApiRequest, request, type RunpodProviderSettings } from "../api.ts";
import type { Endpoint } from "../endpoint.ts";
import { type Answer, answerError, unexpectedAnswer } from "../error.ts";
import { isKnown, type Job, readJob } from "./envelope.ts";

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
  job: Job;
  answer: Answer;
}

/** Submits a job and waits for it as long as the service holds the request; the answer may still be unfinished. */
export async function submit(
  queue: Queue,
  input: Record<string, unknown>,
  abortSignal?: AbortSignal,
): Promise<JobAnswer> {
  const answer = await request(queue.settings, {
    ...about(queue),
    method: "POST",
    url: `${rootOf(queue)}/runsync`,
    body: { input },
    abortSignal,
    repeat: "job",
  });
  const job = readJob(answer.json);
  // A failed job may come with an error status, but so may an error that looks like a job.
  if (job && (answer.ok || isKnown(job))) return { job, answer };
  throw failure(queue, answer, "job");
}

/** Reads the state of a job. */
export async function check(queue: Queue, jobId: string, abortSignal?: AbortSignal): Promise<JobAnswer> {
  const answer = await request(queue.settings, {
    ...about(queue),
    method: "GET",
    url: `${rootOf(queue)}/status/${encodeURIComponent(jobId)}`,
    abortSignal,
    repeat: "free",
  });
  const job = readJob(answer.json, jobId);
  if (job && (answer.ok || isKnown(job))) return { job, answer };
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

function about(queue: Queue): Pick<ApiRequest, "attempt" | "headers"> {
  return { attempt: queue.attempt, headers: queue.headers };
}

function failure(queue: Queue, answer: Answer, repeat: "job" | "free"): Error {
  const { attempt, endpoint } = queue;
  if (answer.ok && answer.json === undefined) return unexpectedAnswer({ attempt, answer, expected: "a job as JSON" });
  return answerError({ attempt, answer, repeat, notFound: `check that endpoint "${endpoint.name}" exists` });
}
