/**
 * All recordings. Written by `deno task servers`.
 *
 * @module
 */
import type { Recording } from "../../conformance/recording.ts";
import llamaCpp1143400 from "./llama.cpp-11434.0.0/recording.json" with { type: "json" };
import runpodSdk1120 from "./runpod-sdk-1.12.0/recording.json" with { type: "json" };
import vllm0320 from "./vllm-0.32.0/recording.json" with { type: "json" };
import vllmEmbedding0320 from "./vllm-embedding-0.32.0/recording.json" with { type: "json" };
import vllmReranking0320 from "./vllm-reranking-0.32.0/recording.json" with { type: "json" };
import workerComfyui585 from "./worker-comfyui-5.8.5/recording.json" with { type: "json" };
import workerInfinityEmbedding114 from "./worker-infinity-embedding-1.1.4/recording.json" with { type: "json" };
import workerSdxl210 from "./worker-sdxl-2.1.0/recording.json" with { type: "json" };
import workerVllm2230 from "./worker-vllm-2.23.0/recording.json" with { type: "json" };

/** All recordings. */
export const RECORDINGS = [
  llamaCpp1143400,
  runpodSdk1120,
  vllm0320,
  vllmEmbedding0320,
  vllmReranking0320,
  workerComfyui585,
  workerInfinityEmbedding114,
  workerSdxl210,
  workerVllm2230,
] as unknown as Recording[];
