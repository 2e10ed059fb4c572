import { type Endpoint, pickUpTime } from "./endpoint.ts";
import { type EmulatedHandler, type Outcome, runHandler } from "./handler.ts";

/** A job that the emulator has accepted, as it stands when it is looked at. */
export interface EmulatedJob {
  /** The job's id. */
  readonly id: string;
  /** The id of the endpoint it was submitted to. */
  readonly endpoint: string;
  /** The operation that made it. */
  readonly operation: "run" | "runsync" | "openai";
  /** The `input` it was submitted with; for OpenAI routes what the gateway makes of the request. */
  readonly input: Record<string, unknown>;
  /** The whole body it was submitted with, with `policy`, `webhook` and `s3Config`. */
  readonly request: Record<string, unknown>;
  /** When it was submitted, in milliseconds since 1970. */
  readonly submittedAt: number;
  /** Its status now; also after its result has expired. */
  readonly status: string;
  /** Its output now: the result, or the progress of a job that runs. */
  readonly output: unknown;
  /** Its error now. */
  readonly error: unknown;
}

/** A status that begins at a time. */
interface Step {
  status: string;
  at: number;
  output?: unknown;
}

interface End extends Outcome {
  at: number;
  retries?: number;
}

/** A job and its timeline. What it looks like at a time is computed, never stored. */
export interface Job {
  readonly id: string;
  readonly endpoint: Endpoint;
  readonly operation: EmulatedJob["operation"];
  readonly input: Record<string, unknown>;
  readonly request: Record<string, unknown>;
  readonly submittedAt: number;
  readonly work: EmulatedHandler;
  ttlMillis: number;
  attempt: number;
  steps: Step[];
  /** When the output or the first yield is there. */
  outputAt: number;
  yields: Array<{ at: number; output: unknown }>;
  /** How many yields `/stream` has handed out. */
  drained: number;
  end?: End;
  /** Identifies the current run: what an earlier run still says after a cancel or a retry is ignored. */
  run?: object;
  /** Watches for the end of a run, to tell the job's webhook. */
  announce?: () => void;
  /** Requests that wait for a change of this job. */
  readonly waiting: Set<() => void>;
}

const minute = 60_000;
const inQueue = "IN_QUEUE";

/** A job that has just been submitted. */
export function createJob(
  job: Pick<Job, "id" | "endpoint" | "operation" | "input" | "request" | "work">,
  now: number,
): Job {
  const policy = policyOf(job.request);
  const created: Job = {
    ...job,
    submittedAt: now,
    ttlMillis: typeof policy.ttl === "number" ? policy.ttl : 24 * 60 * minute,
    attempt: 0,
    steps: [],
    outputAt: now,
    yields: [],
    drained: 0,
    waiting: new Set(),
  };
  enqueue(created, now);
  return created;
}

/** Puts a job into the queue, for the first time or again. */
export function enqueue(job: Job, now: number): void {
  const { config, timing } = job.endpoint;
  const steps: Step[] = [];
  let at = now;
  if (config.states !== undefined) {
    for (const { status, millis, output } of config.states) {
      steps.push({ status, at, output });
      at += millis;
    }
    if (steps.length === 0 || steps[steps.length - 1].status === inQueue) steps.push({ status: "IN_PROGRESS", at });
  } else {
    const pickUp = pickUpTime(job.endpoint, now);
    at = pickUp + timing.runMillis;
    steps.push({ status: inQueue, at: now }, { status: "IN_PROGRESS", at: pickUp });
  }
  Object.assign(job, { attempt: job.attempt + 1, steps, outputAt: at, yields: [], drained: 0 });
  job.end = undefined;
  job.run = undefined;
  job.endpoint.open.add(job);
  wake(job);
  advance(job, now);
}

/** Ends a job now, unless it has ended. */
export function cancel(job: Job, now: number): void {
  if (endOf(job, now) !== undefined) return;
  job.end = { status: "CANCELLED", at: now };
  job.run = {};
  wake(job);
}

