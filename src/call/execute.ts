/**
 * The executor: runs a call of any modality, as a job or over an OpenAI-compatible route.
 *
 * @module
 */
import type { JSONObject, SharedV4Warning } from "@ai-sdk/provider";
import type { RunpodWaitOptions } from "../job/options.ts";
import { jobError } from "../job/failure.ts";
import type { JobAnswer, Queue, Submission } from "../job/queue.ts";
import { type JobRef, type ResultTools, runJob } from "../job/wait.ts";
import { JobOutput } from "../output/job_output.ts";
import { readModels } from "../route/models.ts";
import { postRoute } from "../route/post.ts";
import { adviceForName, findServedModel, withModelHint } from "../route/served_model.ts";
import type { Kind, Modality, ModelCall, ReadContext, Route, Told, WrittenRequest } from "./modality.ts";
import type { ModelConfig } from "./model_config.ts";
import { prepare, type Prepared, readContext } from "./prepare.ts";

/** A result with what the executor adds to it. */
export type Executed<K extends Kind> = K["result"] & {
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
export async function execute<K extends Kind>(
  modality: Modality<K>,
  config: ModelConfig<K["settings"]>,
  call: K["call"],
): Promise<Executed<K>> {
  const prepared = prepare(modality, config, call);
  return prepared.route ? await askRoute(prepared, prepared.route) : await runAsJob(prepared);
}

async function runAsJob<K extends Kind>(prepared: Prepared<K>): Promise<Executed<K>> {
  const { modality, modelCall, queue } = prepared;
  const { abortSignal } = modelCall.call;
  return await withJob(prepared, async ({ ref, reading, wait, notFound }) => {
    const timestamp = new Date();
    const request = modality.tellsRequest && "submission" in ref ? { body: ref.submission } : undefined;
    const context = readContext(prepared, reading, notFound);
    return await runJob(queue, ref, { ...wait, abortSignal }, async (result, tools) => ({
      ...await readResult(modality, context, queue, { result, tools, timestamp }),
      ...(request && { request }),
    }));
  });
}

/**
 * Reads a completed job.
 *
 * @throws {RunpodJobError} for an output without a result.
 */
export async function readResult<K extends Kind>(
  modality: Modality<K>,
  context: ReadContext<K>,
  queue: Queue,
  { result, tools, timestamp }: { result: JobAnswer; tools: ResultTools; timestamp: Date },
): Promise<Executed<K>> {
  const output = new JobOutput(queue, result, tools, context.settings.output);
  return complete(context, await modality.read(output, context), { timestamp, headers: result.answer.headers });
}

async function askRoute<K extends Kind>(prepared: Prepared<K>, route: Route<K>): Promise<Executed<K>> {
  const { modality, modelCall, queue, job } = prepared;
  const wait = { ...job.wait, abortSignal: modelCall.call.abortSignal };
  return await withRoute(prepared, route, async ({ body, form, reading, notFound }) => {
    const timestamp = new Date();
    const { path, answersBytes } = route;
    const answer = await postRoute(queue, { path, body, form: form?.(body), notFound, answersBytes }, wait);
    const context = readContext(prepared, reading, notFound);
    const { headers } = answer.answer;
    return {
      ...complete(context, route.read(answer, context), { timestamp, headers }),
      ...(modality.tellsRequest && { request: { url: queue.endpoint.openaiRoot + path, body } }),
    };
  });
}

/** A job, and how to wait for it and to read it. */
export interface CallJob<K extends Kind> {
  ref: JobRef;
  reading: K["reading"];
  wait: RunpodWaitOptions;
  /** Advice for a model that is not served. */
  notFound: string;
}

/** Gives the job of a call, new or to continue, to a function. */
export async function withJob<K extends Kind, T>(
  prepared: Prepared<K>,
  use: (job: CallJob<K>) => Promise<T>,
): Promise<T> {
  const { modality, modelCall, queue, job: { jobId, submission, wait } } = prepared;
  if (jobId !== undefined) {
    // The input was written before; only how to read its output is still to be known.
    const reading = modality.resume?.(modelCall) as K["reading"];
    return await use({ ref: { jobId }, reading, wait, notFound: "" });
  }
  const made = (input: JSONObject, reading: K["reading"]) => ({
    ref: { submission: { input, ...submission } },
    reading,
  });
  if (modality.jobModel === undefined) {
    const { input, reading } = await modality.write(modelCall);
    return await use({ ...made(input, reading), wait, notFound: "" });
  }
  const startedAt = Date.now();
  const list = modality.jobModel === "listed by a job" ? () => listModelsByJob(prepared) : undefined;
  return await withServedName(prepared, list, {
    write: (call) => modality.write(call),
    use: async ({ input, reading }, { servedName, notFound }) => {
      const named = modality.writesForName ? input : { model: servedName, ...input };
      return await use({ ...made(named, reading), wait: remaining(wait, startedAt), notFound });
    },
  });
}

/** Gives the request of a call to a function. */
export async function withRoute<K extends Kind, T>(
  prepared: Prepared<K>,
  route: Route<K>,
  use: (request: WrittenRequest<K> & { notFound: string }) => Promise<T>,
): Promise<T> {
  return await withServedName(prepared, undefined, {
    write: (call) => route.write(call),
    use: async (written, { servedName, notFound }) => {
      const body = prepared.modality.writesForName ? written.body : { model: servedName, ...written.body };
      return await use({ ...written, body, notFound });
    },
  });
}

/**
 * Writes a call, finds the name of its model, and uses both. The call is written first, so that a mistake in it costs no
 * request, unless what is written depends on the name.
 */
async function withServedName<K extends Kind, Written, T>(
  { modality, modelCall, queue }: Prepared<K>,
  list: (() => Promise<Array<{ id: string }>>) | undefined,
  { write, use }: {
    write: (call: ModelCall<K>) => Written | Promise<Written>;
    use: (written: Written, name: { servedName: string; notFound: string }) => Promise<T>;
  },
): Promise<T> {
  const { abortSignal } = modelCall.call;
  const early = modality.writesForName ? undefined : { written: await write(modelCall) };
  const servedName = queue.endpoint.model ?? await findServedModel(queue, abortSignal, list);
  const { written } = early ?? { written: await write({ ...modelCall, servedName }) };
  const notFound = adviceForName(queue.endpoint, servedName);
  return await withModelHint(queue, abortSignal, notFound, () => use(written, { servedName, notFound }));
}

/** Lists the models by a job, which outlives a cold start, as a request to the route may not. */
async function listModelsByJob<K extends Kind>({ queue, modelCall, job }: Prepared<K>): Promise<Array<{ id: string }>> {
  const submission: Submission = { input: { openai_route: "/v1/models" } };
  const wait = { ...job.wait, abortSignal: modelCall.call.abortSignal };
  return await runJob(queue, { submission }, wait, (result) => {
    const models = readModels(result.job.output);
    if (models.length > 0) return models;
    const reason = 'listed no models that it serves; name one yourself: { model: "…" }';
    throw jobError(queue, result, { kind: "no-output", reason });
  });
}

/** The same wait after a part of its time has passed. */
function remaining({ timeoutMillis, ...wait }: RunpodWaitOptions, startedAt: number): RunpodWaitOptions {
  if (timeoutMillis === undefined) return wait;
  return { ...wait, timeoutMillis: Math.max(1, timeoutMillis - (Date.now() - startedAt)) };
}

function complete<K extends Kind>(
  { modelId, warnings }: ReadContext<K>,
  told: Told<K>,
  { timestamp, headers }: { timestamp: Date; headers: Record<string, string> },
): Executed<K> {
  return { ...told, warnings, response: { timestamp, modelId, headers, ...told.response } };
}
