import process from "node:process";
import type { Feed } from "./feed.ts";
import type { FeedEndpoint, FeedJob, FeedLine, FeedWorker } from "./feed_message.ts";
import { shortId } from "./event_text.ts";
import type { View } from "./plain_view.ts";
import { fit, logLine, type Paint, painter, type Style } from "./terminal_text.ts";
import { seconds } from "./time_text.ts";

/** The shortest time between two frames, in milliseconds. */
const FRAME_MILLIS = 100;
/** How often running times count on. */
const TICK_MILLIS = 1_000;
const MAX_JOB_ROWS = 10;

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";

/**
 * Shows endpoints, workers and jobs at the end of the terminal, with the log above it.
 *
 * A frame is one write that goes over the last one from its first row, and terminals that can do so show it at once, so
 * nothing flickers. The log scrolls as usual and stays in the terminal afterwards.
 */
export function showLive(feed: Feed): View {
  const paint = painter(true);
  const { stdout } = process;
  let height = 0;
  let newLines: FeedLine[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let message: string | undefined;

  function draw(): void {
    clearTimeout(timer);
    timer = undefined;
    const columns = stdout.columns ?? 80;
    const isEnding = message !== undefined;
    const log = newLines.filter((line) => isEnding ? line.kind === "output" : isWorthALine(line)).map((line) =>
      logLine(line, paint)
    );
    newLines = [];
    const rows = frame(feed, { columns, rows: (stdout.rows ?? 24) - 2, paint, message });
    write([...log, ...rows]);
    height = rows.length;
    if (feed.endpoints().some(({ waiting, running }) => waiting + running > 0)) timer = setTimeout(draw, TICK_MILLIS);
  }

  function write(rows: string[]): void {
    const toStart = height > 0 ? `\x1b[${height}A` : "";
    // Rows are cleared as they are written, and what is left of the last frame after them.
    stdout.write(`\x1b[?2026h\r${toStart}${rows.map((row) => `${row}\x1b[K\r\n`).join("")}\x1b[J\x1b[?2026l`);
  }

  let isSoon = false;
  const drawSoon = () => {
    if (isSoon) return;
    isSoon = true;
    clearTimeout(timer);
    timer = setTimeout(() => {
      isSoon = false;
      draw();
    }, FRAME_MILLIS);
  };
  const unsubscribe = feed.subscribe(({ lines }) => {
    newLines.push(...lines);
    drawSoon();
  });
  stdout.on("resize", drawSoon);
  // However the process ends, the cursor comes back.
  process.once("exit", () => stdout.write(SHOW_CURSOR));
  stdout.write(HIDE_CURSOR);
  draw();
  return {
    announceEnd: (line) => {
      message = line;
      draw();
    },
    close: () => {
      unsubscribe();
      stdout.off("resize", drawSoon);
      draw();
      clearTimeout(timer);
      stdout.write(SHOW_CURSOR);
    },
  };
}

/** What the frame shows anyway is not told in the log too. */
function isWorthALine({ kind, source, text }: FeedLine): boolean {
  return kind !== "event" || !/^job /.test(text) && !/^is (?:starting|ready)/.test(text) && source !== "";
}

interface FrameOptions {
  columns: number;
  rows: number;
  paint: Paint;
  message?: string;
}

/** The rows of a frame. */
function frame(feed: Feed, { columns, rows, paint, message }: FrameOptions): string[] {
  const endpoints = feed.endpoints().filter(({ kind, waiting, running, completed, failed }) =>
    kind !== "emulated" || waiting + running + completed + failed > 0
  );
  const workers = feed.workers();
  const top = ["", ...endpoints.map((endpoint) => endpointRow(endpoint, workers, columns, paint)), ""];
  const end = message === undefined ? [] : [paint("yellow", cut(message, columns))];
  const room = Math.max(0, Math.min(MAX_JOB_ROWS, rows - top.length - end.length - 1));
  const jobs = chooseJobs(feed.jobs(100), room);
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
