/** Switches for what Runpod's documentation leaves open; each default is what was seen live or is most likely. */
export interface EmulatedBehavior {
  /** The HTTP status of a `/runsync` whose job failed. Default 200. */
  failedRunsyncStatus?: 200 | 400;
  /** The body of a 401: `{"error":"unauthorized"}` or nothing. Default `"json"`. */
  unauthorizedBody?: "json" | "empty";
  /** Whether `/stream` puts the last chunks into the reply that says the job has ended, or into one before it. Default `"inside"`. */
  streamEnd?: "inside" | "before";
  /** The key of a file in a worker's output: `image_url`, `video_url` or `audio_url` as documented, or `result`. Default `"documented"`. */
  outputKey?: "documented" | "result";
  /** How an image is given to who sets `enable_base64_output`: as a data URI, or as base64 alone. Default `"dataUri"`. */
  base64Output?: "dataUri" | "bare";
  /**
   * Whether workers keep to the sizes that are documented: lists, bounds and steps of `size`, `width` and `height`.
   * `"loose"` takes every size that is written as documented and has sides of 1 to 4096 pixels: clients in use ask for
   * sizes that break the documented rules, and get them. Default `"loose"`.
   */
  sizeRules?: "documented" | "loose";
  /** What public endpoints do with a key of the input that is not documented: ignore it, or fail the job. Default `"accepted"`. */
  undocumentedInput?: "accepted" | "refused";
  /**
   * Whether the worker for Infinity gives the results of a reranking, or runs on until the job's time is over, as some
   * of its versions do, which cannot send them. Default `"results"`.
   */
  infinityRerank?: "results" | "hangs";
  /** The output of the worker for ComfyUI: a list of images, or the first one alone as before version 5. Default `"images"`. */
  comfyuiOutput?: "images" | "message";
  /** The HTTP status of a `/cancel` of a job that has ended; 200 tells its status. Default 200. */
  cancelFinishedStatus?: 200 | 400 | 404;
  /** The status of a job that ran longer than `policy.executionTimeout`. Default `"FAILED"`. */
  executionTimeoutStatus?: "FAILED" | "TIMED_OUT";
  /** Whether the webhook of a job that was cancelled is called too. Default `"silent"`. */
  cancelledWebhook?: "silent" | "called";
  /** The HTTP status of a body over 10 MiB (`/run`) or 20 MiB (`/runsync`). Default 413. */
  oversizeStatus?: 413 | 400;
  /**
   * What an OpenAI route of a queue endpoint answers when the worker refuses or fails. Default `"job"`.
   *
   * - `"job"`: HTTP 500 with the failed job, whose `error` is what Python prints of the worker's error.
   * - `"error"`: HTTP 500 with `{"error": …}`, the same text alone.
   * - `"flat"`: HTTP 200 with the model server's refusal as a flat `{"object":"error", …}`, the output of a job that
   *   counts as completed, as from vLLM workers before 2.12.1. Jobs that fail in other ways are answered as with `"job"`.
   * - `"own"`: the model server's own HTTP status and body. Jobs that fail in other ways are answered as with `"job"`.
   *
   * Load balancers and plain model servers always answer as the model server does.
   */
  openaiError?: "job" | "error" | "flat" | "own";
  /**
   * How a queue endpoint's chat worker cuts the event text of a streamed answer into yields, on OpenAI routes and on
   * `/stream`. Default `"events"`.
   *
   * - `"events"`: one whole event each.
   * - `"fragments"`: pieces that begin and end anywhere but inside a character, as vLLM workers since 2.24.0 send them.
   * - `"batches"`: more and more whole events at once, as older vLLM workers send them.
   * - `"pretty"`: one whole event each, its JSON spread over many `data:` lines, as SGLang workers send it.
   */
  openaiChunks?: "events" | "fragments" | "batches" | "pretty";
  /** Time after which an OpenAI route of a queue endpoint answers 524 if no answer has begun; the job goes on. Default: never. */
  gatewayTimeoutMillis?: number;
  /** What it answers then: Cloudflare's 524, or the unfinished job with HTTP 200, as `/runsync` does. Default `"524"`. */
  gatewayTimeoutAnswer?: "524" | "job";
  /** The `Retry-After` header of a 429, in seconds. Default none. */
  retryAfterSeconds?: number;
}
