import type { FeedEndpoint, FeedJob, FeedLine, FeedMessage, FeedWorker } from "../local/feed_message.ts";

/** Everything that the page shows. */
export interface State {
  endpoints: FeedEndpoint[];
  workers: FeedWorker[];
  /** Jobs by id, oldest first. */
  jobs: Map<string, FeedJob>;
  lines: FeedLine[];
  /** How far the clock of the server is ahead of the browser's, in milliseconds. */
  clockOffset: number;
  isConnected: boolean;
  selectedJob?: string;
}

/** How many jobs and lines the page keeps. */
const MAX_JOBS = 500;
const MAX_LINES = 1_000;

/** Creates the state before the first message. */
export function emptyState(): State {
  return { endpoints: [], workers: [], jobs: new Map(), lines: [], clockOffset: 0, isConnected: false };
}

/** Takes a message of the feed into the state. */
export function apply(state: State, message: FeedMessage): void {
  const { now, isWhole, endpoints = [], workers, jobs = [], lines = [] } = message;
  state.clockOffset = now - Date.now();
  const changed = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
  state.endpoints = isWhole ? endpoints : state.endpoints.map((endpoint) => changed.get(endpoint.id) ?? endpoint);
  state.workers = workers ?? state.workers;
  if (isWhole) {
    state.jobs = new Map();
    state.lines = [];
  }
  for (const job of isWhole ? [...jobs].reverse() : jobs) state.jobs.set(job.id, job);
  for (const id of state.jobs.keys()) {
    if (state.jobs.size <= MAX_JOBS) break;
    if (id !== state.selectedJob) state.jobs.delete(id);
  }
  state.lines = [...state.lines, ...lines].slice(-MAX_LINES);
}

/** Whether a job still waits or runs. */
export function isOpen({ endedAt, status }: FeedJob): boolean {
  return endedAt === undefined && status !== "EXPIRED";
}
