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
import { WORKER_FASTER_WHISPER } from "./faster_whisper.ts";
import { WORKER_SDXL } from "./sdxl.ts";
import type { Server } from "./server.ts";
import { VLLM, VLLM_EMBEDDING, VLLM_RERANKING } from "./vllm.ts";

/** All servers, the cheapest first. One more server is one more file, and one more line here. */
export const SERVERS: Server[] = [
  LLAMA,
  VLLM,
  VLLM_EMBEDDING,
  VLLM_RERANKING,
  RUNPOD_SDK,
  WORKER_COMFYUI,
  INFINITY,
  WORKER_INFINITY,
  WORKER_VLLM,
  WORKER_FASTER_WHISPER,
  WORKER_SDXL,
];
