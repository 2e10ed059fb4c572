/**
 * All servers of the conformance run.
 *
 * @module
 */
import { LLAMA } from "./llama.ts";
import type { Server } from "./server.ts";
import { VLLM, VLLM_EMBEDDING, VLLM_RERANKING } from "./vllm.ts";

/** All servers, the cheapest first. One more server is one more file, and one more line here. */
export const SERVERS: Server[] = [
  LLAMA,
  VLLM_EMBEDDING,
  VLLM_RERANKING,
  VLLM,
];
