/**
 * The language models of Runpod's public endpoints.
 *
 * @module
 */
import { type CatalogueEntry, findEntry, type Known } from "../catalogue.ts";

/** A chat model: its id at Runpod's public endpoints, or the id or URL of any endpoint. */
export type RunpodChatModelId =
  | "deep-cogito/deep-cogito-v2-llama-70b"
  | "deepcogito/cogito-671b-v2.1-fp8"
  | "ibm-granite/granite-4.0-h-small"
  | "moonshotai/kimi-k2.6"
  | "moonshotai/kimi-k2.7-code"
  | "moonshotai/kimi-k3"
  | "openai/gpt-oss-120b"
  | "qwen/qwen3-32b-awq"
  // Any other string, without losing the completions above.
  | (string & Record<never, never>);

const CATALOGUE: Record<Known<RunpodChatModelId>, CatalogueEntry> = {
  "deep-cogito/deep-cogito-v2-llama-70b": {
    endpoint: "deep-cogito-v2-llama-70b",
    model: "deepcogito/cogito-v2-preview-llama-70B",
    aliases: ["deepcogito/cogito-v2-preview-llama-70B"],
  },
  "deepcogito/cogito-671b-v2.1-fp8": {
    endpoint: "cogito-671b-v2-1-fp8-dynamic",
    model: "deepcogito/cogito-671b-v2.1-FP8",
    aliases: ["deepcogito/cogito-671b-v2.1-FP8"],
  },
  "ibm-granite/granite-4.0-h-small": {
    endpoint: "granite-4-0-h-small",
    model: "ibm-granite/granite-4.0-h-small",
    aliases: [],
  },
  "moonshotai/kimi-k2.6": {
    endpoint: "moonshot-kimi",
    model: "kimi-k2.6",
    aliases: ["kimi-k2.6", "moonshotai/kimi"],
  },
  "moonshotai/kimi-k2.7-code": {
    endpoint: "moonshot-kimi",
    model: "kimi-k2.7-code",
    aliases: ["kimi-k2.7-code"],
  },
  "moonshotai/kimi-k3": {
    endpoint: "moonshot-kimi",
    model: "kimi-k3",
    aliases: ["kimi-k3"],
  },
  "openai/gpt-oss-120b": {
    endpoint: "gpt-oss-120b",
    model: "openai/gpt-oss-120b",
    aliases: [],
  },
  "qwen/qwen3-32b-awq": {
    endpoint: "qwen3-32b-awq",
    model: "Qwen/Qwen3-32B-AWQ",
    aliases: ["Qwen/Qwen3-32B-AWQ", "Qwen/qwen3-32b-awq"],
  },
};

/** Finds a chat model by id, slug or alias. */
export function findChatModel(modelId: string): CatalogueEntry | undefined {
  return findEntry(CATALOGUE, modelId);
}
