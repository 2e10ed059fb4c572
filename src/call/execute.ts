/**
 * The executor: runs a call of any modality, as a job or over an OpenAI-compatible route.
 *
 * @module
 */
import { AISDKError, type JSONObject, type SharedV4Warning } from "@ai-sdk/provider";
import { messageOf } from "../http/error_details.ts";
import { remaining } from "../job/job_wait.ts";
import type { JobAnswer, Queue } from "../job/queue.ts";
import { type ResultTools, runJob } from "../job/run_job.ts";
import { JobOutput } from "../output/job_output.ts";
import { postRoute, type RouteAnswer } from "../route/post.ts";
import { withModelHint } from "../route/served_model.ts";
import { askWithout } from "./dispensable.ts";
import type { Modality, ModalityResult, ModalityTypes, ReadContext, Route } from "./modality.ts";
import type { ModelConfig } from "./model_config.ts";
import { prepare, type Prepared, readContext } from "./prepare.ts";
import { writeJob, writePost } from "./write.ts";

/** A result with what the executor adds to it. */
export type Executed<K extends ModalityTypes> = K["result"] & {
  warnings: SharedV4Warning[];
  response: { timestamp: Date; modelId: string; headers: Record<string, string> };
};

/**
 * Runs a call.
 *
 * @throws {InvalidArgumentError} for what the model cannot do, before any request.
 * @throws {RunpodJobError} for a job that ends without a result, or not in time. Never retryable.
 * @throws {APICallError} for every other failure.
 * @throws the abort signal's reason.
 */
export async function execute<K extends ModalityTypes>(
  modality: Modality<K>,
  config: ModelConfig<K["settings"]>,
  call: K["call"],
): Promise<Executed<K>> {
  const prepared = prepare(modality, config, call);
  return prepared.route ? await askRoute(prepared, prepared.route) : await runAsJob(prepared);
}

async function runAsJob<K extends ModalityTypes>(prepared: Prepared<K>): Promise<Executed<K>> {
  const { modality, modelCall, queue } = prepared;
  const { abortSignal } = modelCall.call;
  const { ref, reading, wait, notFound } = await writeJob(prepared);
  const timestamp = new Date();
  const context = readContext(prepared, reading, notFound);
  const request = modality.includesRequest && "submission" in ref ? { request: { body: ref.submission } } : {};
  return await withModelHint(
    queue,
    abortSignal,
    notFound,
    () =>
      runJob(queue, ref, { ...wait, abortSignal }, async (result, tools) => ({
        ...await readResult(modality, context, queue, { result, tools, timestamp }),
        ...request,
      })),
  );
}

/**
 * Reads a completed job.
 *
 * @throws {RunpodJobError} for an output without a result.
 */
export async function readResult<K extends ModalityTypes>(
  modality: Modality<K>,
  context: ReadContext<K>,
  queue: Queue,
  { result, tools, timestamp }: { result: JobAnswer; tools: ResultTools; timestamp: Date },
): Promise<Executed<K>> {
  const output = new JobOutput(queue, result, tools, context.settings.output);
  return complete(context, await modality.read(output, context), { timestamp, headers: result.answer.headers });
}

async function askRoute<K extends ModalityTypes>(prepared: Prepared<K>, route: Route<K>): Promise<Executed<K>> {
  const { modality, modelCall, queue, job } = prepared;
  const { abortSignal } = modelCall.call;
  const startedAt = Date.now();
  const { reading, ...post } = await writePost(prepared, route);
  const timestamp = new Date();
  const context = readContext(prepared, reading, post.notFound);
  const { path, answersBytes } = route;
  const ask = async (body: JSONObject) => {
    const wait = { ...remaining(job.wait, queue, startedAt, Infinity), abortSignal };
    const answer = await postRoute(queue, { ...post, body, path, answersBytes }, wait);
    const { headers } = answer.answer;
    const request = modality.includesRequest ? { request: { url: queue.endpoint.openaiRoot + path, body } } : {};
    return { ...complete(context, readAnswer(route, answer, context), { timestamp, headers }), ...request };
  };
  return await withModelHint(queue, abortSignal, post.notFound, () => askWithout(queue, context, post, ask));
}

function readAnswer<K extends ModalityTypes>(
  route: Route<K>,
  answer: RouteAnswer,
  context: ReadContext<K>,
): ModalityResult<K> {
  try {
    return route.read(answer, context);
  } catch (error) {
    // Such as one of the runtime for an answer that is nested too deep.
    throw AISDKError.isInstance(error) ? error : answer.unexpected(`an answer that can be read (${messageOf(error)})`);
  }
}

function complete<K extends ModalityTypes>(
  { modelId, warnings }: ReadContext<K>,
  told: ModalityResult<K>,
  { timestamp, headers }: { timestamp: Date; headers: Record<string, string> },
): Executed<K> {
  return { ...told, warnings, response: { timestamp, modelId, headers, ...told.response } };
}
