/** What the page is told. All times are in milliseconds since 1970. */
export interface FeedMessage {
  /** The time on this machine, with which the page shows how long things take. */
  now: number;
  /** Whether the message tells everything. Others tell only what has changed. */
  isWhole: boolean;
  /** Endpoints that have changed. */
  endpoints?: FeedEndpoint[];
  workers?: FeedWorker[];
  /** Jobs that are new or have changed. */
  jobs?: FeedJob[];
  /** Lines that are new. */
  lines?: FeedLine[];
}

/** An endpoint. */
export interface FeedEndpoint {
  id: string;
  /** What answers: worker processes, a model server, or the emulator itself. */
  kind: "workers" | "model" | "emulated";
  /** The command of its workers, or the URL of its server. */
  about?: string;
  /** An input that it accepts. */
  example?: unknown;
  waiting: number;
  running: number;
  completed: number;
  failed: number;
}

/** A worker process. */
export interface FeedWorker {
  id: string;
  endpoint: string;
  state: string;
  jobs: readonly string[];
  since: number;
  completed: number;
  failed: number;
  version?: string;
  problem?: string;
}

/** A job without its input and output. */
export interface FeedJob {
  id: string;
  endpoint: string;
  operation: string;
  status: string;
  submittedAt: number;
  startedAt?: number;
  endedAt?: number;
  delayTime?: number;
  executionTime?: number;
  workerId?: string;
  retries: number;
  /** The latest progress as a short text. */
  progress?: string;
  /** The share that is done, from 0 to 1, if the progress tells it. */
  share?: number;
  /** Its error as a short text. */
  error?: string;
}

/** Everything about one job. */
export interface FeedJobDetails extends FeedJob {
  input: unknown;
  output?: unknown;
  fullError?: unknown;
  yields: unknown[];
  timeline: Array<{ status: string; at: number; workerId?: string }>;
  /** Whether `/status` still knows it. */
  hasExpired: boolean;
}

/** A line of the log. */
export interface FeedLine {
  number: number;
  at: number;
  /** The worker, job or endpoint that it is about. */
  source: string;
  text: string;
  /** `output` is what a worker printed. */
  kind: "output" | "event" | "problem";
}
