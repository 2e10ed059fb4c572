/**
 * All servers of the conformance run.
 *
 * @module
 */
import { LLAMA } from "./llama.ts";
import { RUNPOD_SDK } from "./runpod_sdk.ts";
import { WORKER_COMFYUI } from "./comfyui.ts";
import { INFINITY, WORKER_INFINITY } from "./infinity.ts";
import { WORKER_VLLM } from "./worker_vllm.ts";
import type { Server } from "./server.ts";
import { VLLM, VLLM_EMBEDDING, VLLM_RERANKING } from "./vllm.ts";

/** All servers, the cheapest first. One more server is one more file, and one more line here. */
export const SERVERS: Server[] = [
  LLAMA,
  VLLM,
  VLLM_EMBEDDING,
  VLLM_RERANKING,
  VLLM,
  RUNPOD_SDK,
  WORKER_COMFYUI,
  INFINITY,
  WORKER_INFINITY,
  WORKER_VLLM,
];
