import { APICallError } from "@ai-sdk/provider";
import { createRunpod } from "@runpod/ai-sdk-provider";
import { describe, it } from "node:test";
import { assert, assertEquals } from "@std/assert";
import { stub } from "@std/testing/mock";
import { completed } from "./answers.ts";
import { capture, KEY } from "./capture.ts";
import { emulate } from "./emulated.ts";
import { settled, withVirtualTime } from "./virtual_time.ts";

const JOBS = 1000;
const WINDOW_MILLIS = 10_000;
/** The documented limits for ten seconds. */
const LIMITS: Record<string, number> = { run: 1000, runsync: 2000, status: 2000, "status-sync": 2000 };

/** Numbers between 0 and 1 that are the same in every run. */
function pseudoRandom(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Run times from 0.3 s to just under 10 min, most of them short. */
function runTimes(): number[] {
  const random = pseudoRandom(1);
  return Array.from({ length: JOBS }, () => Math.round(300 * 1990 ** (random() ** 2)));
}

interface Submission {
  /** How long the submission waits for the result. 0: `run` submits, and `wait` waits afterwards. */
  waitMillis: number;
  pollIntervalMillis?: number;
  /** The number of providers that share the jobs, as processes do that do not know each other. Default 1. */
  providers?: number;
}

interface Report {
  /** Milliseconds between the end of a job and its result at the caller, for jobs that were polled. */
  overheads: number[];
  /** The times of accepted requests, and the numbers of refused ones, by operation. */
  accepted: Record<string, number[]>;
  refused: Record<string, number>;
}

/** Runs 1,000 jobs at once on one endpoint with the documented limits. */
async function runMany({ waitMillis, pollIntervalMillis, providers = 1 }: Submission): Promise<Report> {
  using _ = stub(Math, "random", pseudoRandom(2));
  return await withVirtualTime(async (clock) => {
    const times = runTimes();
    const endedAt = new Map<unknown, number>();
    const accepted: Record<string, number[]> = {};
    const refused: Record<string, number> = {};
    const { emulator } = emulate({
      rateLimits: true,
      endpoints: {
        mine: {
          worker: async ({ index }) => {
            await settled(times[index as number]);
            endedAt.set(index, clock.elapsed());
            return { index };
          },
        },
      },
      intercept: async ({ operation }, next) => {
        const at = clock.elapsed();
        const response = await next();
        if (response.status === 429) refused[operation] = (refused[operation] ?? 0) + 1;
        else (accepted[operation] ??= []).push(at);
        return response;
      },
    });
    const endpoints = Array.from(
      { length: providers },
      () => createRunpod({ apiKey: KEY, fetch: emulator.fetch }).endpoint("mine"),
    );
    const patience = { timeoutMillis: 3_600_000 };
    const options = pollIntervalMillis === undefined
      ? patience
      : { ...patience, pollIntervalMillis, maxPollAttempts: 10_000 };
    const jobs = await Promise.all(times.map(async (_, index) => {
      const endpoint = endpoints[index % providers];
      const job = waitMillis > 0
        ? await endpoint.runSync({ index }, { ...options, waitMillis })
        : await retry(() => endpoint.run({ index })).then(({ id }) => endpoint.wait(id, options));
      return { index, job, seenAt: clock.elapsed() };
    }));

    for (const { index, job } of jobs) assertEquals([job.status, job.output], ["COMPLETED", { index }]);
    assertEquals(emulator.jobs.length, JOBS);
    assertEquals(new Set(jobs.map(({ job }) => job.id)).size, JOBS);
    await settled();
    assertEquals(clock.hasTimers(), false);
    const polled = new Set(
      emulator.requests.flatMap(({ jobId, operation }) => operation.startsWith("status") ? [jobId] : []),
    );
    return {
      overheads: jobs.filter(({ job }) => polled.has(job.id)).map(({ index, seenAt }) => seenAt - endedAt.get(index)!),
      accepted,
      refused,
    };
  }, { hasManyTimers: true });
}

/** Retries retryable errors as `ai` does, without a limit. */
async function retry<T>(run: () => Promise<T>): Promise<T> {
  for (let pause = 2000;; pause = Math.min(30_000, pause * 2)) {
    try {
      return await run();
    } catch (error) {
      if (!APICallError.isInstance(error) || !error.isRetryable) throw error;
      assertEquals(error.statusCode, 429);
      await settled(pause * (0.5 + Math.random()));
    }
  }
}

/** The largest number of requests in a window. A window opens with the first request after the last one has closed. */
function peakOf(times: number[]): number {
  let [since, count, peak] = [-Infinity, 0, 0];
  for (const at of times) {
    if (at >= since + WINDOW_MILLIS) [since, count] = [at, 0];
    peak = Math.max(peak, ++count);
  }
  return peak;
}

/** The value below which this share of the values is. */
function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
/** Asserts that no limit was exceeded, and that there were no other requests. */
function assertWithinLimits({ accepted }: Report): void {
  for (const [operation, times] of Object.entries(accepted)) {
    const peak = peakOf(times);
    assert(peak <= (LIMITS[operation] ?? 0), `${operation}: ${peak} requests in 10 s`);
  }
}

describe("a thousand jobs at once, within the documented rate limits", () => {
  let held: Promise<Report> | undefined;
  const runHeld = () => held ??= runMany({ waitMillis: 90_000 });

  it("all have their own results, and run once each", async () => {
    const report = await runHeld();
    assertWithinLimits(report);
    // The limit of submissions was met, and they were retried. The limit of status reads was never met.
    assert(report.refused.runsync > 0, JSON.stringify(report.refused));
    assertEquals(report.refused.status, undefined);
  });

  it("have their results sooner than with polls every five seconds", async () => {
    const fixed = await runMany({ waitMillis: 90_000, pollIntervalMillis: 5000 });
    assertWithinLimits(fixed);
    const [ours, theirs] = [await runHeld(), fixed].map(({ overheads }) => quantile(overheads, 0.5));
    assert(ours < theirs, `${ours} ms against ${theirs} ms`);
  });

  it("survive the rate limit when several processes share it", async () => {
    const report = await runMany({ waitMillis: 0, providers: 4 });
    assertWithinLimits(report);
    assert(report.refused["status-sync"] > 0, JSON.stringify(report.refused));
  });

  it("all have their own results when they are submitted first and waited for later", async () => {
    const report = await runMany({ waitMillis: 0 });
    assertWithinLimits(report);
    assertEquals(report.refused.status, undefined);
  });
});

describe("more jobs than may be read in ten seconds", () => {
  it("are read at the allowed rate", () =>
    withVirtualTime(async () => {
      const times: number[] = [];
      const { runpod } = capture(() => {
        times.push(Date.now());
        return completed({});
      });
      const endpoint = runpod.endpoint("mine");
      await Promise.all(Array.from({ length: 4500 }, (_, index) => endpoint.wait(`job-${index}`)));
      assertEquals(times.length, 4500);
      assert(peakOf(times) <= LIMITS.status, `${peakOf(times)} reads in 10 s`);
    }, { hasManyTimers: true }));

  it("are read at once after the clock was set back", async () => {
    const { runpod } = capture(() => completed({}));
    const endpoint = runpod.endpoint("mine");
    const startAt = Date.now();
    await withVirtualTime(() => endpoint.wait("job-1"), { startAt });
    await withVirtualTime(async (clock) => {
      await endpoint.wait("job-2");
      assertEquals(clock.elapsed(), 0);
    }, { startAt: startAt - 3_600_000 });
  });
});
