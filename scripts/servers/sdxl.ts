/**
 * Runpod's worker for SDXL. Its pipelines are replaced by ones that draw plain colours, which need no weights.
 *
 * @module
 */
import { pathOf } from "../files.ts";
import { startLocalRunpod, WORKER_SDK } from "./local_runpod.ts";
import type { Server } from "./server.ts";

/** Runpod's worker for SDXL. It writes its images into the root folder for a moment, so it needs the right to do so. */
export const WORKER_SDXL: Server = {
  server: "worker-sdxl",
  version: "2.1.0",
  title: "worker-sdxl, without SDXL",
  abilities: ["queue", "sdxl"],
  basePath: "/v2",
  models: { sdxl: "sdxl" },
  sources: ["worker-sdxl"],
  start: async (place, key) => {
    const bin = await place.python("sdxl", [
      "torch==2.13.0",
      "diffusers==0.33.1",
      "transformers<5",
      "accelerate",
      "Pillow",
      WORKER_SDK,
    ]);
    const script = pathOf(new URL("workers/sdxl.py", import.meta.url));
    return await startLocalRunpod(place, key, {
      sdxl: `"${bin}/python" "${script}" "${place.sources("worker-sdxl")}/handler.py"`,
    });
  },
};
