/**
 * Prepares a call: options sorted and checked, the transport chosen, what cannot be used told.
 *
 * @module
 */
import type { RunpodWaitOptions } from "../job/options.ts";
import { badOption, type CallContext, warnUnsupported } from "../input/context.ts";
import { atEnvironmentBase } from "../http/environment.ts";
import type { Queue } from "../job/queue.ts";
import type { Modality, ModalityTypes, ModelCall, ReadContext, Route } from "./modality.ts";
import type { ModelConfig } from "./model_config.ts";
import { type JobOptions, sortOptions } from "./options.ts";
import { routeOf } from "./transport.ts";

/** A call that is ready to be written. */
export interface Prepared<K extends ModalityTypes> {
  modality: Modality<K>;
  modelCall: ModelCall<K>;
  queue: Queue;
  /** The route that the call takes; absent where it becomes, or continues, a job. */
  route?: Route<K>;
  job: JobOptions;
}

const ROUTE_SUBMITS_NOTHING = 'an OpenAI route submits no job (transport: "queue" does)';
const NO_JOBS = "the server has no job queue";
const CONTINUED = "the job was submitted before";

/**
 * Prepares a call of a model.
 *
 * @throws {InvalidArgumentError} for an option with a bad value.
 */
export function prepare<K extends ModalityTypes>(
  modality: Modality<K>,
  config: ModelConfig<K["settings"]>,
  call: K["call"],
  { isStreamed = false }: { isStreamed?: boolean } = {},
): Prepared<K> {
  const { endpoint, modelId, modelSettings } = config;
  const queue = queueOf(modality, config, call.headers);
  const context: CallContext = { modelId, attempt: queue.attempt, warnings: [] };
  const { job, ours, worker } = sortOptions<K["options"]>(
    call.providerOptions,
    modality.options(),
    modality.optionsAlsoUnder,
  );
  const row = modality.resolve({ modelId, modelSettings });
  const route = job.jobId === undefined ? routeOf(modality, endpoint, modelSettings) : undefined;
  if (route && worker.stream) throw badOption("stream", "the answer is read whole, so it cannot be streamed");
  return {
    modality,
    modelCall: {
      ...context,
      call,
      settings: modelSettings,
      row,
      options: ours,
      workerOptions: worker,
      servedName: endpoint.model ?? "",
      isStreamed,
    },
    queue,
    route,
    job: usableOptions(context, job, { isRoute: route !== undefined, hasQueue: endpoint.root !== undefined }),
  };
}

/** The queue of a model's endpoint, for the calls of one modality. */
export function queueOf(
  { verb }: Pick<Modality<ModalityTypes>, "verb">,
  { settings, endpoint, modelId }: Omit<ModelConfig<unknown>, "modelSettings">,
  headers: Queue["headers"],
): Queue {
  const attempt = `${verb} with "${modelId}"`;
  return { settings, endpoint: atEnvironmentBase(settings, endpoint, attempt), attempt, headers };
}

/** The context that an answer is read with. */
export function readContext<K extends ModalityTypes>(
  { modelCall: { modelId, attempt, warnings, settings } }: Prepared<K>,
  reading: K["reading"],
  notFound = "",
): ReadContext<K> {
  return { modelId, attempt, warnings, settings, reading, notFound };
}

/** Warns of the options about a job that have no effect, and leaves them out. */
function usableOptions(
  context: CallContext,
  job: JobOptions,
  { isRoute, hasQueue }: { isRoute: boolean; hasQueue: boolean },
): JobOptions {
  if (isRoute) {
    // Options of the wait are for the job that a cold endpoint may answer with.
    const names = hasQueue ? ["waitMillis" as const] : Object.keys(job.wait) as Array<keyof RunpodWaitOptions>;
    const reason = hasQueue ? ROUTE_SUBMITS_NOTHING : NO_JOBS;
    return {
      ...job,
      submission: dropAll(context, job.submission, reason),
      wait: dropOptions(context, job.wait, names, reason),
    };
  }
  return job.jobId === undefined ? job : { ...job, submission: dropAll(context, job.submission, CONTINUED) };
}

function dropAll<Options extends object>(context: CallContext, options: Options, reason: string): Options {
  return dropOptions(context, options, Object.keys(options) as Array<keyof Options & string>, reason);
}

/** Leaves some options out, with a warning for each that was given. */
export function dropOptions<Options extends object>(
  context: Pick<CallContext, "warnings">,
  options: Options,
  names: ReadonlyArray<keyof Options & string>,
  reason: string,
): Options {
  const given = names.filter((name) => options[name] !== undefined);
  for (const name of given) warnUnsupported(context, `providerOptions.runpod.${name}`, reason);
  const kept = Object.entries(options).filter(([name]) => !given.includes(name as keyof Options & string));
  return Object.fromEntries(kept) as Options;
}