/** How a job has ended by now, if it has. */
export function endOf(job: Job, now: number): End | undefined {
  advance(job, now);
  const end = job.end;
  const limit = pickedUpAt(job) + executionLimit(job);
  // A cancelled job keeps its end even if it was to run over its limit later.
  if (end !== undefined && end.at <= limit) return end.at <= now ? end : undefined;
  if (limit > now) return undefined;
  const status = job.endpoint.behavior.executionTimeoutStatus ?? "FAILED";
  return { status, error: "executionTimeout exceeded", at: limit };
}

/** Whether the job has made its yield of this index by now. */
export function hasYielded(job: Job, index: number, now: number): boolean {
  const until = endOf(job, now)?.at ?? now;
  return index < job.yields.length && job.yields[index].at <= until;
}

/** Whether a worker has the job, or had it. */
export function isPickedUp(job: Job, now: number): boolean {
  return stepsUntil(job, now).some((step) => step.status !== inQueue);
}

/** The job as the API shows it. */
export function envelope(job: Job, now: number): Record<string, unknown> {
  const end = endOf(job, now);
  const seen = stepsUntil(job, end?.at ?? now);
  const last = seen[seen.length - 1];
  const shown: Record<string, unknown> = { id: job.id, status: end?.status ?? last.status };
  const runs = seen.filter((step, index) =>
    step.status !== inQueue && (index === 0 || seen[index - 1].status === inQueue)
  );
  const run = runs[runs.length - 1];
  if (run !== undefined && (end !== undefined || last.status !== inQueue)) {
    let queued = seen.indexOf(run);
    while (queued > 0 && seen[queued - 1].status === inQueue) queued--;
    shown.delayTime = Math.round(run.at - seen[queued].at);
    shown.workerId = job.endpoint.workerId;
    if (end !== undefined) shown.executionTime = Math.round(Math.max(0, end.at - run.at));
  }
  // A job that went back to the queue was dispatched again, or is about to be.
  const redispatches = seen.filter((step, index) =>
    index > 0 && step.status === inQueue && seen[index - 1].status !== inQueue
  );
  const retries = end?.retries ?? redispatches.length;
  if (retries > 0) shown.retries = retries;
  const output = end === undefined ? last.output : end.output;
  if (output !== undefined) shown.output = output;
  if (end?.error !== undefined) shown.error = end.error;
  return shown;
}

/** Whether the service still knows the job: results expire, and the time to live removes a job in any state. */
export function isKept(job: Job, now: number): boolean {
  if (now >= job.submittedAt + job.ttlMillis) return false;
  const end = endOf(job, now);
  return end === undefined || now < end.at + (job.operation === "run" ? 30 * minute : minute);
}

/** A job for the user of the emulator. */
export function present(job: Job): EmulatedJob {
  return {
    id: job.id,
    endpoint: job.endpoint.id,
    operation: job.operation,
    input: job.input,
    request: job.request,
    submittedAt: job.submittedAt,
    get status() {
      return String(envelope(job, Date.now()).status);
    },
    get output() {
      return envelope(job, Date.now()).output;
    },
    get error() {
      return envelope(job, Date.now()).error;
    },
  };
}

/**
 * Waits until `ready`, for at most so many milliseconds; rejects with the signal's reason.
 * Makes no timer if nothing is to be waited for.
 */
export async function waitFor(
  job: Job,
  ready: (now: number) => boolean,
  millis: number,
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + millis;
  while (true) {
    // An async handler that awaits nothing real ends within a few microtasks; a timer made meanwhile would look like waiting.
    for (let turn = 0; turn < 100 && isUnsettled(job, Date.now()); turn++) await undefined;
    const now = Date.now();
    if (ready(now) || now >= deadline) return;
    await hold(job, Math.min(deadline, nextChange(job, now)) - now, signal);
  }
}

