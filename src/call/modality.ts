/**
 * What a modality is: data, and pure functions that write an input and read an answer.
 *
 * @module
 */
import type { JSONObject, SharedV4ProviderOptions } from "@ai-sdk/provider";
import type { CallContext } from "../input/context.ts";
import type { JobOutput } from "../output/job_output.ts";
import type { RouteAnswer } from "../route/post.ts";
import type { ModelConfig } from "./model_config.ts";
import type { Dispensable } from "./dispensable.ts";
import type { OptionsSchema } from "./options.ts";

/** The types of one modality, in one place. */
export interface ModalityTypes {
  /** The SDK's call. */
  call: SdkCall;
  /** The settings of a model. */
  settings: ModelSettings;
  /** What is known of the worker or the model. */
  row: unknown;
  /** The options of a call under `providerOptions.runpod` that are the provider's own. */
  options: unknown;
  /**
   * What reading an answer needs to know of the call. Plain JSON, because a batch or a video's operation keeps it until
   * the job has ended, in another process perhaps.
   */
  reading: unknown;
  /** The SDK's result without what the executor adds: warnings, the time, the model and the headers. */
  result: object;
}

/** What every call of the SDK has. */
export interface SdkCall {
  providerOptions?: SharedV4ProviderOptions;
  headers?: Record<string, string | undefined>;
  abortSignal?: AbortSignal;
}

/** The settings that the executor itself reads. */
export interface ModelSettings {
  /** The name that the endpoint serves the model under. */
  model?: string;
  /** `queue`, or the name of a route. */
  transport?: string;
  /** The worker, which takes jobs. */
  worker?: string;
  /** Takes the result out of a worker's output. */
  output?: (output: unknown) => unknown;
}

/** A call that is checked and resolved: all that an input is written from. */
export interface ModelCall<K extends ModalityTypes> extends CallContext {
  call: K["call"];
  settings: K["settings"];
  row: K["row"];
  options: K["options"];
  /** The options that are not the provider's own, for the worker or the server. */
  workerOptions: JSONObject;
  /** The name that the model is served under; empty where the call does not need it, and before it is known. */
  servedName: string;
  /** Whether the answer is to be streamed. */
  isStreamed: boolean;
}

/** All that an answer is read with. */
export interface ReadContext<K extends ModalityTypes> extends CallContext {
  settings: K["settings"];
  reading: K["reading"];
  /** Advice for an answer that says the model is not there. */
  notFound: string;
}

/** The input of a job. */
export interface WrittenInput<K extends ModalityTypes> {
  input: JSONObject;
  reading: K["reading"];
}

/** The request to a route. */
export interface WrittenRequest<K extends ModalityTypes> {
  /** The body; without the name of the model, which the executor adds unless the modality writes for it. */
  body: JSONObject;
  /** Makes a form of the body, to send in its place. Errors then show the body. */
  form?: (body: JSONObject) => FormData;
  /** The fields that are left out where the server refuses them. Default none. */
  dispensable?: Dispensable[];
  reading: K["reading"];
}

/** A modality over an OpenAI-compatible route. */
export interface Route<K extends ModalityTypes> {
  /** The path below the OpenAI root. */
  path: string;
  /** Whether a success may be the bytes of a file. Default false. */
  answersBytes?: boolean;
  /**
   * Writes the request.
   *
   * @throws {InvalidArgumentError} for what no server can do, before any request.
   */
  write(call: ModelCall<K>): WrittenRequest<K>;
  /**
   * Reads a success.
   *
   * @throws {APICallError} for an answer that does not hold what was asked for.
   */
  read(answer: RouteAnswer, context: ReadContext<K>): ModalityResult<K>;
}

/** A result as a modality reads it; the executor completes its `response`. */
export type ModalityResult<K extends ModalityTypes> = K["result"] & { response?: object };

/** A kind of model: how its calls become inputs, and how answers become its results. */
export interface Modality<K extends ModalityTypes> {
  /** The name of the SDK's provider of these models, such as `runpod.image`. */
  provider: `runpod.${string}`;
  /** What a call does, to follow "Cannot" in errors: `generate an image`. */
  verb: string;
  /** The schema of a model's settings. */
  settings: () => OptionsSchema;
  /** The schema of a call's options. */
  options: () => OptionsSchema;
  /** Another key of `providerOptions` whose options count too. Those under `runpod` win. */
  optionsAlsoUnder?: string;
  /** Resolves what is known of the worker or the model; of an unknown one, what suits most. */
  resolve(config: Pick<ModelConfig<K["settings"]>, "modelId" | "modelSettings">): K["row"];
  /** How a call travels unless its model's settings say otherwise. Default `queue`, where there is one. */
  defaultTransport?: string;
  /**
   * Writes a worker's input.
   *
   * @throws {InvalidArgumentError} for what the worker cannot do, before any request.
   */
  write(call: ModelCall<K>): WrittenInput<K> | Promise<WrittenInput<K>>;
  /** What reading a job that was submitted before needs. Default nothing. */
  resume?(call: ModelCall<K>): K["reading"];
  /**
   * Reads the output of a completed job.
   *
   * @throws {RunpodJobError} for an output without a result.
   */
  read(output: JobOutput, context: ReadContext<K>): ModalityResult<K> | Promise<ModalityResult<K>>;
  /** The OpenAI-compatible routes that serve the modality too, by the name of the transport; the first is the default. */
  routes?: Readonly<Record<string, Route<K>>>;
  /** How a job finds the name of its model, where the worker wants one in its input. Default: the worker wants none. */
  jobModel?: "listed by a route" | "listed by a job";
  /** Whether what is written depends on the name of the model, which then has to be known first. Default false. */
  writesForName?: boolean;
  /** Whether results include the request. Default false. */
  includesRequest?: boolean;
}
