/** Switches for what Runpod's documentation leaves open. Each default is what was seen live, or else the likeliest. */
export interface EmulatedBehavior {
  /** HTTP status of a `/runsync` whose job failed. @default 200 */
  failedRunsyncStatus?: 200 | 400;
  /** Body of a 401: `{"error":"unauthorized"}`, or empty. @default "json" */
  unauthorizedBody?: "json" | "empty";
  /** Where `/stream` puts the last chunks: inside the reply with the final status, or in a reply before it. @default "inside" */
  streamEnd?: "inside" | "before";
  /** Key of a file in a worker's output: `image_url`, `video_url` or `audio_url` as documented, or `result`. @default "documented" */
  outputKey?: "documented" | "result";
  /** Form of an image when the input sets `enable_base64_output`: a data URI, or base64 alone. @default "dataUri" */
  base64Output?: "dataUri" | "bare";
  /**
   * Whether workers enforce the documented lists, bounds and steps of `size`, `width` and `height`.
   *
   * `"loose"` accepts every well-formed size with sides of 1 to 4096 pixels: existing clients ask for sizes that break
   * the documented rules, and get them.
   *
   * @default "loose"
   */
  sizeRules?: "documented" | "loose";
  /** What public endpoints do with an undocumented key of the input: ignore it, or fail the job. @default "accepted" */
  undocumentedInput?: "accepted" | "refused";
  /**
   * What the Infinity worker does with a reranking job: return the results, or run until the execution timeout. Some
   * of its versions cannot send the results, so their jobs never end.
   *
   * @default "results"
   */
  infinityRerank?: "results" | "hangs";
  /** Output of the ComfyUI worker: a list of images, or only the first image as before version 5. @default "images" */
  comfyuiOutput?: "images" | "message";
  /**
   * What `/status-sync` does, which Runpod's documentation no longer has: hold the answer until the job has ended, answer at
   * once, or not exist.
   *
   * @default "held"
   */
  statusSync?: "held" | "atOnce" | "missing";
  /**
   * Milliseconds after which a proxy cuts a request that is being held, with a 504.
   *
   * @default Infinity
   */
  proxyTimeoutMillis?: number;
  /** Milliseconds for which the service does not know a new job, and answers 404 for its id. @default 0 */
  unknownMillis?: number;
  /** HTTP status of a `/cancel` of a finished job; 200 tells the job's status. @default 200 */
  cancelFinishedStatus?: 200 | 400 | 404;
  /** Status of a job that ran longer than `policy.executionTimeout`. @default "FAILED" */
  executionTimeoutStatus?: "FAILED" | "TIMED_OUT";
  /** How often a job whose worker was lost goes back to the queue. @default 1 */
  lostWorkerRetries?: number;
  /** Status of a job whose worker was lost once more. @default "FAILED" */
  lostWorkerStatus?: "FAILED" | "TIMED_OUT";
  /** Whether the webhook of a cancelled job is called. @default "silent" */
  cancelledWebhook?: "silent" | "called";
  /** HTTP status of a body over 10 MiB (`/run`) or 20 MiB (`/runsync`). @default 413 */
  oversizeStatus?: 413 | 400;
  /**
   * What an OpenAI route of a queue endpoint answers when the worker refuses the request or fails.
   *
   * - `"job"`: HTTP 500 with the failed job, whose `error` is the worker's error as Python prints it.
   * - `"error"`: HTTP 500 with `{"error": …}`, the same text without the job.
   * - `"flat"`: HTTP 200 with the model server's error as a flat `{"object":"error", …}`. The job counts as completed,
   *   as with vLLM workers before 2.12.1. Other failures are answered as with `"job"`.
   * - `"own"`: the model server's own HTTP status and body. Other failures are answered as with `"job"`.
   *
   * Load balancers and plain model servers always answer as the model server does.
   *
   * @default "job"
   */
  openaiError?: "job" | "error" | "flat" | "own";
  /**
   * How the chat worker of a queue endpoint cuts the event text of a streamed answer into yields, on OpenAI routes and
   * on `/stream`.
   *
   * - `"events"`: one whole event each.
   * - `"fragments"`: pieces that begin and end anywhere except inside a character, as from vLLM workers since 2.24.0.
   * - `"torn"`: pieces that begin and end anywhere, each decoded by itself, so that a character that is cut becomes two
   *   or more U+FFFD. Workers since 2.24.0 do so if the network cuts there.
   * - `"batches"`: batches of whole events that grow, as from older vLLM workers.
   * - `"pretty"`: one whole event each, its JSON spread over many `data:` lines, as from SGLang workers.
   *
   * @default "events"
   */
  openaiChunks?: "events" | "fragments" | "torn" | "batches" | "pretty";
  /**
   * Milliseconds after which an OpenAI route of a queue endpoint gives up if no answer has begun. The job goes on.
   *
   * @default Infinity
   */
  gatewayTimeoutMillis?: number;
  /** What the route answers then: Cloudflare's 524, or HTTP 200 with the unfinished job, as `/runsync` does. @default "524" */
  gatewayTimeoutAnswer?: "524" | "job";
  /** Value of the `Retry-After` header of a 429, in seconds. Default: no such header. */
  retryAfterSeconds?: number;
}
