/**
 * What callers may set for a speech model and for one call of it.
 *
 * @module
 */
import type { JSONObject, JSONValue } from "@ai-sdk/provider";
import type { RunpodJobOptions } from "../job/options.ts";
import type { RunpodKnownSpeechModelId, RunpodSpeechOptionsById, RunpodSpeechWorkerName } from "./catalogue.ts";
import type { RunpodSpeechWorkerOptions } from "./worker_options.ts";

/** A speech model: its id at Runpod's public endpoints, or the id or URL of any endpoint. */
export type RunpodSpeechModelId =
  | RunpodKnownSpeechModelId
  // Any other string, without losing the completions above.
  | (string & Record<never, never>);

/**
 * Options of a speech model, under `providerOptions.runpod`: for a known model those that its page documents, for any
 * other, and without a type argument, whatever the worker or server takes.
 *
 * @example
 * ```ts
 * import type { RunpodSpeechModelOptions } from "@runpod/ai-sdk-provider";
 *
 * const exact: RunpodSpeechModelOptions<"minimax/speech-02-hd"> = { emotion: "happy", pitch: 1, timeoutMillis: 120_000 };
 * const any: RunpodSpeechModelOptions = { exaggeration: 0.7 };
 * ```
 */
export type RunpodSpeechModelOptions<Id extends RunpodSpeechModelId = string> =
  & RunpodJobOptions
  & (Id extends RunpodKnownSpeechModelId ? RunpodSpeechOptionsById[Id]
    : RunpodSpeechWorkerOptions | { [workerOption: string]: JSONValue | undefined });

/** How to talk to an endpoint of your own. */
export interface RunpodSpeechModelSettings {
  /**
   * How to reach the model: by a job on the endpoint's queue, or by the `/audio/speech` route of an OpenAI-compatible
   * server. Default `queue`; `openai` where there is no queue: load balancers, and URLs that end in `/v1`.
   */
  transport?: "openai" | "queue";
  /**
   * The name of the model. On an OpenAI route, the name that the server serves it under; by default the first that its
   * `/models` route lists. In a job, the `model` of the input.
   */
  model?: string;
  /** Jobs: the known model whose input yours takes. Default: the one with this id; else a `prompt` and what you set. */
  family?: RunpodKnownSpeechModelId;
  /** Jobs: the worker of Runpod's that the endpoint runs, whose input is known. */
  worker?: RunpodSpeechWorkerName;
  /** Jobs: the worker's own keys for settings of the call, such as `{ text: "text" }`. Default: those of the family or worker. */
  keys?: { [Setting in "text" | "voice" | "outputFormat" | "speed" | "language" | "instructions" | "model"]?: string };
  /**
   * Jobs: makes the worker's input of a call, in the place of the provider.
   *
   * @example
   * ```ts
   * import type { RunpodSpeechModelSettings } from "@runpod/ai-sdk-provider";
   *
   * const settings: RunpodSpeechModelSettings = {
   *   input: ({ text, voice }) => ({ text, speaker: voice ?? "narrator" }),
   *   output: (output) => (output as { wav: string }).wav,
   * };
   * ```
   */
  input?: (call: RunpodSpeechCall) => JSONObject | Promise<JSONObject>;
  /** Jobs: takes the audio out of the worker's output: a URL, a data URI or base64. */
  output?: (output: unknown) => unknown;
}

/** A call of a speech model. */
export interface RunpodSpeechCall {
  /** What to say. */
  text: string;
  /** The voice. */
  voice: string | undefined;
  /** The file format, such as `mp3`. */
  outputFormat: string | undefined;
  /** The pace, where 1 is the voice's own. */
  speed: number | undefined;
  /** The language, such as `en`. */
  language: string | undefined;
  /** How to say it, in words. */
  instructions: string | undefined;
  /** `providerOptions.runpod`, without what the provider itself uses. */
  options: JSONObject;
  /** What the provider would have sent. */
  input: JSONObject;
}
