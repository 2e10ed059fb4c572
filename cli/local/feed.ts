import type { EmulatedEvent, EmulatedJob, RunpodEmulator } from "../../src/testing/mod.ts";
import { describeEvent } from "./event_text.ts";
import type { FeedEndpoint, FeedJob, FeedJobDetails, FeedLine, FeedMessage, FeedWorker } from "./feed_message.ts";
import { errorMessage } from "./error_message.ts";
import { withoutControls } from "./output_lines.ts";
import { shareOf, shortText } from "./progress.ts";

/** What an endpoint is, as it was configured. */
export type EndpointInfo = Pick<FeedEndpoint, "id" | "kind" | "about" | "example">;

/** What has changed since a reader looked last. */
export interface Changes {
  jobs: Set<string>;
  lines: FeedLine[];
  hasWorkers: boolean;
}

/** Everything that happens, for the terminal and the page. */
export interface Feed {
  /** Adds a line to the log. */
  addLine: (source: string, text: string, kind: FeedLine["kind"]) => void;
  /** Calls the listener after each change. Returns a function that ends this. */
  subscribe: (listener: (changes: Changes) => void) => () => void;
  endpoints: () => FeedEndpoint[];
  workers: () => FeedWorker[];
  /** The newest jobs, newest first. */
  jobs: (limit: number) => FeedJob[];
  job: (id: string) => FeedJob | undefined;
  details: (id: string) => FeedJobDetails | undefined;
  /** Everything at once, for a reader that has just come. */
  whole: () => FeedMessage;
  /** The part of everything that has changed. */
  part: (changes: Changes) => FeedMessage;
}

/** How many jobs and lines are kept. */
export const MAX_JOBS = 1_000;
const MAX_LINES = 2_000;
/** How many jobs a new reader gets. */
const MAX_SHOWN_JOBS = 300;

/** Counts of an endpoint's jobs that have ended, and those that have not. */
interface Tally {
  completed: number;
  failed: number;
  open: Map<string, EmulatedJob>;
}

/** Follows an emulator. */
export function createFeed(emulator: RunpodEmulator, infos: EndpointInfo[]): Feed {
  const jobs = new Map<string, EmulatedJob>();
  const tallies = new Map<string, Tally>();
  const lines: FeedLine[] = [];
  const listeners = new Set<(changes: Changes) => void>();
  let lineCount = 0;

  const emit = (changes: Partial<Changes>) => {
    const whole = { jobs: new Set<string>(), lines: [], hasWorkers: false, ...changes };
    for (const listener of [...listeners]) listener(whole);
  };

  function addLine(source: string, text: string, kind: FeedLine["kind"]): void {
    // Workers that others start choose their own names.
    const line = { number: ++lineCount, at: Date.now(), source: withoutControls(source), text, kind };
    lines.push(line);
    if (lines.length > MAX_LINES) lines.splice(0, lines.length - MAX_LINES);
    emit({ lines: [line] });
  }

  emulator.subscribe((event) => {
    if (event.type === "job") {
      noteJob(event);
      emit({ jobs: new Set([event.job.id]) });
    }
    if (event.type === "worker") emit({ hasWorkers: true });
    const line = describeEvent(event);
    if (line !== undefined) addLine(line.source, line.text, line.kind);
  });

  function noteJob({ change, job }: Extract<EmulatedEvent, { type: "job" }>): void {
    const tally = tallyOf(job.endpoint);
    if (change === "ended") {
      tally.open.delete(job.id);
      if (job.status === "COMPLETED") tally.completed++;
      else if (job.status !== "CANCELLED") tally.failed++;
    } else tally.open.set(job.id, job);
    jobs.set(job.id, job);
    for (const [id, { hasEnded }] of jobs) {
      if (jobs.size <= MAX_JOBS) break;
      if (hasEnded) jobs.delete(id);
    }
  }

  function tallyOf(endpoint: string): Tally {
    const known = tallies.get(endpoint);
    if (known !== undefined) return known;
    const tally = { completed: 0, failed: 0, open: new Map() };
    tallies.set(endpoint, tally);
    return tally;
  }

  function endpoints(): FeedEndpoint[] {
    return infos.map((info) => {
      const { completed, failed, open } = tallyOf(info.id);
      let [waiting, running] = [0, 0];
      for (const [id, job] of open) {
        // A job whose time to live is over is gone without an end.
        if (job.hasExpired) open.delete(id);
        else if (job.status === "IN_QUEUE") waiting++;
        else running++;
      }
      return { ...info, waiting, running, completed, failed };
    });
  }

  const workers = () => emulator.workers.map(feedWorker);
  const newest = (limit: number) => [...jobs.values()].slice(-limit).reverse().map(feedJob);

  return {
    addLine,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    endpoints,
    workers,
    jobs: newest,
    job: (id) => {
      const job = jobs.get(id);
      return job && feedJob(job);
    },
    details: (id) => {
      const job = jobs.get(id);
      return job && feedJobDetails(job);
    },
    whole: () => ({
      now: Date.now(),
      isWhole: true,
      endpoints: endpoints(),
      workers: workers(),
      jobs: newest(MAX_SHOWN_JOBS),
      lines: lines.slice(-500),
    }),
    part: (changes) => {
      const changed = [...changes.jobs].flatMap((id) => jobs.get(id) ?? []);
      const touched = new Set(changed.map(({ endpoint }) => endpoint));
      return {
        now: Date.now(),
        isWhole: false,
        endpoints: endpoints().filter(({ id }) => touched.has(id)),
        workers: changes.hasWorkers || changed.length > 0 ? workers() : undefined,
        jobs: changed.map(feedJob),
        lines: changes.lines,
      };
    },
  };
}

function feedWorker(
  { id, endpoint, state, jobs, since, completed, failed, version, problem }: RunpodEmulator["workers"][number],
): FeedWorker {
  const clean = (text: string | undefined) => text === undefined ? undefined : withoutControls(text);
  return {
    id: withoutControls(id),
    endpoint,
    state,
    jobs,
    since,
    completed,
    failed,
    version: clean(version),
    problem: clean(problem),
  };
}

function feedJob(job: EmulatedJob): FeedJob {
  const { timeline, status, output, error, hasEnded, hasExpired } = job;
  const isRunning = !hasEnded && status !== "IN_QUEUE";
  return {
    id: job.id,
    endpoint: job.endpoint,
    operation: job.operation,
    status: hasExpired && !hasEnded ? "EXPIRED" : status,
    submittedAt: job.submittedAt,
    startedAt: timeline.findLast((step) => step.status === "IN_PROGRESS")?.at,
    endedAt: hasEnded ? timeline.at(-1)?.at : undefined,
    delayTime: job.delayTime,
    executionTime: job.executionTime,
    workerId: job.workerId && withoutControls(job.workerId),
    retries: job.retries,
    progress: isRunning && output !== undefined ? shortText(output) : undefined,
    share: isRunning ? shareOf(output) : undefined,
    error: error === undefined ? undefined : shortText(errorMessage(error)),
  };
}

function feedJobDetails(job: EmulatedJob): FeedJobDetails {
  const { input, output, error, yields, timeline, hasExpired } = job;
  return { ...feedJob(job), input, output, fullError: error, yields, timeline, hasExpired };
}
