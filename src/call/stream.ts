/**
 * Streams a call of a language model, over its route or from its job.
 *
 * @module
 */
import type { JSONObject, LanguageModelV4StreamPart, LanguageModelV4StreamResult } from "@ai-sdk/provider";
import { open, type OpenAnswer } from "../http/request.ts";
import { untilAborted } from "../http/abort.ts";
import type { Answer } from "../http/answer.ts";
import { type FollowedJob, followJob } from "../job/follow.ts";
import { remaining, timeoutOf } from "../job/job_wait.ts";
import { POLLING } from "../job/options.ts";
import type { JobAnswer, Queue } from "../job/queue.ts";
import { runJob } from "../job/run_job.ts";
import { startTimeout } from "../job/timeout.ts";
import { followAnswer } from "../route/follow.ts";
import { apiRequest } from "../route/post.ts";
import { withModelHint } from "../route/served_model.ts";
import { askWithout } from "./dispensable.ts";
import type { Modality, ModalityTypes, ReadContext, Route, SdkCall } from "./modality.ts";
import type { ModelConfig } from "./model_config.ts";
import { dropOptions, prepare, type Prepared, readContext } from "./prepare.ts";
import { writeJob, writePost } from "./write.ts";

/** A call that can be streamed. */
interface StreamCall extends SdkCall {
  includeRawChunks?: boolean;
}

/** The types of a modality whose calls can be streamed. */
export interface StreamKind extends ModalityTypes {
  call: StreamCall;
}

/** What the answer of a streamed call is read with. */
export interface StreamContext<K extends ModalityTypes> extends ReadContext<K> {
  queue: Queue;
  abortSignal: AbortSignal | undefined;
  includeRawChunks: boolean | undefined;
}

type Parts = ReadableStream<LanguageModelV4StreamPart>;

/** A modality whose calls can be streamed. */
export interface StreamModality<K extends StreamKind> extends Modality<K> {
  /** Reads a route's answer while it comes; `follow` gives the outcome of a job in place of an answer. */
  streamAnswer(
    answer: OpenAnswer & { follow: (answer: Answer) => Promise<Answer> },
    context: StreamContext<K>,
  ): Promise<Parts>;
  /** Reads what a job yields while it runs. */
  streamJob(job: FollowedJob, context: StreamContext<K>): Promise<Parts>;
  /** Reads the output of a job that has ended. */
  streamEndedJob(result: JobAnswer, context: StreamContext<K>): Parts;
}

const NOT_POLLED = "a streamed job is followed by what it yields, so its status is not polled";

/**
 * Streams a call.
 *
 * @throws what `execute` throws, where it happens before the first part; later errors are parts of the stream.
 */
export async function executeStream<K extends StreamKind>(
  modality: StreamModality<K>,
  config: ModelConfig<K["settings"]>,
  call: K["call"],
): Promise<LanguageModelV4StreamResult> {
  const prepared = prepare(modality, config, call, { isStreamed: true });
  return prepared.route
    ? await streamRoute(modality, prepared, prepared.route)
    : await streamFromJob(modality, prepared);
}

async function streamRoute<K extends StreamKind>(
  modality: StreamModality<K>,
  prepared: Prepared<K>,
  route: Route<K>,
): Promise<LanguageModelV4StreamResult> {
  const { queue, job, modelCall: { call: { abortSignal } } } = prepared;
  const startedAt = Date.now();
  const left = () => remaining(job.wait, queue, startedAt, Infinity);
  const { reading, notFound, ...written } = await writePost(prepared, route);
  const follow = (answer: Answer) => followAnswer(answer, queue, { ...left(), abortSignal });
  const context = streamContext(prepared, reading, notFound);
  const ask = async (body: JSONObject) => {
    // The time of a stream ends with the stream.
    const { signal, dispose } = startTimeout(queue, timeoutOf(left(), queue, Infinity), abortSignal, false);
    try {
      const post = apiRequest(queue, { path: route.path, body }, signal);
      const answer = await untilAborted(open(queue.settings, { ...post, notFound }), signal);
      const cancel = (reason: unknown) => {
        dispose();
        answer.body.cancel(reason);
      };
      const source = { ...answer, body: { ...answer.body, cancel }, follow };
      return {
        stream: await modality.streamAnswer(source, { ...context, abortSignal: signal }),
        request: { url: post.url, body },
        response: { headers: answer.headers },
      };
    } catch (error) {
      dispose();
      throw error;
    }
  };
  return await withModelHint(queue, abortSignal, notFound, () => askWithout(queue, context, written, ask));
}

/** Follows the job of a call. One that was submitted before is waited for, because its yields may have been read already. */
async function streamFromJob<K extends StreamKind>(
  modality: StreamModality<K>,
  prepared: Prepared<K>,
): Promise<LanguageModelV4StreamResult> {
  const { queue, modelCall } = prepared;
  const { abortSignal } = modelCall.call;
  const { ref, reading, wait, notFound } = await writeJob(prepared);
  const context = streamContext(prepared, reading, notFound);
  if ("jobId" in ref) {
    return await runJob(queue, ref, { ...wait, abortSignal }, (result) => ({
      stream: modality.streamEndedJob(result, context),
      response: { headers: result.answer.headers },
    }));
  }
  const usable = dropOptions(modelCall, wait, POLLING, NOT_POLLED);
  return await withModelHint(queue, abortSignal, notFound, async () => {
    const followed = await followJob(queue, ref.submission, { ...usable, abortSignal });
    return {
      stream: await modality.streamJob(followed, context),
      request: { body: ref.submission },
      response: { headers: followed.submitted.answer.headers },
    };
  });
}

function streamContext<K extends StreamKind>(
  prepared: Prepared<K>,
  reading: K["reading"],
  notFound: string | undefined,
): StreamContext<K> {
  const { queue, modelCall: { call: { abortSignal, includeRawChunks } } } = prepared;
  return { ...readContext(prepared, reading, notFound), queue, abortSignal, includeRawChunks };
}
