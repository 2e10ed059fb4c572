/**
 * All recordings. Written by `deno task servers`.
 *
 * @module
 */
import type { Recording } from "../../conformance/recording.ts";
import runpodSdk1120 from "./runpod-sdk-1.12.0/recording.json" with { type: "json" };
import workerComfyui58 from "./worker-comfyui-5.8/recording.json" with { type: "json" };

/** All recordings. */
export const RECORDINGS = [
  runpodSdk1120,
  workerComfyui58,
] as unknown as Recording[];
