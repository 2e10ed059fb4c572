/**
 * The transcription models of Runpod's public endpoints, as their pages described them.
 *
 * @module
 */
import { type CatalogueEntry, findEntry } from "../input/catalogue.ts";
import type { Row } from "../input/row.ts";
import type { Rules } from "../input/rules.ts";
import type { RunpodTranscriptionWorkerOptions } from "./worker_options.ts";

/** The worker options of each transcription model of Runpod's public endpoints. */
export type RunpodTranscriptionOptionsById = {
  "pruna/whisper-v3-large": Pick<RunpodTranscriptionWorkerOptions, "audio" | "prompt">;
};

/** The id of a transcription model of Runpod's public endpoints. */
export type RunpodKnownTranscriptionModelId = keyof RunpodTranscriptionOptionsById;

/** A transcription worker that Runpod ships. */
export type RunpodTranscriptionWorkerName = "faster-whisper" | "insanely-fast-whisper";

/** What is known of one transcription worker. */
export interface TranscriptionRow extends Row {
  /** The worker's keys for the recording: one for URLs, and one for base64 where URLs may not be data URIs. */
  audio: { url: string; base64?: string };
}

/** A row of the catalogue. */
export type TranscriptionEntry = CatalogueEntry & TranscriptionRow;

/** Any worker that is not in the catalogue: Runpod's worker for faster-whisper. */
export const ANY_TRANSCRIPTION_WORKER: TranscriptionRow = {
  keys: { model: "model", timestampGranularities: "word_timestamps" },
  audio: { url: "audio", base64: "audio_base64" },
  options: {},
  required: [],
};

/** The route `/audio/transcriptions`, as OpenAI documents it. */
export const OPENAI_TRANSCRIPTION: Row = {
  keys: { timestampGranularities: "timestamp_granularities[]" },
  options: {},
  defaults: { response_format: "verbose_json" },
  required: [],
};

/** The transcription workers that Runpod ships. */
export const TRANSCRIPTION_WORKERS: { readonly [Name in RunpodTranscriptionWorkerName]: TranscriptionRow } = {
  "faster-whisper": ANY_TRANSCRIPTION_WORKER,
  "insanely-fast-whisper": {
    keys: {},
    audio: { url: "audio" },
    options: {},
    // It fails without them.
    defaults: { chunk_length: 30, batch_size: 24 },
    required: [],
  },
};

/** The transcription models by id. */
export const TRANSCRIPTION_MODELS: { readonly [Id in RunpodKnownTranscriptionModelId]: RowOf<Id> } = {
  "pruna/whisper-v3-large": {
    endpoint: "whisper-v3-large",
    removed: "2026-06-16",
    keys: {},
    audio: { url: "audio" },
    options: { audio: "url", prompt: "text" },
    required: [],
  },
};

/** A row has a rule for each option in its model's type. */
type RowOf<Id extends RunpodKnownTranscriptionModelId> = TranscriptionEntry & {
  options: Rules<RunpodTranscriptionOptionsById[Id]>;
};

/** Finds a transcription model by id, slug or alias. */
export function findTranscriptionModel(modelId: string): TranscriptionEntry | undefined {
  return findEntry<TranscriptionEntry>(TRANSCRIPTION_MODELS, modelId);
}
