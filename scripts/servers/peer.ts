/**
 * The peer: `@ai-sdk/openai-compatible`, which any OpenAI-compatible server can be used with too.
 *
 * @module
 */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { World } from "../../tests/conformance/case.ts";
import { SERVER_KEY } from "../../tests/conformance/world.ts";

/** A world with the peer's models in the place of ours. */
export function peerWorld(world: World, baseURL: string): World {
  const providerWith = (apiKey: string) =>
    createOpenAICompatible({ name: "runpod", baseURL, apiKey, includeUsage: true, supportsStructuredOutputs: true });
  const peer = providerWith(SERVER_KEY);
  const { chat = "none", embedding = "none", completion = chat } = world.models;
  return {
    ...world,
    chat: () => peer(chat),
    completion: () => peer.completionModel(completion),
    embedding: () => peer.embeddingModel(embedding),
    runpod: undefined,
    other: ({ model, apiKey = SERVER_KEY }) => ({
      chat: providerWith(apiKey)(model ?? chat),
      embedding: providerWith(apiKey).embeddingModel(model ?? embedding),
    }),
  };
}
