/**
 * Writes what a transcription model is asked, from the SDK's call: a worker's input, or the fields of an OpenAI route.
 *
 * @module
 */
import type { JSONObject, TranscriptionModelV4CallOptions } from "@ai-sdk/provider";
import * as z from "zod/v4-mini";
import { toBase64 } from "../files/base64.ts";
import { type RunpodWaitOptions, waitOptions } from "../job/options.ts";
import { routeOptions } from "../route/post.ts";
import { once, splitOptions } from "../call/options.ts";
import { checkRules } from "../input/rules.ts";
import {
  type CallContext,
  refuse,
  warnOverridden,
  warnRemoved,
  warnUnsupported,
  withOptions,
} from "../input/context.ts";
import { type Audio, type GivenAudio, splitAudio, toAddress } from "./audio.ts";
import type { TranscriptionEntry } from "./catalogue.ts";
import type { RunpodTranscriptionCall, RunpodTranscriptionModelSettings } from "./model.ts";

/** A call with its recording, or with the address of one. */
export type Call = Omit<TranscriptionModelV4CallOptions, "audio" | "mediaType"> & GivenAudio;

/** What to run and how long to wait for it. */
export interface TranscriptionInput {
  input: JSONObject;
  wait: RunpodWaitOptions;
  /** A job to continue, in place of a new one. */
  jobId: string | undefined;
}

/**
 * Writes the input of a transcription job. A worker that is not in the catalogue is taken to be the one for faster-whisper.
 *
 * @throws {InvalidArgumentError} for what the model cannot do, before any request.
 */
export async function writeInput(
  { modelId, attempt, warnings }: CallContext,
  entry: TranscriptionEntry | undefined,
  { input: map, model }: RunpodTranscriptionModelSettings,
  call: Call,
): Promise<TranscriptionInput> {
  const { ours: { jobId, ...wait }, worker } = splitOptions(call.providerOptions, ownOptions());
  // What continues a job has been written before.
  if (jobId !== undefined) return { input: {}, wait, jobId };

  // What the provider would not have sent, a function of the caller's may well use.
  const context: CallContext = { modelId, attempt, warnings: map ? [] : warnings };
  if (entry) {
    warnRemoved(context, entry);
    checkRules(context, worker, entry.options);
    if (model !== undefined) warnUnsupported(context, "model", `"${modelId}" is one model`);
  }
  const { audio, rest } = splitAudio(context, call, worker);
  const settings: JSONObject = {
    ...(model === undefined ? {} : { model }),
    ...(call.timestampGranularities?.includes("word") ? { word_timestamps: true } : {}),
  };
  const names = { model: "model", word_timestamps: "timestampGranularities" };
  const input = entry ? rest : withOptions(context, settings, rest, names);
  if (map) return { input: await map(describeCall(call, audio, rest, input)), wait, jobId };
  return { input: { ...(entry ? { audio: toAddress(audio) } : writeAudio(audio)), ...input }, wait, jobId };
}

/** The fields of a request to `/audio/transcriptions`, and its file. */
export interface TranscriptionFields {
  fields: JSONObject;
  audio: Exclude<Audio, { url: string }>;
}

/**
 * Writes the fields of a request to `/audio/transcriptions`.
 *
 * @throws {InvalidArgumentError} for what no server can do, before any request.
 */
export function writeFields(context: CallContext, call: Call): TranscriptionFields {
  const { response_format = "verbose_json", ...worker } = routeOptions(context, call.providerOptions);
  const { audio, rest } = splitAudio(context, call, worker);
  if ("url" in audio) {
    throw refuse(
      context,
      "audio",
      "the route takes a file; pass the URL as the audio of transcribe, which downloads it",
    );
  }
  const timed = response_format === "verbose_json" ? writeGranularities(context, call, rest) : {};
  if (response_format !== "verbose_json" && call.timestampGranularities?.length) {
    warnUnsupported(context, "timestampGranularities", 'only the response_format "verbose_json" has them');
  }
  return { fields: { response_format, ...timed, ...rest }, audio };
}

/** Servers leave segments out where words alone are asked for. */
function writeGranularities(
  context: CallContext,
  { timestampGranularities: wanted = [] }: Call,
  { timestamp_granularities: given }: JSONObject,
): JSONObject {
  if (given !== undefined && !wanted.every((granularity) => [given].flat().includes(granularity))) {
    warnOverridden(context, "timestampGranularities", "timestamp_granularities");
  }
  if (wanted.length === 0 || given !== undefined) return {};
  return { "timestamp_granularities[]": [...new Set([...wanted, "segment"])] };
}

const ownOptions = once(() => z.object(waitOptions()));

function writeAudio(audio: Audio): JSONObject {
  return "url" in audio ? { audio: audio.url } : { audio_base64: toBase64(audio.data) };
}

function describeCall(
  { timestampGranularities = [] }: Call,
  audio: Audio,
  options: JSONObject,
  input: JSONObject,
): RunpodTranscriptionCall {
  return { audio: toAddress(audio), timestampGranularities, options, input };
}
