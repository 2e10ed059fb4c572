/**
 * What results say of themselves under `providerMetadata.runpod`, for each kind of model.
 *
 * The AI SDK types it as JSON. `providerMetadata.runpod as RunpodImageMetadata` tells what is there.
 *
 * @module
 */
import type { JSONObject, JSONValue } from "@ai-sdk/provider";
import type { RunpodJobStatus } from "./job/envelope.ts";
import type { RunpodJobErrorKind } from "./job/error.ts";

/** What is known of the job or the request that made a result. */
export type RunpodResultMetadata = {
  /** The job's id; absent for an answer of an OpenAI-compatible route. */
  jobId?: string;
  /** The id or slug of the endpoint, or the host of a server. */
  endpoint?: string;
  /** The id of the worker. */
  workerId?: string;
  /** How long the job waited for a worker, in milliseconds. */
  delayTimeMillis?: number;
  /** How long the job ran, in milliseconds. */
  executionTimeMillis?: number;
  /** What it cost, in USD, if the endpoint tells. */
  cost?: number;
};

/** What is known of one file. */
export type RunpodFileMetadata = RunpodResultMetadata & {
  /** Where the file is, for seven days; absent for one that came inside of the answer. */
  url?: string;
};

/** The metadata of a chat or a completion. */
export type RunpodChatMetadata = RunpodResultMetadata & {
  /** The log probabilities of the tokens, if the call asked for them: those of completions in the form of chats. */
  logprobs?: JSONValue[];
  /** The stop string or token that ended the answer (vLLM). */
  stopReason?: string | number;
  /** The times of the request (vLLM with `--enable-per-request-metrics`). */
  metrics?: JSONObject;
  /** The log probabilities of the prompt's tokens (vLLM, `prompt_logprobs`). */
  promptLogprobs?: JSONValue[];
  /** The ids of the prompt's tokens (vLLM, `return_token_ids`). */
  promptTokenIds?: number[];
  /** The ids of the answer's tokens (vLLM, `return_token_ids`). */
  tokenIds?: number[];
  /** What a disaggregated server needs to go on (vLLM). */
  kvTransferParams?: JSONObject;
  /** Which of `structuredOutputs` the answer shows the server to have ignored. A whole answer has a warning too. */
  ignoredConstraint?: "choice" | "regex";
  /** Whether the worker broke characters between the pieces of the answer, which then has U+FFFD in their place. */
  hasLostCharacters?: boolean;
};

/** The metadata of images. */
export type RunpodImageMetadata = {
  /** One entry for each image, in their order. */
  images: RunpodFileMetadata[];
};

/** The metadata of videos, also of one that is still being made. */
export type RunpodVideoMetadata = {
  /** One entry for each video, in their order; absent before there is one. */
  videos?: RunpodFileMetadata[];
  /** The state of the job, from `startVideo` and `getVideoStatus`. */
  job?: RunpodResultMetadata & {
    /** The job's status, in upper case. */
    status?: RunpodJobStatus;
    /** What the worker last reported: any JSON. */
    progress?: JSONValue;
    /** How it failed, if it has ended without a video. */
    kind?: RunpodJobErrorKind;
  };
  /** The id of the job that made the first video. */
  jobId?: string;
};

/** The metadata of speech. */
export type RunpodSpeechMetadata = RunpodFileMetadata & {
  /** The same as `url`. */
  audioUrl?: string;
  /** The media type that the worker declares, where the bytes do not tell it, such as `audio/pcm`. */
  mediaType?: string;
};

/** The metadata of a transcript. */
export type RunpodTranscriptionMetadata = RunpodResultMetadata & {
  /** The transcript as subtitles, if the call asked for them. */
  subtitles?: string;
  /** The transcript in English, if the call asked for it. */
  translation?: string;
};

/** The metadata of embeddings. */
export type RunpodEmbeddingMetadata = RunpodResultMetadata;

/** The metadata of a ranking. */
export type RunpodRerankingMetadata = RunpodResultMetadata;
