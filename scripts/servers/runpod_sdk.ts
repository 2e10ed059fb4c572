/**
 * Runpod's worker SDK for Python, with handlers of every kind.
 *
 * @module
 */
import { pathOf } from "../files.ts";
import { startLocalRunpod, WORKER_SDK } from "./local_runpod.ts";
import type { Server } from "./server.ts";

const KINDS = ["plain", "asynchronous", "generator", "aggregate", "async-generator", "refresh"];

/** Runpod's worker SDK. */
export const RUNPOD_SDK: Server = {
  server: "runpod-sdk",
  version: WORKER_SDK.split("==")[1],
  title: "Runpod's worker SDK",
  abilities: ["queue", "handlers"],
  basePath: "/v2",
  models: {},
  start: async (place, key) => {
    const bin = await place.python("runpod-sdk", [WORKER_SDK]);
    const script = pathOf(new URL("workers/handlers.py", import.meta.url));
    const workers = KINDS.map((kind) => [kind, `"${bin}/python" "${script}" ${kind}`]);
    return await startLocalRunpod(place, key, Object.fromEntries(workers));
  },
};
