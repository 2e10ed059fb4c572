/**
 * Transcription: a worker's input or a form from a call, and the transcript from what comes back.
 *
 * @module
 */
import type {
  JSONObject,
  TranscriptionModelV4CallOptions,
  TranscriptionModelV4Result,
  TranscriptionModelV4TimestampGranularity,
} from "@ai-sdk/provider";
import type {
  Modality,
  ModalityResult,
  ModalityTypes,
  ModelCall,
  ReadContext,
  WrittenRequest,
} from "../call/modality.ts";
import { callOptions } from "../call/options.ts";
import { choiceSetting, jobSettings, settingsSchema } from "../call/settings.ts";
import { nonEmptyText } from "../checks.ts";
import { toBytes } from "../files/base64.ts";
import { resolveRow } from "../input/catalogue.ts";
import { type CallContext, contextFor, refuse, warnOverridden, warnUnsupported } from "../input/context.ts";
import { keyOf } from "../input/row.ts";
import { writeInput } from "../input/writer.ts";
import { once } from "../once.ts";
import type { JobOutput } from "../output/job_output.ts";
import type { RouteAnswer } from "../route/post.ts";
import { type GivenAudio, takeAudio, toAudioUrl, toForm, writeAudio } from "./audio.ts";
import {
  ANY_TRANSCRIPTION_WORKER,
  OPENAI_TRANSCRIPTION,
  TRANSCRIPTION_MODELS,
  TRANSCRIPTION_WORKERS,
  type TranscriptionRow,
} from "./catalogue.ts";
import type { RunpodTranscriptionModelSettings } from "./options.ts";
import { readTranscript, type Transcript } from "./transcript.ts";

type Granularity = TranscriptionModelV4TimestampGranularity;

/** The types of transcription. */
export interface TranscriptionKind extends ModalityTypes {
  /** A call with a recording, or with the URL of one. */
  call: Omit<TranscriptionModelV4CallOptions, "audio" | "mediaType"> & GivenAudio;
  settings: RunpodTranscriptionModelSettings;
  row: TranscriptionRow;
  options: Record<never, never>;
  reading: {
    /** What should have times. */
    granularities: Granularity[];
    /** Whether the format that was asked for is text, not JSON. */
    isText?: boolean;
  };
  result: Omit<TranscriptionModelV4Result, "warnings" | "request" | "response">;
}

/** Transcription. */
export const transcriptionModality: Modality<TranscriptionKind> = {
  provider: "runpod.transcription",
  verb: "transcribe",
  settings: settingsSchema(() => ({
    transport: choiceSetting(["openai", "queue"]),
    model: nonEmptyText(),
    ...jobSettings(),
  })),
  options: once(callOptions),
  resolve: (config) => {
    const row = resolveRow<TranscriptionRow>(TRANSCRIPTION_MODELS, TRANSCRIPTION_WORKERS, ANY_TRANSCRIPTION_WORKER, {
      kind: "transcription",
      ...config,
    });
    // A worker with another key for the recording has one for all recordings, unless the caller names two.
    return row.renamed?.audio && !row.renamed.audio_base64 ? { ...row, audio: { url: row.audio.url } } : row;
  },
  async write(modelCall) {
    return { input: await writeTranscriptionInput(modelCall), reading: readingOf(modelCall) };
  },
  resume: readingOf,
  read: readOutput,
  routes: {
    openai: {
      path: "/audio/transcriptions",
      write: writeRequest,
      read: readAnswer,
    },
  },
};

function readingOf(
  { call: { timestampGranularities = [] } }: ModelCall<TranscriptionKind>,
): TranscriptionKind["reading"] {
  return { granularities: timestampGranularities };
}

