/**
 * Infinity, a server for embeddings and reranking: by itself, and behind Runpod's worker for it.
 *
 * @module
 */
import { startLocalRunpod, WORKER_SDK } from "./local_runpod.ts";
import { bertModels } from "./models.ts";
import { freePort, type Place } from "./place.ts";
import type { Server } from "./server.ts";

const VERSION = "0.0.78";

/** The Python environment. Infinity and the worker SDK want different versions of one package, so pip must not check. */
async function infinity(place: Place): Promise<string> {
  return await place.python(
    "infinity",
    [
      `infinity-emb[server,torch]==${VERSION}`,
      "torch==2.13.0",
      "transformers<5",
      "optimum[onnxruntime]",
      "einops",
      "python-dotenv",
    ],
    [WORKER_SDK, "--no-deps"],
    [
      "aiohttp",
      "aiohttp-retry",
      "backoff",
      "boto3",
      "click<8.2",
      "colorama",
      "cryptography",
      "fastapi[all]",
      "filelock",
      "inquirerpy",
      "paramiko",
      "prettytable",
      "psutil",
      "py-cpuinfo",
      "requests",
      "tomli",
      "tomlkit",
      "tqdm-loggable",
      "urllib3",
      "watchdog",
    ],
  );
}

/** Infinity by itself. */
export const INFINITY: Server = {
  server: "infinity",
  version: VERSION,
  title: "Infinity",
  abilities: ["embedding", "reranking", "key"],
  basePath: "/v1",
  models: { embedding: "tiny-embedding", reranking: "tiny-reranking" },
  start: async (place, key) => {
    const bin = await infinity(place);
    const models = await place.model(bin, "bert_v4", await bertModels(place));
    const port = freePort();
    place.start("infinity", `${bin}/infinity_emb`, [
      "v2",
      ...["embedding", "reranking"].flatMap((name) => [
        `--model-id=${models}/${name}`,
        `--served-model-name=tiny-${name}`,
      ]),
      "--url-prefix=/v1",
      "--engine=torch",
      "--device=cpu",
      `--api-key=${key}`,
      `--port=${port}`,
      "--host=127.0.0.1",
    ], {
      env: {
        HF_HUB_OFFLINE: "1",
        DO_NOT_TRACK: "1",
        INFINITY_BETTERTRANSFORMER: "false;false",
        INFINITY_MODEL_WARMUP: "false;false",
      },
    });
    await place.untilReady(`http://127.0.0.1:${port}/health`, 180);
    return `http://127.0.0.1:${port}`;
  },
};

/** Infinity behind Runpod's worker. */
export const WORKER_INFINITY: Server = {
  server: "worker-infinity-embedding",
  version: "1.1.4",
  title: `Infinity ${VERSION} behind worker-infinity-embedding`,
  abilities: ["queue", "infinity"],
  basePath: "/v2",
  models: { infinity: "infinity" },
  emulated: { worker: "embedding", models: ["embedding", "reranking"], rerankers: ["reranking"], dimensions: 32 },
  sources: ["worker-infinity-embedding"],
  start: async (place, key) => {
    const bin = await infinity(place);
    // Models are named by their folders, so the worker runs in the folder where these are.
    const models = await place.model(bin, "bert_v4", await bertModels(place));
    return await startLocalRunpod(place, key, {
      infinity: `"${bin}/python" "${place.sources("worker-infinity-embedding")}/src/handler.py"`,
    }, { env: { MODEL_NAMES: "embedding;reranking", DO_NOT_TRACK: "1" }, cwd: models });
  },
};
