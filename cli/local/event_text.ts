import type { EmulatedEvent, EmulatedJob } from "../../src/testing/mod.ts";
import { errorMessage } from "./error_message.ts";
import type { FeedLine } from "./feed_message.ts";
import { shortText } from "./progress.ts";
import { seconds } from "./time_text.ts";

/** The beginning of a job's id, which is enough to tell jobs apart by eye. */
export function shortId(id: string): string {
  return id.replace(/^sync-/, "").slice(0, 8);
}

/** Describes an event as a line of the log; undefined if it is not worth a line. */
export function describeEvent(event: EmulatedEvent): Pick<FeedLine, "source" | "text" | "kind"> | undefined {
  switch (event.type) {
    case "job": {
      const { change, job } = event;
      const text = describeJob(change, job);
      if (text === undefined) return undefined;
      const isProblem = change === "requeued" || change === "ended" && !/^(COMPLETED|CANCELLED)$/.test(job.status);
      return { source: job.endpoint, text: `job ${shortId(job.id)} ${text}`, kind: isProblem ? "problem" : "event" };
    }
    case "worker": {
      const { id, state, problem, version } = event.worker;
      // Whether it has a job is told with the job.
      if (state === "running" || state === "ended") return undefined;
      const isProblem = state === "lost" || state === "unhealthy";
      const details = problem !== undefined ? shortText(problem) : (version === undefined ? "" : `runpod ${version}`);
      return {
        source: id,
        text: details === "" ? WORKER_STATES[state] : `${WORKER_STATES[state]} (${details})`,
        kind: isProblem ? "problem" : "event",
      };
    }
    case "refused": {
      const job = event.jobId === undefined ? "" : ` about job ${shortId(event.jobId)}`;
      return { source: event.workerId, text: `its request${job} was ignored: ${event.reason}`, kind: "event" };
    }
  }
}

const WORKER_STATES: Record<string, string> = {
  starting: "is starting",
  idle: "is ready for jobs",
  throttled: "has to wait, because the endpoint has its maximum of workers",
  stopping: "asked to be refreshed",
  unhealthy: "is not healthy",
  lost: "is lost: it has sent no request for too long",
};

function describeJob(change: Extract<EmulatedEvent, { type: "job" }>["change"], job: EmulatedJob): string | undefined {
  switch (change) {
    case "queued":
      return "waits for a worker";
    case "started":
      return job.timeline.some(({ workerId }) => workerId !== undefined)
        ? `started on ${shortText(job.workerId)} after ${seconds(job.delayTime ?? 0)}`
        : undefined;
    case "progress":
      return `progress: ${shortText(job.output)}`;
    case "yield":
      return undefined;
    case "requeued":
      return "goes back to the queue, because its worker is gone";
    case "ended": {
      const time = job.executionTime === undefined ? "" : ` after ${seconds(job.executionTime)}`;
      const error = job.error === undefined ? "" : `: ${shortText(errorMessage(job.error))}`;
      return `${job.status}${time}${error}`;
    }
  }
}
