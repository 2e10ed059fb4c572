/**
 * What the pages of Runpod's public endpoints say about the models, as data.
 *
 * @module
 */
import type { JSONObject } from "@ai-sdk/provider";
import documented from "./data/documented_models.json" with { type: "json" };

/** A model's page. */
export interface DocumentedModel {
  id: string;
  aliases: string[];
  endpoint: string;
  /** "removed" where the documentation has dropped the page. */
  docsStatus: string;
  params: Array<{ name: string; type: string; enum?: Array<string | number>; min?: number; max?: number }>;
  requiredInputs: string[];
  /** Null where the page names no maximum. */
  maxInputImages: number | null;
  sizeRule: {
    params: string[];
    enum?: string[];
    aspectEnum?: string[];
    aspectExamples?: string[];
    resolutionEnum?: string[];
    pricedTiers?: string[];
    format?: string;
  };
  durationRule: { enum?: number[]; priced?: number[]; min?: number; max?: number };
  exampleInput: JSONObject;
  exampleOutput: {
    id: string;
    delayTime: number;
    executionTime: number;
    workerId?: string;
    output: JSONObject & { cost?: number };
  };
}

/** The pages of one kind of model. */
export function pagesOf(kind: "image" | "video" | "speech" | "transcription"): DocumentedModel[] {
  // One model has no page, and so no endpoint.
  return documented.filter((page) => page.kind === kind && page.endpoint !== null) as unknown as DocumentedModel[];
}

/** The page of a model. */
export function pageOf(modelId: string): DocumentedModel {
  return documented.find(({ id }) => id === modelId) as unknown as DocumentedModel;
}