function hold(job: Job, millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    // Longer delays overflow the timers of every runtime; the caller looks at the clock again and goes on.
    const timer = millis === Infinity ? undefined : setTimeout(wakened, Math.min(millis, 0x7fffffff));
    function close() {
      clearTimeout(timer);
      job.waiting.delete(wakened);
      signal.removeEventListener("abort", aborted);
    }
    function wakened() {
      close();
      resolve();
    }
    function aborted() {
      close();
      reject(signal.reason);
    }
    job.waiting.add(wakened);
    signal.addEventListener("abort", aborted);
  });
}

function wake(job: Job): void {
  for (const wakened of [...job.waiting]) wakened();
}

/** The next time at which the clock alone changes the job. */
function nextChange(job: Job, now: number): number {
  let next = pickedUpAt(job) + executionLimit(job);
  if (next <= now) next = Infinity;
  const consider = (at: number) => {
    if (at > now && at < next) next = at;
  };
  for (const step of job.steps) consider(step.at);
  const nextYield = job.yields.find((item) => item.at > now);
  if (nextYield !== undefined) consider(nextYield.at);
  if (job.end !== undefined) consider(job.end.at);
  return next;
}

function isUnsettled(job: Job, now: number): boolean {
  advance(job, now);
  return job.run !== undefined && job.end === undefined;
}

/** Starts the handler once its time has come. Its end may lie in the future. */
function advance(job: Job, now: number): void {
  if (job.run !== undefined || now < pickedUpAt(job)) return;
  const run = job.run = {};
  const { config, timing, workerId } = job.endpoint;
  if (config.outcome !== undefined) {
    job.end = { ...config.outcome, at: job.outputAt };
    return;
  }
  if (Object.keys(job.input).length === 0) {
    // The platform drops an empty input on its way to the worker, whose SDK then never runs the handler.
    job.end = { status: "FAILED", error: "job timed out after 1 retries", retries: 1, at: job.outputAt };
    return;
  }
  // What is known at once is dated by the timeline, even if nobody looked at the time; what comes later by the clock.
  let isLate = false;
  const emit = (output: unknown) => {
    if (job.run !== run) return;
    const at = job.outputAt + job.yields.length * timing.tokenMillis;
    job.yields.push({ at: isLate ? Math.max(at, Date.now()) : at, output });
    wake(job);
  };
  const settle = (outcome: Outcome) => {
    if (job.run !== run) return;
    const at = Math.max(job.outputAt, job.yields[job.yields.length - 1]?.at ?? 0);
    job.end = { ...outcome, at: isLate ? Math.max(at, Date.now()) : at };
    wake(job);
  };
  const outcome = runHandler(
    job.work,
    job.input,
    { id: job.id, endpoint: job.endpoint.id, attempt: job.attempt },
    workerId,
    emit,
  );
  if (!(outcome instanceof Promise)) return settle(outcome);
  isLate = true;
  outcome.then(settle);
}

function stepsUntil(job: Job, now: number): Step[] {
  const seen = job.steps.filter((step) => step.at <= now);
  return seen.length > 0 ? seen : job.steps.slice(0, 1);
}

/** When the last run begins: a run that the platform dispatched again counts from its last pick-up. */
function pickedUpAt(job: Job): number {
  let at = job.steps[0].at;
  job.steps.forEach((step, index) => {
    if (step.status !== inQueue && (index === 0 || job.steps[index - 1].status === inQueue)) at = step.at;
  });
  return at;
}

function executionLimit(job: Job): number {
  const limit = policyOf(job.request).executionTimeout;
  return typeof limit === "number" ? limit : 10 * minute;
}

function policyOf(request: Record<string, unknown>): Record<string, unknown> {
  const policy = request.policy;
  return policy !== null && typeof policy === "object" ? policy as Record<string, unknown> : {};
}
