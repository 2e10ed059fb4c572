/**
 * All recordings. Written by `deno task servers`.
 *
 * @module
 */
import type { Recording } from "../../conformance/recording.ts";
import runpodSdk1120 from "./runpod-sdk-1.12.0/recording.json" with { type: "json" };
import workerComfyui585 from "./worker-comfyui-5.8.5/recording.json" with { type: "json" };
import workerInfinityEmbedding114 from "./worker-infinity-embedding-1.1.4/recording.json" with { type: "json" };

/** All recordings. */
export const RECORDINGS = [
  runpodSdk1120,
  workerComfyui585,
  workerInfinityEmbedding114,
] as unknown as Recording[];
