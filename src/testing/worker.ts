import { audioWorker } from "./audio_server.ts";
import { comfyuiWorker } from "./comfyui.ts";
import type { Endpoint } from "./endpoint.ts";
import type { EmulatedHandler } from "./handler.ts";
import { infinityWorker } from "./infinity.ts";
import { mediaWorker } from "./media.ts";
import { fasterWhisperWorker, type ReadFile, whisperWorker } from "./transcription.ts";
import { chatWorker } from "./vllm.ts";

/** What a worker needs to know of the world around it. */
export interface World {
  /** Where the request came to, and where files are put. */
  origin: string;
  /** Whether the worker is behind the queue, whose switches are not those of model servers. */
  isQueued: boolean;
  readFile: ReadFile;
}

/** The worker that an endpoint says it has. */
export function workerOf(endpoint: Endpoint, { origin, isQueued, readFile }: World): EmulatedHandler {
  const { config, behavior } = endpoint;
  if (typeof config.worker === "function") return config.worker;
  switch (config.worker) {
    case "chat":
      return chatWorker(config, isQueued ? behavior : {}, () => Date.now());
    case "image":
    case "video":
    case "speech":
      return mediaWorker(config.worker, endpoint, origin);
    case "transcription":
      return fasterWhisperWorker(readFile);
    case "whisper":
      return whisperWorker(endpoint, readFile);
    case "embedding":
      return infinityWorker(endpoint, () => Date.now());
    case "comfyui":
      return comfyuiWorker(endpoint, origin);
    case "audio":
      return audioWorker(config, () => Date.now());
  }
}
