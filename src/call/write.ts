/**
 * Writes a prepared call: the job or the request that it becomes, with the name of its model where one is needed.
 *
 * @module
 */
import type { JSONObject } from "@ai-sdk/provider";
import { jobError } from "../job/failure.ts";
import { remaining, timeoutOf } from "../job/job_wait.ts";
import type { RunpodWaitOptions } from "../job/options.ts";
import type { Submission } from "../job/submission.ts";
import { type JobRef, runJob } from "../job/run_job.ts";
import { withTimeout } from "../job/timeout.ts";
import { readModels } from "../route/models.ts";
import { adviceForName, findServedModel } from "../route/served_model.ts";
import type { Dispensable } from "./dispensable.ts";
import type { ModalityTypes, ModelCall, Route } from "./modality.ts";
import type { Prepared } from "./prepare.ts";

/** The job of a call: a new one, or one to continue. */
export interface WrittenJob<K extends ModalityTypes> {
  ref: JobRef;
  reading: K["reading"];
  wait: RunpodWaitOptions;
  /** Advice for a model that is not served; absent where the job names none. */
  notFound?: string;
}

/** The request of a call. */
export interface WrittenPost<K extends ModalityTypes> {
  body: JSONObject;
  form?: FormData;
  dispensable?: Dispensable[];
  reading: K["reading"];
  /** Advice for a model that is not served. */
  notFound: string;
}

/**
 * Writes the job of a call.
 *
 * @throws {InvalidArgumentError} for what the worker cannot do, before any request.
 */
export async function writeJob<K extends ModalityTypes>(prepared: Prepared<K>): Promise<WrittenJob<K>> {
  const { modality, modelCall, job: { jobId, submission, wait } } = prepared;
  if (jobId !== undefined) {
    // The input was written before. Only how to read its output is still to be known.
    return { ref: { jobId }, reading: modality.resume?.(modelCall) as K["reading"], wait };
  }
  if (modality.jobModel === undefined) {
    const { input, reading } = await modality.write(modelCall);
    return { ref: { submission: { input, ...submission } }, reading, wait };
  }
  const startedAt = Date.now();
  const list = modality.jobModel === "listed by a job" ? () => listModelsByJob(prepared) : undefined;
  const { written, name, notFound } = await writeWithName(prepared, (call) => modality.write(call), list);
  const ref = { submission: { input: { ...name, ...written.input }, ...submission } };
  return { ref, reading: written.reading, wait: remaining(wait, prepared.queue, startedAt), notFound };
}

/**
 * Writes the request of a call.
 *
 * @throws {InvalidArgumentError} for what no server can do, before any request.
 */
export async function writePost<K extends ModalityTypes>(
  prepared: Prepared<K>,
  route: Route<K>,
): Promise<WrittenPost<K>> {
  const { written, name, notFound } = await writeWithName(prepared, (call) => route.write(call));
  const body = { ...name, ...written.body };
  const { form, dispensable, reading } = written;
  return { body, form: form?.(body), dispensable, reading, notFound };
}

/**
 * Writes a call and finds the name of its model. The call is written first, so that a mistake in it costs no request,
 * unless what is written depends on the name.
 */
async function writeWithName<K extends ModalityTypes, Written>(
  { modality: { writesForName }, modelCall, queue, job }: Prepared<K>,
  write: (call: ModelCall<K>) => Written | Promise<Written>,
  list?: () => Promise<Array<{ id: string }>>,
): Promise<{ written: Written; name: { model?: string }; notFound: string }> {
  const early = writesForName ? undefined : await write(modelCall);
  const find = (signal: AbortSignal | undefined) => findServedModel(queue, signal, list);
  const { abortSignal } = modelCall.call;
  // A job has a timeout of its own.
  const timeoutMillis = list ? Infinity : timeoutOf(job.wait, queue, Infinity);
  const servedName = queue.endpoint.model ?? await withTimeout(queue, timeoutMillis, abortSignal, find, false);
  return {
    written: early ?? await write({ ...modelCall, servedName }),
    name: writesForName ? {} : { model: servedName },
    notFound: adviceForName(queue.endpoint, servedName),
  };
}

/**
 * Lists the models by a job, which outlives a cold start, as a request to the route may not. The caller is not told of this
 * job, because it is not the one that the caller may want to continue.
 */
async function listModelsByJob<K extends ModalityTypes>(
  { queue, modelCall, job }: Prepared<K>,
): Promise<Array<{ id: string }>> {
  const attempt = `list the models of "${queue.endpoint.name}" (a model named by { model: "…" } needs no list)`;
  const listing = { ...queue, attempt, settings: { ...queue.settings, onJobUpdate: undefined } };
  const submission: Submission = { input: { openai_route: "/v1/models" } };
  const wait = { ...job.wait, abortSignal: modelCall.call.abortSignal };
  return await runJob(listing, { submission }, wait, (result) => {
    const models = readModels(result.job.output);
    if (models.length > 0) return models;
    throw jobError(listing, result, { kind: "no-output", reason: "listed no models" });
  });
}
