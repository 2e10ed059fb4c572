/**
 * Puts the parts of an answer together again.
 *
 * @module
 */
import type {
  LanguageModelV4Content,
  LanguageModelV4FinishReason,
  LanguageModelV4ResponseMetadata,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
} from "@ai-sdk/provider";

/** The result of a completion. */
export interface Completion {
  content: LanguageModelV4Content[];
  finishReason: LanguageModelV4FinishReason;
  usage: LanguageModelV4Usage;
  response: LanguageModelV4ResponseMetadata;
  providerMetadata?: SharedV4ProviderMetadata;
}

/**
 * Makes a completion of its parts.
 *
 * @throws the error of an error part.
 */
export function gather(parts: LanguageModelV4StreamPart[]): Completion {
  const content: LanguageModelV4Content[] = [];
  // Joined at the end, because a text that grows by every delta takes longer.
  let deltas: string[] = [];
  let response: LanguageModelV4ResponseMetadata = {};
  let completion: Completion | undefined;
  for (const part of parts) {
    switch (part.type) {
      case "error":
        throw part.error;
      case "text-start":
      case "reasoning-start": {
        const { providerMetadata } = part;
        const type = part.type === "text-start" ? "text" : "reasoning";
        content.push({ type, text: "", ...(providerMetadata && { providerMetadata }) });
        deltas = [];
        break;
      }
      case "text-delta":
      case "reasoning-delta":
        deltas.push(part.delta);
        break;
      case "text-end":
      case "reasoning-end": {
        const last = content.at(-1);
        if (last?.type === "text" || last?.type === "reasoning") last.text = deltas.join("");
        break;
      }
      case "tool-call":
        content.push(part);
        break;
      case "response-metadata": {
        const { type: _, ...metadata } = part;
        response = metadata;
        break;
      }
      case "finish": {
        const { type: _, ...end } = part;
        completion = { content, response, ...end };
      }
    }
  }
  return completion!;
}
