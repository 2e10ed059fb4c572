/**
 * The packages that are measured, as the app has installed them.
 *
 * @module
 */
import type { Experimental_VideoModelV4 as VideoModelV4, ImageModelV4, LanguageModelV4 } from "@ai-sdk/provider";

/** What this package and the incumbent, version 1.4.0, have in common. */
interface Runpod {
  createRunpod(settings: { apiKey: string; fetch: typeof fetch }): {
    (modelId: string, settings?: { transport: "queue" }): LanguageModelV4;
    imageModel(modelId: string): ImageModelV4;
    videoModel(modelId: string): { doGenerate: NonNullable<VideoModelV4["doGenerate"]> };
  };
}

interface OpenAICompatible {
  createOpenAICompatible(
    settings: { name: string; baseURL: string; apiKey: string; includeUsage: boolean; fetch: typeof fetch },
  ): (modelId: string) => LanguageModelV4;
}

/** The names of the packages in the tables. */
export const OURS = "@runpod/ai-sdk-provider";
export const OPENAI_COMPATIBLE = "@ai-sdk/openai-compatible@3";
export const INCUMBENT = "@runpod/ai-sdk-provider@1.4.0";
export const FLOOR = "floor";

/** The specifiers that the app imports the packages by. */
export const SPECIFIERS: Record<string, string> = {
  [OURS]: "@runpod/ai-sdk-provider",
  [OPENAI_COMPATIBLE]: "@ai-sdk/openai-compatible",
  [INCUMBENT]: "runpod-incumbent",
};

/** The chat model that is measured. */
export const CHAT_MODEL = "qwen/qwen3-32b-awq";
/** An API key that only looks like one. */
export const API_KEY = "rpa_FAKE_BENCH_KEY_000000";

/** The same language model from each package. The incumbent's follows the specification V3. */
export async function languageModels(fetch: typeof globalThis.fetch): Promise<Record<string, LanguageModelV4>> {
  // The specifier is not a literal, because the type check cannot resolve a package that only the app has.
  const { createOpenAICompatible }: OpenAICompatible = await import(SPECIFIERS[OPENAI_COMPATIBLE]);
  const compatible = createOpenAICompatible({
    name: "runpod",
    baseURL: "https://api.runpod.ai/v2/qwen3-32b-awq/openai/v1",
    apiKey: API_KEY,
    includeUsage: true,
    fetch,
  });
  return {
    [OURS]: (await runpod(OURS, fetch))(CHAT_MODEL),
    [OPENAI_COMPATIBLE]: compatible("Qwen/Qwen3-32B-AWQ"),
    [INCUMBENT]: (await runpod(INCUMBENT, fetch))(CHAT_MODEL),
  };
}

/** The provider of this package or of the incumbent. */
export async function runpod(
  name: string,
  fetch: typeof globalThis.fetch,
): Promise<ReturnType<Runpod["createRunpod"]>> {
  const { createRunpod }: Runpod = await import(SPECIFIERS[name]);
  return createRunpod({ apiKey: API_KEY, fetch });
}
