import { type Feed, MAX_JOBS } from "./feed.ts";
import type { FeedEndpoint, FeedJob, FeedWorker } from "./feed_message.ts";
import { shortId } from "./event_text.ts";
import { fit, type Paint, type Style } from "./terminal_text.ts";
import { seconds } from "./time_text.ts";

/** How many jobs are shown at most. */
const MAX_JOB_ROWS = 10;

/** Where a frame is shown. */
export interface FrameOptions {
  /** The size of the terminal. */
  columns: number;
  rows: number;
  paint: Paint;
  /** A last row. */
  message?: string;
}

/** The rows of a frame: endpoints with their workers, then jobs. */
export function frame(feed: Feed, { columns, rows, paint, message }: FrameOptions): string[] {
  const endpoints = feed.endpoints().filter(({ kind, waiting, running, completed, failed }) =>
    kind !== "emulated" || waiting + running + completed + failed > 0
  );
  const workers = feed.workers();
  const top = ["", ...endpoints.map((endpoint) => endpointRow(endpoint, workers, columns, paint)), ""];
  const end = message === undefined ? [] : [paint("yellow", cut(message, columns))];
  const room = Math.max(0, Math.min(MAX_JOB_ROWS, rows - top.length - end.length - 1));
  const jobs = chooseJobs(feed.jobs(MAX_JOBS), room);
  const now = Date.now();
  const header = jobs.length === 0
    ? [paint("dim", cut("No jobs yet. Send one with your app, curl, or the page. Ctrl-C stops.", columns))]
    : [paint("dim", jobColumns(["JOB", "ENDPOINT", "STATE", "QUEUE", "RUN", "WORKER", "PROGRESS"], columns))];
  return [...top, ...header, ...jobs.map((job) => jobRow(job, now, columns, paint)), ...end].slice(0, rows);
}

/** Jobs that have not ended first, then the latest, in the order of their submission. */
function chooseJobs(jobs: FeedJob[], room: number): FeedJob[] {
  const isOpen = ({ endedAt, status }: FeedJob) => endedAt === undefined && status !== "EXPIRED";
  const running = jobs.filter((job) => isOpen(job) && job.status !== "IN_QUEUE");
  const waiting = jobs.filter((job) => isOpen(job) && job.status === "IN_QUEUE").reverse();
  const ended = jobs.filter((job) => !isOpen(job));
  return [...running, ...waiting, ...ended].slice(0, room).sort((a, b) => a.submittedAt - b.submittedAt);
}

function endpointRow(
  { id, kind, about, waiting, running, completed, failed }: FeedEndpoint,
  workers: FeedWorker[],
  columns: number,
  paint: Paint,
): string {
  const counts = `${waiting} waiting  ${running} running  ${completed} done  ${failed} failed`;
  const own = workers.filter(({ endpoint }) => endpoint === id);
  const states = kind === "emulated" ? "emulated" : kind === "model" ? about ?? "" : workerStates(own);
  return paint("bold", fit(`${id}  `, Math.min(20, columns))) +
    cut(`${kind === "model" ? "" : `${counts}   `}${states}`, columns - 20);
}

function workerStates(workers: FeedWorker[]): string {
  if (workers.length === 0) return "no workers";
  return workers.map(({ id, state }) => `${id} ${state}`).join(", ");
}

const STATE_STYLES: Record<string, Style> = {
  COMPLETED: "green",
  IN_PROGRESS: "cyan",
  FAILED: "red",
  TIMED_OUT: "red",
  CANCELLED: "yellow",
};

const WIDTHS = [9, 14, 12, 8, 8, 14];

function jobColumns(cells: string[], columns: number): string {
  return cut(cells.map((cell, index) => fit(cell, WIDTHS[index] ?? 30)).join(" "), columns);
}

function jobRow(job: FeedJob, now: number, columns: number, paint: Paint): string {
  const { id, endpoint, status, submittedAt, startedAt, endedAt, delayTime, executionTime, workerId, retries } = job;
  const isOpen = endedAt === undefined && status !== "EXPIRED";
  const inQueue = delayTime ?? (isOpen ? now - submittedAt : undefined);
  const run = executionTime ??
    (isOpen && startedAt !== undefined && status !== "IN_QUEUE" ? now - startedAt : undefined);
  const time = (millis: number | undefined) => millis === undefined ? "" : seconds(millis);
  const note = job.error ?? (retries > 0 ? `run ${retries + 1} times` : "");
  const progress = job.share === undefined ? job.progress ?? note : `${bar(job.share)} ${job.progress}`;
  const row = jobColumns(
    [shortId(id), endpoint, status, time(inQueue), time(run), workerId ?? "", progress],
    columns,
  );
  const style = STATE_STYLES[status];
  const [from, to] = [WIDTHS[0] + WIDTHS[1] + 2, WIDTHS[0] + WIDTHS[1] + 2 + WIDTHS[2]];
  return style === undefined || columns < to
    ? row
    : row.slice(0, from) + paint(style, row.slice(from, to)) + row.slice(to);
}

function bar(share: number): string {
  const full = Math.round(share * 10);
  return "█".repeat(full) + "░".repeat(10 - full);
}

// deno-lint-ignore no-control-regex
const STYLE_CODES = /\x1b\[\d+m/g;

/** Cuts a text that may have styles. A text that is too long loses them. */
function cut(text: string, columns: number): string {
  const plain = text.replace(STYLE_CODES, "").trimEnd();
  const fitted = fit(plain, columns).trimEnd();
  return fitted === plain ? text.trimEnd() : fitted;
}
