/** Switches for what Runpod's documentation leaves open; each default is what was seen live or is most likely. */
export interface EmulatedBehavior {
  /** The HTTP status of a `/runsync` whose job failed. Default 200. */
  failedRunsyncStatus?: 200 | 400;
  /** The body of a 401: `{"error":"unauthorized"}` or nothing. Default `"json"`. */
  unauthorizedBody?: "json" | "empty";
  /** Whether `/stream` puts the last chunks into the reply that says the job has ended, or into one before it. Default `"inside"`. */
  streamEnd?: "inside" | "before";
  /** The key of an image worker's output. Default `"image_url"`. */
  imageKey?: "image_url" | "result";
  /** The HTTP status of a `/cancel` of a job that has ended; 200 tells its status. Default 200. */
  cancelFinishedStatus?: 200 | 400 | 404;
  /** The status of a job that ran longer than `policy.executionTimeout`. Default `"FAILED"`. */
  executionTimeoutStatus?: "FAILED" | "TIMED_OUT";
  /** The HTTP status of a body over 10 MiB (`/run`) or 20 MiB (`/runsync`). Default 413. */
  oversizeStatus?: 413 | 400;
  /** Whether errors of the model server keep their HTTP status or come as 200, as from vLLM workers before 2.12.1. Default `"own"`. */
  openaiErrorStatus?: "own" | 200;
}
