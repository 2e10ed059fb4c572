/**
 * What cases have at hand, on a server that a `fetch` reaches: the real one, or its recording.
 *
 * @module
 */
import { createRunpod } from "@runpod/ai-sdk-provider";
import type { World } from "./case.ts";
import type { Recording } from "./recording.ts";

/** The key of the servers. It only looks like one. */
export const SERVER_KEY = "rpa_FAKE_TEST_KEY_000000";

type Target = Pick<Recording, "basePath" | "models" | "transport">;

/** Makes a world with our provider. */
export function worldOf(
  { basePath, models, transport }: Target,
  origin: string,
  fetch: typeof globalThis.fetch,
  busy: World["busy"] = () => Promise.resolve(0),
): World {
  const providerWith = (apiKey: string) => createRunpod({ baseURL: origin + basePath, apiKey, fetch });
  const runpod = providerWith(SERVER_KEY);
  const settings = transport && { transport };
  const nameOf = (...kinds: Array<keyof typeof models>) =>
    kinds.map((kind) => models[kind]).find((name) => name !== undefined) ?? "none";
  return {
    chat: () => runpod(nameOf("chat"), settings),
    completion: () => runpod.completionModel(nameOf("completion", "chat"), settings),
    embedding: () => runpod.embeddingModel(nameOf("embedding")),
    reranking: () => runpod.rerankingModel(nameOf("reranking")),
    transcription: () => runpod.transcriptionModel(nameOf("transcription")),
    runpod,
    other: ({ model, apiKey }) => {
      const provider = apiKey === undefined ? runpod : providerWith(apiKey);
      return {
        chat: provider(model ?? nameOf("chat"), settings),
        embedding: provider.embeddingModel(model ?? nameOf("embedding", "chat")),
      };
    },
    models,
    send: async (method, path, body, headers = {}) => {
      const response = await fetch(origin + path, {
        method,
        headers: {
          authorization: `Bearer ${SERVER_KEY}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        body: body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body),
      });
      return { status: response.status, text: await response.text() };
    },
    busy,
  };
}
