/**
 * A worker process in a few lines: it takes jobs from an emulator as Runpod's worker SDK does, over `emulator.fetch`.
 *
 * @module
 */
import type { RunpodEmulator } from "@runpod/ai-sdk-provider/testing";

/** A job as `job-take` gives it. */
export interface TakenJob {
  id: string;
  input: Record<string, unknown>;
  [key: string]: unknown;
}

/** What a script can do while it runs a job. */
export interface JobTools {
  /** Fires when the emulator says that the job has to stop. */
  stopped: AbortSignal;
  /** Waits on the clock, also if the job has to stop. */
  sleep(millis: number): Promise<void>;
  progress(output: unknown): Promise<Response>;
  yield(output: unknown): Promise<Response>;
}

/** Runs a job and returns the body of `job-done`; undefined sends none. */
export type Script = (
  job: TakenJob,
  tools: JobTools,
) => Promise<Record<string, unknown> | undefined> | Record<string, unknown> | undefined;

/** A running worker. */
export interface ScriptedWorker {
  readonly id: string;
  /** The ids of the jobs that it has started, in order. */
  readonly started: string[];
  /** The ids of the jobs that it was told to stop, in order. */
  readonly stopped: string[];
  /** The status of each response to `job-done`. */
  readonly answers: number[];
  /** Whether it sends pings. */
  isPinging: boolean;
  /** Ends the process in the middle of whatever it does. */
  kill(): void;
}

/** Starts a worker. By default it runs one job at a time. */
export function startWorker(
  emulator: RunpodEmulator,
  { endpoint, id, script, concurrency = 1 }: { endpoint: string; id: string; script: Script; concurrency?: number },
): ScriptedWorker {
  const env = emulator.workerEnvironment(endpoint, { baseUrl: "http://emulator.test", workerId: id });
  const process = new AbortController();
  const running = new Map<string, AbortController>();
  const started: string[] = [];
  const stopped: string[] = [];
  const answers: number[] = [];
  let wakeTaker = () => {};

  const request = (url: string, body?: unknown) =>
    emulator.fetch(url, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        authorization: env.RUNPOD_AI_API_KEY,
        ...(body === undefined ? {} : { "content-type": "application/x-www-form-urlencoded" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: process.signal,
    });
  const getJobUrl = env.RUNPOD_WEBHOOK_GET_JOB.replace("$ID", id);
  const reportUrl = (template: string, job: string, isStream: boolean) =>
    `${template.replace("$RUNPOD_POD_ID", id).replace("$ID", job)}&isStream=${isStream}`;

  async function run(job: TakenJob): Promise<void> {
    const stop = new AbortController();
    running.set(job.id, stop);
    started.push(job.id);
    let isStream = false;
    const done = (body: unknown) => request(reportUrl(env.RUNPOD_WEBHOOK_POST_OUTPUT, job.id, isStream), body);
    const body = await script(job, {
      stopped: stop.signal,
      sleep: (millis) => sleep(millis, process.signal),
      progress: (output) => done({ status: "IN_PROGRESS", output }),
      yield: (output) => {
        isStream = true;
        return request(reportUrl(env.RUNPOD_WEBHOOK_POST_STREAM, job.id, false), { output });
      },
    });
    if (body !== undefined && !process.signal.aborted) answers.push((await done(body)).status);
    running.delete(job.id);
    wakeTaker();
  }

  async function takeJobs(): Promise<void> {
    while (!process.signal.aborted) {
      const free = concurrency - running.size;
      if (free === 0) {
        await new Promise<void>((resolve) => wakeTaker = resolve);
        continue;
      }
      const url = free === 1 ? getJobUrl : `${getJobUrl.replace("/job-take/", "/job-take-batch/")}&batch_size=${free}`;
      const response = await request(`${url}&job_in_progress=${running.size > 0 ? 1 : 0}`);
      if (response.status !== 200) continue;
      for (const job of [await response.json()].flat() as TakenJob[]) untilKilled(run(job));
    }
  }

  async function stopJobs(): Promise<void> {
    while (!process.signal.aborted) {
      const response = await request(getJobUrl.replace("/job-take/", "/job-stop/"));
      if (response.status !== 200) continue;
      const { jobsToStop } = await response.json() as { jobsToStop: string[] };
      for (const job of jobsToStop) {
        stopped.push(job);
        running.get(job)?.abort();
      }
    }
  }

  async function ping(): Promise<void> {
    while (!process.signal.aborted) {
      const jobs = running.size === 0 ? "" : `&job_id=${encodeURIComponent([...running.keys()].join(","))}`;
      const url = `${env.RUNPOD_WEBHOOK_PING.replace("$RUNPOD_POD_ID", id)}${jobs}&runpod_version=1.12.0`;
      if (worker.isPinging) await request(url);
      await sleep(Number(env.RUNPOD_PING_INTERVAL), process.signal);
    }
  }

  const worker: ScriptedWorker = {
    id,
    started,
    stopped,
    answers,
    isPinging: true,
    kill: () => process.abort(new Killed()),
  };
  for (const loop of [takeJobs(), stopJobs(), ping()]) untilKilled(loop);
  return worker;
}

/** Waits on the clock. Rejects with the signal's reason. */
export function sleep(millis: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(finish, millis);
    function finish() {
      signal?.removeEventListener("abort", abort);
      resolve();
    }
    function abort() {
      clearTimeout(timer);
      reject(signal!.reason);
    }
    signal?.addEventListener("abort", abort, { once: true });
  });
}

class Killed extends Error {}

/** Lets the requests of a killed process fail silently, and nothing else. */
function untilKilled(promise: Promise<void>): void {
  promise.catch((error) => {
    if (!(error instanceof Killed)) throw error;
  });
}
