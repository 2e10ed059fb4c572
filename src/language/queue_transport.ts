/**
 * A chat request as a job on the endpoint's queue: it outlives any cold start, and has an id to cancel it or to go on with.
 *
 * @module
 */
import {
  APICallError,
  type LanguageModelV4CallOptions,
  type LanguageModelV4Content,
  type LanguageModelV4GenerateResult,
  type LanguageModelV4ResponseMetadata,
  type LanguageModelV4StreamPart,
  type LanguageModelV4StreamResult,
  type SharedV4ProviderMetadata,
  type SharedV4Warning,
} from "@ai-sdk/provider";
import { removeUndefinedEntries } from "@ai-sdk/provider-utils";
import type { Answer } from "../http/error.ts";
import { readError, shorten } from "../http/error_details.ts";
import { jobError } from "../job/failure.ts";
import { RunpodJobError } from "../job/error.ts";
import { type FollowedJob, followJob } from "../job/follow.ts";
import type { JobAnswer, Queue, Submission } from "../job/queue.ts";
import type { SeenJob } from "../job/job_wait.ts";
import { runJob } from "../job/wait.ts";
import { describeJob } from "../output/job_output.ts";
import { dropWaitOptions, type JobOptions, warnOption } from "./chat_options.ts";
import type { PreparedChat } from "./prepare.ts";
import { type ChatRequest, streamed } from "./request.ts";
import type { AnswerContext, Completion } from "./response.ts";
import { streamParts, type StreamSource } from "./stream.ts";
import { bodyText } from "./yields.ts";

/** How to read the output of a chat job. */
export interface ChatReading {
  queue: Queue;
  context: AnswerContext;
  /** The most tokens that were asked for. */
  limit?: unknown;
}

const IS_FOLLOWED = "a streamed job is followed by what it yields, so its status is not polled";
const IS_CONTINUED = "the job was submitted before";

/** The job of a request. */
export function chatSubmission({ submission }: JobOptions, body: ChatRequest): Submission {
  return { input: { openai_route: "/v1/chat/completions", openai_input: body }, ...submission };
}

/** How to read what a call's job brings. */
export function readingOf({ queue, context, body }: PreparedChat): ChatReading {
  return { queue, context, limit: body.max_completion_tokens ?? body.max_tokens };
}

/**
 * Runs the job of a call to its end, or continues one.
 *
 * @throws {RunpodJobError} when it ends without a completion, or not in time.
 */
export async function generateByJob(
  chat: PreparedChat,
  { abortSignal }: LanguageModelV4CallOptions,
): Promise<LanguageModelV4GenerateResult> {
  const { queue, job, warnings } = chat;
  const { jobId, wait } = job;
  if (jobId !== undefined) warnOfSubmission(job, warnings);
  const submission = chatSubmission(job, chat.body);
  const work = jobId === undefined ? { submission } : { jobId };
  return await runJob(queue, work, { ...wait, abortSignal }, async (result) => ({
    ...await readChatJob(readingOf(chat), result),
    warnings,
    ...(jobId === undefined && { request: { body: submission } }),
  }));
}

/**
 * Follows the job of a call. One that was submitted before is waited for, because what it yielded may have been read.
 *
 * @throws {RunpodJobError} when it ends without an answer, or not in time, before the first part.
 */
export async function streamByJob(
  chat: PreparedChat,
  { abortSignal, includeRawChunks }: LanguageModelV4CallOptions,
): Promise<LanguageModelV4StreamResult> {
  const { queue, job, warnings } = chat;
  const reading = readingOf(chat);
  const call = { warnings, includeRawChunks, abortSignal };
  if (job.jobId !== undefined) {
    warnOfSubmission(job, warnings);
    return await runJob(queue, { jobId: job.jobId }, { ...job.wait, abortSignal }, async (result) => ({
      stream: await jobParts(reading, endedJob(result), call),
      response: { headers: result.answer.headers },
    }));
  }
  const polling = ["waitMillis", "maxPollAttempts", "pollIntervalMillis", "maxRequests"] as const;
  const wait = dropWaitOptions(job, polling, IS_FOLLOWED, warnings);
  const submission = chatSubmission(job, streamed(chat.body));
  const followed = await followJob(queue, submission, { ...wait, abortSignal });
  return {
    stream: await jobParts(reading, followed, call),
    request: { body: submission },
    response: { headers: followed.submitted.answer.headers },
  };
}

/**
 * Reads the output of a completed chat job, which may have been streamed.
 *
 * @throws {RunpodJobError} when it holds an error, or nothing that can be read.
 */
export async function readChatJob(
  reading: ChatReading,
  result: JobAnswer,
): Promise<Omit<LanguageModelV4GenerateResult, "warnings">> {
  const parts = await jobParts(reading, endedJob(result), { warnings: [] });
  const { response, ...completion } = await gather(parts);
  return { ...completion, response: { ...response, headers: result.answer.headers, body: result.answer.json } };
}

function warnOfSubmission({ submission }: JobOptions, warnings: SharedV4Warning[]): void {
  for (const name of Object.keys(submission)) warnOption(name, IS_CONTINUED, warnings);
}

/** What a job yields, or has yielded. */
interface JobYields extends Pick<FollowedJob, "latest" | "leave"> {
  yields: AsyncIterable<unknown>;
}

