/**
 * The answer of a language job: its output once it has ended, or what it yields while it runs.
 *
 * @module
 */
import { APICallError, type LanguageModelV4StreamPart } from "@ai-sdk/provider";
import type { Answer } from "../http/answer.ts";
import { readError, shorten } from "../http/error_details.ts";
import { parseJson } from "../http/json.ts";
import type { FollowedJob } from "../job/follow.ts";
import { RunpodJobError } from "../job/error.ts";
import { jobError } from "../job/failure.ts";
import type { SeenJob } from "../job/job_wait.ts";
import type { Queue } from "../job/queue.ts";
import { describeJob } from "../output/job_output.ts";
import { writeWhole } from "./completion.ts";
import { ChunkReader, type WholeAnswer } from "./events.ts";
import { type AnswerContext, type PartContext, PartWriter } from "./parts.ts";
import type { PieceSource } from "./stream.ts";

/**
 * Reads the output of a job that has ended, which may have been streamed, as parts.
 *
 * @throws {RunpodJobError} when it holds nothing that can be read. An error in a streamed output is a part.
 */
export function outputParts(
  queue: Queue,
  seen: SeenJob,
  { maxTokens, ...answerContext }: JobAnswerContext,
): LanguageModelV4StreamPart[] {
  const parts: LanguageModelV4StreamPart[] = [];
  const emit = (part: LanguageModelV4StreamPart) => void parts.push(part);
  const context = jobContext(queue, () => seen, answerContext);
  const about = describeJob(queue, seen.job);
  const writer = new PartWriter(context, emit);
  const reader = new ChunkReader(writer, { maxTokens, keepsChunks: context.includeRawChunks });
  reader.addItem(seen.job.output);
  const whole = reader.end();
  if (whole === undefined || reader.addInside(whole.json)) writer.finish(about);
  else writeWhole(answerOf(queue, seen, whole), context, about, emit);
  return parts;
}

/** A running job as the source of an answer's pieces. */
export function jobSource(queue: Queue, { yields, latest, leave }: FollowedJob): PieceSource {
  let hasYielded = false;
  let isAtEnd = false;
  return {
    read: () => yields.next() as Promise<{ done?: boolean; value?: unknown }>,
    add(reader, item) {
      hasYielded = true;
      reader.addItem(item);
    },
    addEnd(reader) {
      isAtEnd = true;
      // A worker that yields nothing has its answer in its output.
      if (!hasYielded) reader.addItem(latest().job.output);
    },
    stop: (isAbandoned) => isAbandoned && leave(),
    toDisconnectError: (cause) => cause,
    follow: (whole) => Promise.resolve(answerOf(queue, latest(), whole)),
    async waitForEnd() {
      // The answer is complete, but its job has not ended. An error from here on does not matter.
      try {
        while (!isAtEnd) isAtEnd = (await yields.next()).done ?? false;
      } catch {
        isAtEnd = true;
      }
      return describeJob(queue, latest().job);
    },
  };
}

/** What reading the answer of a job needs to know. */
export type JobAnswerContext = AnswerContext & Pick<PartContext, "includeRawChunks"> & { maxTokens?: number };

/** The context that the parts of a job's answer are written with. */
export function jobContext(
  queue: Queue,
  latest: () => SeenJob,
  context: AnswerContext & Pick<PartContext, "includeRawChunks">,
): PartContext {
  return {
    ...context,
    mayRunTwice: true,
    answerOf: (text) => answerOf(queue, latest(), { text, json: parseJson(text) }),
    toError: (error) => toJobError(queue, latest(), error),
  };
}

/** A part of a job's output as an answer, for the readers and the errors of answers. */
function answerOf({ endpoint }: Queue, { job, answer }: SeenJob, { json, text }: WholeAnswer): Answer {
  const { url = `${endpoint.root}/status/${job.id}`, status = 200, headers = {}, requestBody } = answer ?? {};
  return { url, status, ok: true, headers, requestBody, text, json };
}

/** An error about the answer of a job as an error of the job: never retryable, because the job was billed. */
function toJobError(queue: Queue, seen: SeenJob, cause: unknown): unknown {
  if (!APICallError.isInstance(cause) || RunpodJobError.isInstance(cause)) return cause;
  const details = readError(cause.data) ?? readError(cause.responseBody);
  return jobError(queue, seen, {
    kind: details ? "failed" : "no-output",
    reason: details
      ? `answered with an error: ${details.message}`
      : `has an answer that cannot be read: ${shorten(cause.message.replace(`Cannot ${queue.attempt}: `, ""))}`,
    cause,
  });
}
