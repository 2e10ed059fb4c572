import type { ResolvedEndpoint } from "../resolved_endpoint.ts";
import { audioWorker } from "./audio/audio_server.ts";
import { fasterWhisperWorker } from "./audio/faster_whisper.ts";
import type { ReadFile } from "./audio/recording.ts";
import { whisperWorker } from "./audio/whisper.ts";
import { chatWorker, serverHandler } from "./chat/chat_worker.ts";
import type { EmulatedHandler } from "./handler.ts";
import { comfyuiWorker } from "./comfyui/comfyui_worker.ts";
import { mediaWorker } from "./media/media_worker.ts";
import { infinityWorker } from "./pooling/infinity.ts";

/** What a worker needs to know besides its endpoint. */
export interface WorkerContext {
  /** The origin that the request was sent to, where result files get their URLs. */
  origin: string;
  /** Whether there is a worker in front of a model server. Behind a load balancer there is none. */
  hasWorker: boolean;
  /** Reads the emulator's own files, as a download would. */
  readFile: ReadFile;
}

/** The handler of an endpoint; undefined if external workers run its jobs. */
export function workerOf(
  endpoint: ResolvedEndpoint,
  { origin, hasWorker, readFile }: WorkerContext,
): EmulatedHandler | undefined {
  const { config, behavior } = endpoint;
  const now = () => Date.now();
  if (typeof config.worker === "function") return config.worker;
  switch (config.worker) {
    case "chat":
    case "pooling":
      return hasWorker ? chatWorker(config, behavior, now) : serverHandler(config, now);
    case "image":
    case "video":
    case "speech":
      return mediaWorker(config.worker, endpoint, origin);
    case "transcription":
      return fasterWhisperWorker(readFile);
    case "whisper":
      return whisperWorker(endpoint, readFile);
    case "embedding":
      return infinityWorker(endpoint, now);
    case "comfyui":
      return comfyuiWorker(endpoint, origin);
    case "audio":
      return audioWorker(config, now);
    case "external":
      return undefined;
  }
}