function endedJob(result: JobAnswer): JobYields {
  return { yields: outputOf(result), latest: () => result, leave: () => {} };
}

async function* outputOf({ job }: SeenJob): AsyncGenerator<unknown> {
  yield job.output;
}

/** What is yielded, or else the output of a worker that yields nothing. */
async function* yieldsOf({ yields, latest }: JobYields): AsyncGenerator<unknown> {
  let isEmpty = true;
  for await (const item of yields) {
    isEmpty = false;
    yield item;
  }
  if (isEmpty) yield* outputOf(latest());
}

/** Makes parts of what a job yields, with the parser that reads the answers of OpenAI routes. */
async function jobParts(
  { queue, context, limit }: ChatReading,
  job: JobYields,
  call: Pick<StreamSource, "warnings" | "includeRawChunks" | "abortSignal">,
): Promise<ReadableStream<LanguageModelV4StreamPart>> {
  const { abortSignal } = call;
  const body = bytesOf(bodyText(yieldsOf(job), limit));
  let isLeft = false;
  let ending: Promise<unknown> | undefined;
  const failure = (error: unknown) =>
    APICallError.isInstance(error) && !RunpodJobError.isInstance(error)
      ? withoutCompletion(queue, job.latest(), error)
      : error;

  const response = {
    body: new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { done, value } = await body.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        if (isLeft || abortSignal?.aborted) return job.leave();
        // The parser has read the last event, and the job has still to end.
        ending = drain(body);
        ending.catch(() => {});
      },
      // Nothing is read ahead of the parser: the end of a job is only known when it is asked for.
    }, { highWaterMark: 0 }),
  };
  const read = (text: string): Answer => readAnswer(queue, job.latest(), text);
  const source = {
    ...call,
    response,
    context,
    read,
    brokenBy: asError,
    outcome: (answer: Answer) => Promise.resolve(answer),
  };
  const parts = await streamParts(source).then((stream) => stream.getReader(), (error) => {
    throw failure(error);
  });
  return new ReadableStream<LanguageModelV4StreamPart>({
    async pull(controller) {
      const { done, value } = await parts.read();
      if (done) return controller.close();
      if (value.type === "error") return controller.enqueue({ type: "error", error: failure(value.error) });
      if (value.type !== "finish") return controller.enqueue(value);
      // The answer is complete: that its job then cannot be read is no loss.
      await ending?.catch(() => abortSignal?.throwIfAborted());
      controller.enqueue({ ...value, providerMetadata: withJob(queue, job.latest(), value.providerMetadata) });
    },
    async cancel(reason) {
      isLeft = true;
      await parts.cancel(reason);
      job.leave();
    },
  });
}

async function drain(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

/** Text as bytes. A character may be cut in two. */
async function* bytesOf(text: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let half = "";
  for await (const piece of text) {
    const whole = half + piece;
    half = /[\ud800-\udbff]$/.test(whole) ? whole.slice(-1) : "";
    yield encoder.encode(whole.slice(0, whole.length - half.length));
  }
  if (half) yield encoder.encode(half);
}

function readAnswer({ endpoint }: Queue, { job, answer }: SeenJob, text: string): Answer {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Text of a worker, or the end of a stream that was cut.
  }
  const { url = `${endpoint.root}/status/${job.id}`, status = 200, headers = {}, requestBody } = answer ?? {};
  return { url, status, ok: true, headers, requestBody, text, json };
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}

/** The error for a job that answered with an error, or with what is no completion: never retryable, for it was billed. */
function withoutCompletion(queue: Queue, seen: SeenJob, cause: APICallError): Error {
  const details = readError(cause.data) ?? readError(cause.responseBody);
  return jobError(queue, seen, {
    kind: details ? "failed" : "no-output",
    reason: details
      ? `answered with an error: ${details.message}`
      : `answered with what cannot be read: ${shorten(cause.message.replace(`Cannot ${queue.attempt}: `, ""))}`,
    cause,
  });
}

function withJob(
  queue: Queue,
  { job }: SeenJob,
  { runpod, ...others }: SharedV4ProviderMetadata = {},
): SharedV4ProviderMetadata {
  return { ...others, runpod: removeUndefinedEntries({ ...describeJob(queue, job), ...runpod }) };
}

/** Puts the parts of a stream together again. */
async function gather(parts: ReadableStream<LanguageModelV4StreamPart>): Promise<Completion> {
  const content: LanguageModelV4Content[] = [];
  let response: LanguageModelV4ResponseMetadata = {};
  let completion: Completion | undefined;
  const reader = parts.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const part = next.value;
    const last = content.at(-1);
    if (part.type === "error") throw part.error;
    if (part.type === "text-start" || part.type === "reasoning-start") {
      const { providerMetadata } = part;
      const type = part.type === "text-start" ? "text" : "reasoning";
      content.push({ type, text: "", ...(providerMetadata && { providerMetadata }) });
    } else if (part.type === "text-delta" || part.type === "reasoning-delta") {
      if (last?.type === "text" || last?.type === "reasoning") last.text += part.delta;
    } else if (part.type === "tool-call") content.push(part);
    else if (part.type === "response-metadata") {
      const { type: _, ...metadata } = part;
      response = metadata;
    } else if (part.type === "finish") {
      const { type: _, ...end } = part;
      completion = { content, response, ...end };
    }
  }
  return completion!;
}
