/**
 * The speech models of Runpod's public endpoints, as their pages describe them.
 *
 * @module
 */
import { type CatalogueEntry, findEntry } from "../input/catalogue.ts";
import type { Row } from "../input/row.ts";
import type { Rules } from "../input/rules.ts";
import type { RunpodSpeechWorkerOptions } from "./worker_options.ts";

/** The worker options of each speech model of Runpod's public endpoints. */
export type RunpodSpeechOptionsById = {
  "minimax/speech-02-hd": Pick<
    RunpodSpeechWorkerOptions,
    "voice_id" | "speed" | "volume" | "pitch" | "emotion" | "english_normalization" | "default_audio_url"
  >;
  "resembleai/chatterbox-turbo": Pick<RunpodSpeechWorkerOptions, "voice" | "voice_url" | "format">;
};

/** The id of a speech model of Runpod's public endpoints. */
export type RunpodKnownSpeechModelId = keyof RunpodSpeechOptionsById;

/** A speech worker that Runpod ships. */
export type RunpodSpeechWorkerName = "bark" | "vllm-omni";

/** A row of the catalogue. */
export type SpeechEntry = CatalogueEntry & Row;

/** Any worker that is not in the catalogue: the names of the public ones where they have one, else the SDK's. */
export const ANY_SPEECH_WORKER: Row = {
  keys: {
    text: "prompt",
    model: "model",
    voice: "voice",
    outputFormat: "format",
    speed: "speed",
    language: "language",
    instructions: "instructions",
  },
  options: {},
  required: [],
};

/** The route `/audio/speech`, as OpenAI documents it. */
export const OPENAI_SPEECH: Row = {
  keys: {
    text: "input",
    voice: "voice",
    outputFormat: "response_format",
    speed: "speed",
    instructions: "instructions",
  },
  options: {},
  required: [],
};

/** The speech workers that Runpod ships. */
export const SPEECH_WORKERS: { readonly [Name in RunpodSpeechWorkerName]: Row } = {
  "bark": { keys: { text: "text_prompt", voice: "voice_preset" }, options: {}, required: [] },
  "vllm-omni": { ...OPENAI_SPEECH, defaults: { task: "speech" } },
};

/** The speech models by id. */
export const SPEECH_MODELS: { readonly [Id in RunpodKnownSpeechModelId]: RowOf<Id> } = {
  "minimax/speech-02-hd": {
    endpoint: "minimax-speech-02-hd",
    aliases: ["minimax/minimax-speech-02-hd"],
    keys: { text: "prompt", voice: "voice_id", speed: "speed" },
    options: {
      voice_id: "text",
      // The page gives no bounds.
      speed: {},
      volume: {},
      pitch: {},
      emotion: ["happy", "sad", "neutral", "angry", "fearful", "surprised"],
      english_normalization: "boolean",
      default_audio_url: "url",
    },
    required: [],
  },
  "resembleai/chatterbox-turbo": {
    endpoint: "chatterbox-turbo",
    keys: { text: "prompt", voice: "voice", outputFormat: "format" },
    options: {
      voice: [
        "aaron",
        "abigail",
        "anaya",
        "andy",
        "archer",
        "brian",
        "chloe",
        "dylan",
        "emmanuel",
        "ethan",
        "evelyn",
        "gavin",
        "gordon",
        "ivan",
        "laura",
        "lucy",
        "madison",
        "marisol",
        "meera",
        "walter",
      ],
      voice_url: "url",
      format: ["wav", "flac", "ogg"],
      voiceUrl: "url",
    },
    required: [],
    // The name that the first versions of this provider gave the option.
    rewrite: ({ voiceUrl, ...options }) => voiceUrl === undefined ? options : { voice_url: voiceUrl, ...options },
  },
};

/** A row has a rule for each option in its model's type. */
type RowOf<Id extends RunpodKnownSpeechModelId> = SpeechEntry & { options: Rules<RunpodSpeechOptionsById[Id]> };

/** Finds a speech model by id, slug or alias. */
export function findSpeechModel(modelId: string): SpeechEntry | undefined {
  return findEntry<SpeechEntry>(SPEECH_MODELS, modelId);
}
