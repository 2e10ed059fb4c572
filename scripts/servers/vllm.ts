/**
 * vLLM on the CPU: with the chat model, and as a server for embeddings and for reranking.
 *
 * @module
 */
import { pathOf } from "../files.ts";
import { bertModels, chatModel } from "./models.ts";
import { freePort, type Place } from "./place.ts";
import type { Server } from "./server.ts";

/** The version of vLLM. */
export const VLLM_VERSION = "0.32.0";

/** What vLLM needs on a machine without a GPU and without a model hub. */
export const VLLM_ENVIRONMENT = {
  HF_HUB_OFFLINE: "1",
  VLLM_NO_USAGE_STATS: "1",
  VLLM_CPU_KVCACHE_SPACE: "1",
  VLLM_CPU_OMP_THREADS_BIND: "nobind",
};

/** Installs vLLM. Returns the folder with its commands. */
export async function installVllm(place: Place): Promise<string> {
  const bin = await place.python("vllm");
  await place.once("vllm-packages", async () => {
    await place.command(`${bin}/python`, [pathOf(new URL("install_vllm.py", import.meta.url)), VLLM_VERSION]);
  });
  return bin;
}

/** Installs vLLM, serves a model on a free port, and returns the origin. */
export async function startVllm(
  place: Place,
  name: string,
  model: string,
  key: string,
  flags: string[],
): Promise<string> {
  const bin = await installVllm(place);
  const port = freePort();
  place.start(name, `${bin}/vllm`, [
    "serve",
    model,
    "--host=127.0.0.1",
    `--port=${port}`,
    `--api-key=${key}`,
    "--enforce-eager",
    "--max-num-seqs=8",
    ...flags,
  ], { env: VLLM_ENVIRONMENT });
  await place.untilReady(`http://127.0.0.1:${port}/health`, 600);
  return `http://127.0.0.1:${port}`;
}

/** vLLM with the chat model. */
export const VLLM: Server = {
  server: "vllm",
  version: VLLM_VERSION,
  title: "vLLM",
  abilities: [
    "chat",
    "tools",
    "tool choice",
    "schema",
    "grammar",
    "thinking",
    "completion",
    "logprobs",
    "strict",
    "key",
    "busy",
    "plain",
  ],
  basePath: "/v1",
  models: { chat: "tiny" },
  emulated: { worker: "chat", models: ["tiny"], reasoning: true, multimodal: false, maxModelLength: 2048 },
  start: async (place, key) =>
    await startVllm(place, "vllm", await chatModel(place), key, [
      "--served-model-name=tiny",
      "--max-model-len=2048",
      "--enable-auto-tool-choice",
      "--tool-call-parser=hermes",
      "--reasoning-parser=qwen3",
      // A model this small would write white space until it may write no more.
      '--structured-outputs-config={"backend":"xgrammar","disable_any_whitespace":true}',
    ]),
  busy: async (origin) => {
    const text = await (await fetch(`${origin}/metrics`)).text();
    const counts = text.matchAll(/^vllm:num_requests_(?:running|waiting)\{[^}]*\} (\S+)$/gm);
    return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
  },
};

/** vLLM with a model that embeds. */
export const VLLM_EMBEDDING: Server = {
  server: "vllm-embedding",
  version: VLLM_VERSION,
  title: "vLLM, embedding",
  abilities: ["embedding", "scoring", "key", "plain"],
  basePath: "/v1",
  models: { embedding: "tiny-embedding" },
  emulated: { worker: "pooling", models: ["tiny-embedding"], dimensions: 64, maxModelLength: 512 },
  start: async (place, key) =>
    await startVllm(place, "vllm-embedding", `${await bertModels(place)}/embedding`, key, [
      "--served-model-name=tiny-embedding",
      "--runner=pooling",
    ]),
};

/** vLLM with a model that reranks. */
export const VLLM_RERANKING: Server = {
  server: "vllm-reranking",
  version: VLLM_VERSION,
  title: "vLLM, reranking",
  abilities: ["reranking", "scoring", "key", "plain"],
  basePath: "/v1",
  models: { reranking: "tiny-reranking" },
  emulated: { worker: "pooling", models: ["tiny-reranking"], maxModelLength: 512 },
  start: async (place, key) =>
    await startVllm(place, "vllm-reranking", `${await bertModels(place)}/reranking`, key, [
      "--served-model-name=tiny-reranking",
      "--runner=pooling",
    ]),
};
