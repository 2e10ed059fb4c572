import type { WorkerPool } from "./pool.ts";
import { tokenOf } from "./token.ts";

/** Where and how a worker process reaches the emulator. */
export interface WorkerEnvironmentOptions {
  /** The URL under which the worker process reaches the emulator, such as `http://127.0.0.1:8000`. */
  baseUrl: string;
  /** The id of the worker. Processes that run at the same time must have different ids. */
  workerId: string;
  /**
   * Whether the URLs carry the token too. The worker SDK sends the API key of `~/.runpod/config.toml` in place of the
   * token if that file has one.
   *
   * @default false
   */
  tokenInUrl?: boolean;
}

/** The environment variables that a worker process needs, as the worker SDK reads them. */
export function workerEnvironment(
  pool: WorkerPool,
  { baseUrl, workerId, tokenInUrl = false }: WorkerEnvironmentOptions,
): Record<string, string> {
  const token = tokenOf(pool);
  const root = `${baseUrl.replace(/\/+$/, "")}/v2/${encodeURIComponent(pool.endpoint.id)}`;
  // The SDK appends parameters with "&". It replaces "$ID" by the worker's id in the first URL, and by the job's id in
  // the others.
  const query = tokenInUrl ? `?token=${token}` : "?gpu=none";
  return {
    RUNPOD_AI_API_KEY: token,
    RUNPOD_ENDPOINT_ID: pool.endpoint.id,
    RUNPOD_POD_ID: workerId,
    RUNPOD_PING_INTERVAL: String(pool.pingMillis),
    RUNPOD_WEBHOOK_GET_JOB: `${root}/job-take/$ID${query}`,
    RUNPOD_WEBHOOK_POST_OUTPUT: `${root}/job-done/$RUNPOD_POD_ID/$ID${query}`,
    RUNPOD_WEBHOOK_POST_STREAM: `${root}/job-stream/$RUNPOD_POD_ID/$ID${query}`,
    RUNPOD_WEBHOOK_PING: `${root}/ping/$RUNPOD_POD_ID${query}`,
    // The SDK's own checks want a GPU, and much memory and disk.
    RUNPOD_SKIP_AUTO_SYSTEM_CHECKS: "true",
    RUNPOD_SKIP_GPU_CHECK: "true",
  };
}
