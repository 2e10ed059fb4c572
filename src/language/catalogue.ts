/**
 * The language models of Runpod's public endpoints.
 *
 * @module
 */
import { type CatalogueEntry, findEntry, type Known } from "../input/catalogue.ts";
import { ANY_THINKING, type Thinking } from "./thinking.ts";

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

/** How a model differs from others. */
export interface ChatTraits {
  thinking: Thinking;
  /** Whether its reasoning comes inside its text, between `<think>` and `</think>`. */
  inlinesReasoning?: boolean;
  /** Whether its chat template writes `<think>` into the prompt when thinking is turned on. */
  prefillsReasoning?: boolean;
  /** Whether it refuses, while it thinks, an earlier tool call without reasoning, even if there was none. */
  needsReasoning?: boolean;
  /** Whether it takes only text in the results of tools. */
  takesTextFromTools?: boolean;
}

/** A row of the catalogue. */
export type ChatEntry = CatalogueEntry & ChatTraits;

// Thinks only when told to. Its answer then begins inside the tags (model card).
const COGITO: ChatTraits = {
  thinking: { switches: ["enable_thinking"] },
  inlinesReasoning: true,
  prefillsReasoning: true,
};

const KIMI = { needsReasoning: true, takesTextFromTools: true };

/** The language models by id. */
export const CHAT_MODELS: Record<Known<RunpodChatModelId>, ChatEntry> = {
  "deep-cogito/deep-cogito-v2-llama-70b": {
    endpoint: "deep-cogito-v2-llama-70b",
    model: "deepcogito/cogito-v2-preview-llama-70B",
    aliases: ["deepcogito/cogito-v2-preview-llama-70B"],
    ...COGITO,
  },
  "deepcogito/cogito-671b-v2.1-fp8": {
    endpoint: "cogito-671b-v2-1-fp8-dynamic",
    model: "deepcogito/cogito-671b-v2.1-FP8",
    aliases: ["deepcogito/cogito-671b-v2.1-FP8"],
    ...COGITO,
  },
  "ibm-granite/granite-4.0-h-small": {
    endpoint: "granite-4-0-h-small",
    model: "ibm-granite/granite-4.0-h-small",
    thinking: {},
  },
  "moonshotai/kimi-k2.6": {
    endpoint: "moonshot-kimi",
    model: "kimi-k2.6",
    aliases: ["kimi-k2.6", "moonshotai/kimi"],
    thinking: { switches: ["thinking"] },
    ...KIMI,
  },
  "moonshotai/kimi-k2.7-code": {
    endpoint: "moonshot-kimi",
    model: "kimi-k2.7-code",
    aliases: ["kimi-k2.7-code"],
    // Always thinks, and cannot be told how much.
    thinking: {},
    needsReasoning: true,
  },
  "moonshotai/kimi-k3": {
    endpoint: "moonshot-kimi",
    model: "kimi-k3",
    aliases: ["kimi-k3"],
    thinking: { efforts: ["low", "high", "max"] },
  },
  "openai/gpt-oss-120b": {
    endpoint: "gpt-oss-120b",
    model: "openai/gpt-oss-120b",
    thinking: { efforts: ["low", "medium", "high"] },
  },
  "qwen/qwen3-32b-awq": {
    endpoint: "qwen3-32b-awq",
    model: "Qwen/Qwen3-32B-AWQ",
    aliases: ["Qwen/Qwen3-32B-AWQ", "Qwen/qwen3-32b-awq"],
    thinking: { switches: ["enable_thinking"] },
    inlinesReasoning: true,
  },
};

/** Finds a chat model by id, slug or alias. */
export function findChatModel(modelId: string): CatalogueEntry | undefined {
  return findEntry(CHAT_MODELS, modelId);
}

/** How a model differs, by the name it is served under; for an unknown model, what works with most servers. */
export function chatTraits(servedModel: string): ChatTraits {
  const isKimi = /kimi-k2\.[56]/i.test(servedModel);
  return findEntry(CHAT_MODELS, servedModel) ?? { thinking: ANY_THINKING, ...(isKimi && KIMI) };
}
