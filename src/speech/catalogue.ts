/**
 * The speech models of Runpod's public endpoints, as their pages describe them.
 *
 * @module
 */
import { type CatalogueEntry, findEntry, findFamily } from "../input/catalogue.ts";
import type { Rule, Rules } from "../input/rules.ts";
import type { RunpodKnownSpeechModelId, RunpodSpeechOptionsById } from "./options.ts";

/** The SDK's settings of a speech, but for its text. */
export type SpeechSetting = "voice" | "outputFormat" | "speed" | "language" | "instructions";

/** What is known of one speech model. The text is always the `prompt`. */
export interface SpeechEntry extends CatalogueEntry {
  /** The worker's names for the settings that it takes. */
  settings: { readonly [Setting in SpeechSetting]?: string };
  /** The worker options that are documented. */
  options: Record<string, Rule>;
  /** Other names of options, by which this provider has known them. */
  renames?: Record<string, string>;
}

/** The speech models by id. */
export const SPEECH_MODELS: { readonly [Id in RunpodKnownSpeechModelId]: Row<Id> } = {
  "minimax/speech-02-hd": {
    endpoint: "minimax-speech-02-hd",
    aliases: ["minimax/minimax-speech-02-hd"],
    settings: { voice: "voice_id", speed: "speed" },
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
  },
  "resembleai/chatterbox-turbo": {
    endpoint: "chatterbox-turbo",
    aliases: [],
    settings: { voice: "voice", outputFormat: "format" },
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
    },
    renames: { voiceUrl: "voice_url" },
  },
};

/** A row has a rule for each option of its model's type. */
type Row<Id extends RunpodKnownSpeechModelId> = SpeechEntry & { options: Rules<RunpodSpeechOptionsById[Id]> };

/** Finds a speech model by id, slug or alias. */
export function findSpeechModel(modelId: string): SpeechEntry | undefined {
  return findEntry<SpeechEntry>(SPEECH_MODELS, modelId);
}

/**
 * Finds the speech model that another one is like.
 *
 * @throws {InvalidArgumentError} when there is none by that id.
 */
export function findSpeechFamily(family: string): SpeechEntry {
  return findFamily<SpeechEntry>(SPEECH_MODELS, family, "speech models");
}