async function writeTranscriptionInput(modelCall: ModelCall<TranscriptionKind>): Promise<JSONObject> {
  const { call, row, settings: { model, input: makeInput }, workerOptions } = modelCall;
  const { timestampGranularities = [] } = call;
  const context = contextFor(makeInput, modelCall);
  const { audio, options } = takeAudio(context, row, call, workerOptions);
  // A worker without the option may return times all the same, and a transcript without them gets a warning.
  const asksForWords = timestampGranularities.includes("word") && keyOf(row, "timestampGranularities") !== undefined;
  const input = writeInput(context, row, {
    settings: { model, timestampGranularities: asksForWords || undefined },
    files: () => makeInput ? {} : writeAudio(row.audio, audio),
    options,
  });
  return makeInput ? await makeInput({ audio: toAudioUrl(audio), timestampGranularities, options, input }) : input;
}

function writeRequest(modelCall: ModelCall<TranscriptionKind>): WrittenRequest<TranscriptionKind> {
  const { call, workerOptions } = modelCall;
  const { audio, options } = takeAudio(modelCall, OPENAI_TRANSCRIPTION, call, workerOptions);
  if ("url" in audio) {
    const advice = "pass the URL as the audio of transcribe, which downloads it";
    throw refuse(modelCall, "audio", `the route takes a file; ${advice}`);
  }
  const { granularities } = readingOf(modelCall);
  const allOptions = { ...OPENAI_TRANSCRIPTION.defaults, ...options };
  const fields = writeInput(modelCall, OPENAI_TRANSCRIPTION, {
    settings: { timestampGranularities: writeGranularities(modelCall, granularities, allOptions) },
    options,
  });
  const file = { data: toBytes(audio.data), mediaType: audio.mediaType };
  return {
    body: { ...fields, file: `${file.data.length} bytes of ${file.mediaType}` },
    form: ({ file: _, ...fields }) => toForm(fields, file),
    reading: { granularities, isText: fields.response_format !== "json" && fields.response_format !== "verbose_json" },
  };
}

function writeGranularities(
  context: CallContext,
  granularities: Granularity[],
  { response_format, timestamp_granularities: given }: JSONObject,
): Granularity[] | undefined {
  if (granularities.length === 0) return undefined;
  if (response_format !== "verbose_json") {
    warnUnsupported(context, "timestampGranularities", 'only the response_format "verbose_json" has times');
    return undefined;
  }
  // Servers leave segments out when only words are asked for.
  if (given === undefined) return [...new Set([...granularities, "segment" as const])];
  if (!granularities.every((granularity) => [given].flat().includes(granularity))) {
    warnOverridden(context, "timestampGranularities", "timestamp_granularities");
  }
  return undefined;
}

function readOutput(output: JobOutput, context: ReadContext<TranscriptionKind>): ModalityResult<TranscriptionKind> {
  const transcript = readTranscript(output.value, context.warnings);
  if (!transcript) throw output.unreadable("text");
  return toResult(context, transcript, output);
}

function readAnswer(
  routeAnswer: RouteAnswer,
  context: ReadContext<TranscriptionKind>,
): ModalityResult<TranscriptionKind> {
  const { answer, json, unexpected } = routeAnswer;
  // A text such as "42" is valid JSON too, so the format that was asked for decides, unless the server says otherwise.
  const isText = context.reading.isText && !/json|html/i.test(answer.headers["content-type"] ?? "");
  const transcript = readTranscript(isText ? answer.text : json, context.warnings);
  if (!transcript) throw unexpected("a transcript");
  return toResult(context, transcript, routeAnswer);
}

function toResult(
  context: ReadContext<TranscriptionKind>,
  { subtitles, translation, ...transcript }: Transcript,
  { about, answer }: Pick<JobOutput, "about" | "answer">,
): ModalityResult<TranscriptionKind> {
  const timed = { word: transcript.words, segment: transcript.segments };
  for (const granularity of context.reading.granularities) {
    // Silence has neither words nor segments.
    if (timed[granularity]?.length || transcript.text === "") continue;
    warnUnsupported(context, "timestampGranularities", `the answer has no times of ${granularity}s`);
  }
  const more = { ...(subtitles && { subtitles }), ...(translation !== undefined && { translation }) };
  const providerMetadata = { runpod: { ...about, ...more } };
  return { ...transcript, providerMetadata, response: { body: answer.json } };
}
