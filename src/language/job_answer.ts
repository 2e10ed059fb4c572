/**
 * The answer of a language job: its output once it has ended, or what it yields while it runs.
 *
 * @module
 */
import { APICallError, type JSONObject } from "@ai-sdk/provider";
import type { Answer } from "../http/answer.ts";
import { readError, shorten } from "../http/error_details.ts";
import type { FollowedJob } from "../job/follow.ts";
import { RunpodJobError } from "../job/error.ts";
import { jobError } from "../job/failure.ts";
import type { SeenJob } from "../job/job_wait.ts";
import type { Queue } from "../job/queue.ts";
import { describeJob } from "../output/job_output.ts";
import { type AnswerContext, type Completion, readCompletion } from "./completion.ts";
import { ChunkReader, type WholeAnswer } from "./events.ts";
import { gather } from "./gather.ts";
import { type PartContext, PartWriter } from "./parts.ts";
import type { PieceSource } from "./stream.ts";

/**
 * Reads the output of a completed job, which may have been streamed.
 *
 * @throws {RunpodJobError} when it holds an error, or nothing that can be read.
 */
export function readJobOutput(
  queue: Queue,
  seen: SeenJob,
  { maxTokens, ...context }: AnswerContext & { maxTokens?: number },
): Completion {
  const parts: Parameters<typeof gather>[0] = [];
  const writer = new PartWriter(jobContext(queue, () => seen, context), (part) => parts.push(part));
  const reader = new ChunkReader(writer, { maxTokens });
  reader.addItem(seen.job.output);
  const whole = reader.end();
  if (whole === undefined || reader.addInside(whole.json)) {
    writer.finish();
    return gather(parts);
  }
  try {
    return readCompletion(answerOf(queue, seen, whole), context);
  } catch (error) {
    throw toJobError(queue, seen, error);
  }
}

/** A running job as the source of an answer's pieces. */
export function jobSource(queue: Queue, { yields, latest, leave }: FollowedJob): PieceSource {
  let hasYielded = false;
  let isAtEnd = false;
  const next = async (reader: ChunkReader) => {
    const { done, value } = await yields.next();
    if (!done) {
      hasYielded = true;
      reader.addItem(value);
      return true;
    }
    // A worker that yields nothing has its answer in its output.
    if (!hasYielded && !isAtEnd) reader.addItem(latest().job.output);
    isAtEnd = true;
    return false;
  };
  return {
    next,
    stop: (isLeft) => isLeft && leave(),
    brokenBy: (cause) => cause,
    follow: (whole) => Promise.resolve(answerOf(queue, latest(), whole)),
    async ended() {
      // The answer is complete, and the job has still to end. That it then cannot be read is no loss.
      try {
        while (!isAtEnd) isAtEnd = (await yields.next()).done ?? false;
      } catch {
        isAtEnd = true;
      }
      return describeJob(queue, latest().job);
    },
  };
}

/** A job that has ended as the source of an answer's pieces. */
export function endedJobSource(queue: Queue, seen: SeenJob): PieceSource {
  return {
    next(reader) {
      reader.addItem(seen.job.output);
      return Promise.resolve(false);
    },
    stop: () => {},
    brokenBy: (cause) => cause,
    follow: (whole) => Promise.resolve(answerOf(queue, seen, whole)),
    ended: () => Promise.resolve(describeJob(queue, seen.job)),
  };
}

/** The context that the parts of a job's answer are written with. */
export function jobContext(
  queue: Queue,
  latest: () => SeenJob,
  context: AnswerContext & Pick<PartContext, "includeRawChunks">,
): PartContext {
  return {
    ...context,
    answerOf: (text) => answerOf(queue, latest(), { text, json: parse(text) }),
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

function parse(text: string): JSONObject | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
