/**
 * vLLM behind Runpod's worker for it, which starts vLLM itself and comes from no registry.
 *
 * @module
 */
import { startLocalRunpod, WORKER_SDK } from "./local_runpod.ts";
import { chatModel } from "./models.ts";
import { freePort } from "./place.ts";
import type { Server } from "./server.ts";
import { installVllm, VLLM_ENVIRONMENT, VLLM_VERSION } from "./vllm.ts";

/** vLLM behind Runpod's worker. */
export const WORKER_VLLM: Server = {
  server: "worker-vllm",
  version: "2.23.0",
  title: `vLLM ${VLLM_VERSION} behind worker-vllm`,
  abilities: ["queue", "chat worker", "chat", "tools", "tool choice", "schema", "grammar", "thinking", "logprobs"],
  basePath: "/v2",
  transport: "queue",
  models: { chat: "tiny" },
  emulated: { worker: "chat", models: ["tiny"], reasoning: true, multimodal: false },
  sources: ["worker-vllm"],
  start: async (place, key) => {
    const vllm = await installVllm(place);
    const bin = await place.python("vllmworker", [WORKER_SDK, "aiohttp>=3.9", "huggingface-hub>=0.24"]);
    const env = {
      ...VLLM_ENVIRONMENT,
      // The worker starts the command `vllm`, and has a variable for each of its flags.
      PATH: `${vllm}:${Deno.env.get("PATH")}`,
      VLLM_PORT: String(freePort()),
      MODEL_NAME: await chatModel(place),
      OPENAI_SERVED_MODEL_NAME_OVERRIDE: "tiny",
      MAX_MODEL_LEN: "2048",
      ENFORCE_EAGER: "true",
      MAX_NUM_SEQS: "8",
      ENABLE_AUTO_TOOL_CHOICE: "true",
      TOOL_CALL_PARSER: "hermes",
      REASONING_PARSER: "qwen3",
    };
    return await startLocalRunpod(place, key, {
      tiny: `"${bin}/python" "${place.sources("worker-vllm")}/src/main.py"`,
    }, { env });
  },
};
