/**
 * The transcription models of Runpod's public endpoints, as their pages described them.
 *
 * @module
 */
import { type CatalogueEntry, findEntry, findFamily } from "../input/catalogue.ts";
import type { Rule, Rules } from "../input/rules.ts";
import type { RunpodKnownTranscriptionModelId, RunpodTranscriptionOptionsById } from "./options.ts";

/** What is known of one transcription model. A URL of a recording is always its `audio`. */
export interface TranscriptionEntry extends CatalogueEntry {
  /** The worker options that are documented. */
  options: Record<string, Rule>;
}

/** The transcription models by id. */
export const TRANSCRIPTION_MODELS: { readonly [Id in RunpodKnownTranscriptionModelId]: Row<Id> } = {
  "pruna/whisper-v3-large": {
    endpoint: "whisper-v3-large",
    aliases: [],
    removed: "2026-06-16",
    options: { audio: "url", prompt: "text" },
  },
};

/** A row has a rule for each option of its model's type. */
type Row<Id extends RunpodKnownTranscriptionModelId> = TranscriptionEntry & {
  options: Rules<RunpodTranscriptionOptionsById[Id]>;
};

/** Finds a transcription model by id, slug or alias. */
export function findTranscriptionModel(modelId: string): TranscriptionEntry | undefined {
  return findEntry<TranscriptionEntry>(TRANSCRIPTION_MODELS, modelId);
}

/**
 * Finds the transcription model that another one is like.
 *
 * @throws {InvalidArgumentError} when there is none by that id.
 */
export function findTranscriptionFamily(family: string): TranscriptionEntry {
  return findFamily<TranscriptionEntry>(TRANSCRIPTION_MODELS, family, "transcription models");
}
