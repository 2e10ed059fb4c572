import type { RunpodEmulator } from "../../src/testing/mod.ts";
import { type ProcessEnd, startProcess, type WorkerProcess } from "./worker_process.ts";

/** The workers of one endpoint. */
export interface WorkersOptions {
  emulator: RunpodEmulator;
  endpoint: string;
  /** What starts one worker. */
  command: string;
  /** How many there are at most. */
  count: number;
  /** How workers are stopped and started again; undefined keeps them running. */
  scaling?: { idleTimeoutMillis: number; coldStartMillis: number };
  /** The environment of a worker. */
  environment: (workerId: string) => Record<string, string>;
  /** Called for each line that a worker prints. */
  onOutput: (workerId: string, line: string) => void;
  /** Called for what users should know of a worker. */
  onNote: (workerId: string, note: string, isProblem: boolean) => void;
}

/** Workers that are kept running. */
export interface Workers {
  /** Starts and stops processes as the jobs need it. Call it whenever something has changed. */
  adjust: () => void;
  /** Ends all processes. */
  stop: () => Promise<void>;
  /** Kills all processes. */
  kill: () => void;
}

/** A worker from the decision to start it to the end of its process. */
interface Worker {
  readonly id: string;
  process?: WorkerProcess;
  startedAt?: number;
  coldStart?: ReturnType<typeof setTimeout>;
  hint?: ReturnType<typeof setTimeout>;
  /** Whether it has to end. */
  isStopping: boolean;
  /** Whether it printed that Python lacks the worker SDK. */
  lacksSdk: boolean;
}

/** A process that ends sooner without a finished job has failed to start. */
const MIN_LIFE_MILLIS = 10_000;
/** The wait before the second start after a failed one. It doubles with each failure. */
const FIRST_RETRY_MILLIS = 1_000;
const MAX_RETRY_MILLIS = 30_000;
/** When to say that a process has not asked for a job yet. Loading a model may take longer, so it is only a hint. */
const HINT_MILLIS = 60_000;

/** Starts the workers of an endpoint and keeps as many running as there should be. */
export function startWorkers(options: WorkersOptions): Workers {
  const { emulator, endpoint, count, scaling } = options;
  const workers = new Map<string, Worker>();
  let started = 0;
  let failures = 0;
  let notBefore = 0;
  let isEnding = false;
  let timer: { at: number; id: ReturnType<typeof setTimeout> } | undefined;

  /** Looks again at a time. */
  function adjustAt(at: number): void {
    if (timer !== undefined && timer.at <= at) return;
    clearTimeout(timer?.id);
    const id = setTimeout(() => {
      timer = undefined;
      adjust();
    }, Math.max(0, at - Date.now()));
    timer = { at, id };
  }

  function adjust(): void {
    if (isEnding) return;
    const wanted = scaling === undefined ? count : emulator.workersWanted(endpoint);
    const present = [...workers.values()].filter(({ isStopping }) => !isStopping).length;
    const now = Date.now();
    for (let missing = wanted - present; missing > 0; missing--) {
      if (now < notBefore) return adjustAt(notBefore);
      start();
    }
    if (scaling !== undefined && present > wanted) stopIdle(present - wanted, scaling.idleTimeoutMillis, now);
  }

  /** Stops up to so many workers that have had no job for long enough. */
  function stopIdle(spare: number, idleTimeoutMillis: number, now: number): void {
    const idle = emulator.workers
      .filter((worker) => worker.endpoint === endpoint && worker.idleSince !== undefined && worker.state === "idle")
      .sort((a, b) => a.idleSince! - b.idleSince!)
      .slice(0, spare);
    for (const { id, idleSince } of idle) {
      const worker = workers.get(id);
      const due = idleSince! + idleTimeoutMillis;
      if (worker === undefined || worker.isStopping) continue;
      if (due > now) adjustAt(due);
      else {
        options.onNote(id, `stops, because it has had no job for ${idleTimeoutMillis / 1000} s`, false);
        end(worker);
      }
    }
  }

  function start(): void {
    const worker: Worker = { id: `${endpoint}-${++started}`, isStopping: false, lacksSdk: false };
    workers.set(worker.id, worker);
    emulator.workerStarted(endpoint, worker.id);
    const coldStartMillis = scaling?.coldStartMillis ?? 0;
    if (coldStartMillis === 0) launch(worker);
    else worker.coldStart = setTimeout(launch, coldStartMillis, worker);
  }

  function launch(worker: Worker): void {
    worker.startedAt = Date.now();
    worker.process = startProcess(options.command, options.environment(worker.id), (line) => {
      if (/ModuleNotFoundError: No module named 'runpod'/.test(line)) worker.lacksSdk = true;
      options.onOutput(worker.id, line);
    });
    worker.hint = setTimeout(() => {
      if (isStarting(worker)) {
        options.onNote(
          worker.id,
          "has not asked for a job yet. Does its program call runpod.serverless.start()?",
          true,
        );
      }
    }, HINT_MILLIS);
    void worker.process.ended.then((how) => ended(worker, how));
  }

  function isStarting({ id }: Worker): boolean {
    return emulator.workers.some((worker) => worker.id === id && worker.state === "starting");
  }

  function ended(worker: Worker, how: ProcessEnd): void {
    clearTimeout(worker.hint);
    const known = emulator.workers.find(({ id }) => id === worker.id);
    workers.delete(worker.id);
    emulator.workerEnded(endpoint, worker.id);
    if (isEnding || worker.isStopping) return adjust();

    const lived = Date.now() - worker.startedAt!;
    const hasWorked = known !== undefined && known.completed + known.failed > 0;
    if (known?.state === "stopping") {
      failures = 0;
      options.onNote(worker.id, "ended to be refreshed", false);
    } else {
      failures = lived >= MIN_LIFE_MILLIS || hasWorked ? 0 : failures + 1;
      const wait = failures === 0 ? 0 : Math.min(FIRST_RETRY_MILLIS * 2 ** (failures - 1), MAX_RETRY_MILLIS);
      notBefore = Date.now() + wait;
      options.onNote(
        worker.id,
        `${describeEnd(how)}${adviceFor(worker)}${wait === 0 ? "" : `; next try in ${wait / 1000} s`}`,
        true,
      );
    }
    adjust();
  }

  function adviceFor({ lacksSdk }: Worker): string {
    return lacksSdk ? '. Install the worker SDK with "pip install runpod"' : "";
  }

  /** Ends a worker. The emulator has to know it first, so that it gives the worker no more jobs. */
  function end(worker: Worker): void {
    worker.isStopping = true;
    emulator.workerEnded(endpoint, worker.id);
    clearTimeout(worker.coldStart);
    if (worker.process === undefined) workers.delete(worker.id);
    else worker.process.stop();
  }

  adjust();
  return {
    adjust,
    stop: async () => {
      isEnding = true;
      clearTimeout(timer?.id);
      const running = [...workers.values()];
      for (const worker of running) {
        clearTimeout(worker.hint);
        end(worker);
      }
      await Promise.all(running.map((worker) => worker.process?.ended));
    },
    kill: () => {
      isEnding = true;
      for (const worker of workers.values()) worker.process?.kill();
    },
  };
}

function describeEnd({ code, signal, error }: ProcessEnd): string {
  if (error !== undefined) return `could not be started: ${error}`;
  return signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
}
