import type { Call } from "../call.ts";
import type { Job } from "../queue/job.ts";
import { endOf, hasYielded } from "../queue/job_state.ts";
import { waitFor } from "../queue/wait.ts";

/** A stream of a job's yields as text, as they come. If the job fails midway, the stream just ends. */
export function relayYields(job: Job, { signal, leave }: Call): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const stop = new AbortController();
  let next = 0;
  let abort: () => void = () => {};
  const close = () => {
    signal.removeEventListener("abort", abort);
    leave();
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      abort = () => {
        close();
        stop.abort(signal.reason);
        controller.error(signal.reason);
      };
      signal.addEventListener("abort", abort, { once: true });
    },
    async pull(controller) {
      const hasNews = (now: number) => hasYielded(job, next, now) || endOf(job, now) !== undefined;
      await waitFor(job, hasNews, Infinity, stop.signal);
      if (hasYielded(job, next, Date.now())) {
        const { output } = job.yields[next++];
        controller.enqueue(encoder.encode(typeof output === "string" ? output : JSON.stringify(output)));
      } else {
        close();
        controller.close();
      }
    },
    cancel(reason) {
      close();
      stop.abort(reason);
    },
    // Nothing is read ahead: a stream that nobody reads must not hold a timer.
  }, { highWaterMark: 0 });
}
