/** What holds for every way to run a job: how it ends, how it is aborted, continued and reported. */
import { RunpodJobError, type RunpodJobUpdate } from "@runpod/ai-sdk-provider";
import type { EmulatedEndpoint, EmulatedRequest } from "@runpod/ai-sdk-provider/testing";
import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { spy } from "@std/testing/mock";
import { rateLimited } from "./faults.ts";
import { ALL_WAYS, errorOfJob, jobOf, outcomeOf, WAITED_FOR, type WayName } from "./job_ways.ts";
import {
  BACKGROUND_MILLIS,
  inJobWorld,
  type JobWorld,
  type Operation,
  STATUS_READS,
  SUBMISSIONS,
} from "./job_world.ts";
import { abortAfter, settled } from "./virtual_time.ts";

/** Job lengths: one whose status is read, because it is longer than the 90 s for which `/runsync` waits, and one that is not. */
const RUN_MILLIS = { "while polled": 130_000, "at once": 0 };

/** Lets the background work end, and asserts that there was one job from one submission. */
async function assertOneJob({ emulator, count }: JobWorld, { cancels }: { cancels: number }): Promise<void> {
  await settled(BACKGROUND_MILLIS);
  assertEquals(
    { jobs: emulator.jobs.length, submissions: count(...SUBMISSIONS), cancels: count("cancel") },
    { jobs: 1, submissions: 1, cancels },
  );
}

describe("the time that a rate limit names", () => {
  const SECONDS = 12;
  const REQUESTS: Array<[request: string, operations: Operation[], way: WayName]> = [
    ["submission", SUBMISSIONS, "image"],
    ["status read", STATUS_READS, "endpoint"],
    ["download", ["file"], "image"],
  ];
  for (const [request, operations, way] of REQUESTS) {
    it(`passes before the next ${request}`, async () => {
      const times: number[] = [];
      const intercept = async ({ operation }: EmulatedRequest, next: () => Promise<Response>) => {
        if (!operations.includes(operation)) return await next();
        times.push(Date.now());
        return times.length === 1 ? rateLimited(SECONDS) : await next();
      };
      await inJobWorld({ jobs: { runMillis: RUN_MILLIS["while polled"] }, intercept }, async (world) => {
        assertEquals(await errorOfJob(world, way), undefined);
        assertEquals(times[1] - times[0], SECONDS * 1000);
      });
    });
  }
});

describe("a job that ends without a result", () => {
  const ENDS: Array<[status: string, error: string | undefined, kind: RunpodJobError["kind"]]> = [
    ["FAILED", "CUDA out of memory", "failed"],
    ["CANCELLED", undefined, "cancelled"],
    ["TIMED_OUT", undefined, "timed-out"],
    ["FAILED", "executionTimeout exceeded", "timed-out"],
    ["FAILED", "job timed out after 1 retries", "timed-out"],
  ];
  for (const way of ALL_WAYS) {
    for (const [status, error, kind] of ENDS) {
      for (const [when, runMillis] of Object.entries(RUN_MILLIS)) {
        const why = error === undefined ? "" : ` (${error})`;
        it(`${way}: ${status}${why} ${when} is ${kind}`, async () => {
          await inJobWorld({ jobs: { runMillis, outcome: { status, error } } }, async (world) => {
            const thrown = await errorOfJob(world, way);
            assertEquals(outcomeOf(thrown, world, way), kind);
            assertInstanceOf(thrown, Error);
            if (way !== "polled video") assertEquals((thrown as RunpodJobError).status, status);
            assertStringIncludes(thrown.message, error ?? "");
            await assertOneJob(world, { cancels: 0 });
          });
        });
      }
    }
  }
});

describe("an abort", () => {
  interface Abort {
    way: WayName;
    during: string;
    runMillis: number;
    afterMillis: number;
    /** The requests that take 30 s, so that the abort happens during one. */
    held?: Operation;
    /** Whether the job has ended before the abort. */
    isFinished?: boolean;
  }
  const ABORTS: Abort[] = [
    // Where the AI SDK polls, it ends its own pauses with an error of its own.
    ...WAITED_FOR.flatMap((way) => [
      { way, during: "the held submission", runMillis: 200_000, afterMillis: 30_000 },
      // The submission waits for 90 s. Pauses of 5 s follow.
      { way, during: "a pause", runMillis: 200_000, afterMillis: 92_000 },
    ]),
    ...ALL_WAYS.map((way) => (
      { way, during: "a status read", runMillis: 200_000, afterMillis: 100_000, held: "status" as const }
    )),
    { way: "image", during: "the download", runMillis: 0, afterMillis: 10_000, held: "file", isFinished: true },
    { way: "image", during: "a late download", runMillis: 93_000, afterMillis: 99_000, held: "file", isFinished: true },
  ];
  for (const { way, during, runMillis, afterMillis, held, isFinished } of ABORTS) {
    for (const cancelOnAbort of [undefined, false]) {
      const cancels = isFinished || cancelOnAbort === false ? 0 : 1;
      const then = cancels === 1 ? "and cancels the job" : "and cancels nothing";
      const option = cancelOnAbort === false ? " with cancelOnAbort: false" : "";
      it(`${way}: during ${during} ends the call at once with the abort reason, ${then}${option}`, async () => {
        const intercept = async ({ operation }: EmulatedRequest, next: () => Promise<Response>) => {
          if (operation === held) await settled(30_000);
          return await next();
        };
        await inJobWorld({ jobs: { runMillis }, intercept }, async (world) => {
          const { abortSignal, reason } = abortAfter(afterMillis);
          const error = await errorOfJob(world, way, {
            abortSignal,
            pollIntervalMillis: 5000,
            ...(cancelOnAbort === undefined ? {} : { cancelOnAbort }),
          });
          assert(error === reason, String(error));
          assertEquals(world.clock.elapsed(), afterMillis);
          await assertOneJob(world, { cancels });
          assertEquals(world.emulator.jobs[0].status === "CANCELLED", cancels === 1);
        });
      });
    }
  }

  for (const way of ALL_WAYS) {
    it(`${way}: during the wait for the rate limit ends the call at once, and submits nothing more`, async () => {
      await inJobWorld({ intercept: () => rateLimited(30) }, async (world) => {
        const { abortSignal, reason } = abortAfter(40_000);
        const error = await errorOfJob(world, way, { abortSignal });
        assert(error === reason, String(error));
        assertEquals(world.clock.elapsed(), 40_000);
        await settled(BACKGROUND_MILLIS);
        assertEquals([world.emulator.jobs.length, world.count()], [0, 2]);
      });
    });

    it(`${way}: before the submission submits nothing`, async () => {
      await inJobWorld({}, async (world) => {
        const reason = new Error("the caller left");
        const error = await errorOfJob(world, way, { abortSignal: AbortSignal.abort(reason) });
        assert(error === reason, String(error));
        await settled();
        assertEquals(world.count(), 0);
      });
    });
  }
});

describe("a deadline", () => {
  const STATES: Array<[said: string, jobs: Partial<EmulatedEndpoint>]> = [
    ["was still waiting for a worker (IN_QUEUE)", { coldStartMillis: Infinity }],
    ["was still running (IN_PROGRESS)", { runMillis: Infinity }],
  ];
  for (const way of WAITED_FOR) {
    for (const [said, jobs] of STATES) {
      for (const cancelOnTimeout of [undefined, false]) {
        const then = cancelOnTimeout === undefined ? "is cancelled once" : "goes on with cancelOnTimeout: false";
        it(`${way}: has an error that the job ${said}, which ${then}`, async () => {
          await inJobWorld({ jobs }, async (world) => {
            const { clock, emulator } = world;
            const error = await errorOfJob(world, way, {
              timeoutMillis: 120_000,
              ...(cancelOnTimeout === undefined ? {} : { cancelOnTimeout }),
            });
            assertEquals(clock.elapsed(), 120_000);
            assertEquals(outcomeOf(error, world, way), "deadline");
            assertInstanceOf(error, RunpodJobError);
            const { id } = emulator.jobs[0];
            const advice = cancelOnTimeout === undefined
              ? "it is being cancelled (cancelOnTimeout: false lets it go on)"
              : `to continue it, pass jobId: "${id}" or call endpoint(…).wait("${id}")`;
            assertStringIncludes(error.message, `job "${id}" ${said} after 120 s; ${advice}`);
            await assertOneJob(world, { cancels: cancelOnTimeout === undefined ? 1 : 0 });
            assertEquals(emulator.jobs[0].status === "CANCELLED", cancelOnTimeout === undefined);
          });
        });
      }
    }
  }

  it("image: during a download that never ends has an error that says so, and cancels nothing", async () => {
    const intercept = ({ operation }: EmulatedRequest, next: () => Promise<Response>) =>
      operation === "file" ? new Promise<Response>(() => {}) : next();
    await inJobWorld({ intercept }, async (world) => {
      const error = await errorOfJob(world, "image", { timeoutMillis: 120_000 });
      assertEquals([outcomeOf(error, world, "image"), world.clock.elapsed()], ["deadline", 120_000]);
      assertStringIncludes(String(error), "completed, but its result could not be read after 120 s");
      await assertOneJob(world, { cancels: 0 });
      assertEquals(world.count("file"), 1);
    });
  });
});

describe("a job that was submitted before", () => {
  for (const way of ALL_WAYS) {
    for (const [when, runMillis] of Object.entries(RUN_MILLIS)) {
      it(`${way}: is continued by its id, ${when === "at once" ? "finished" : "running"}`, async () => {
        await inJobWorld({ jobs: { runMillis } }, async (world) => {
          const { endpoint, input } = jobOf(way);
          const { id } = await world.runpod.endpoint(endpoint).run(input);
          assertEquals(await errorOfJob(world, way, { jobId: id }), undefined);
          await assertOneJob(world, { cancels: 0 });
        });
      });
    }
  }

  for (const way of WAITED_FOR) {
    it(`${way}: is continued by the id in the error of a deadline`, async () => {
      await inJobWorld({ jobs: { runMillis: 150_000 } }, async (world) => {
        const error = await errorOfJob(world, way, { timeoutMillis: 120_000, cancelOnTimeout: false });
        assertInstanceOf(error, RunpodJobError);
        assertEquals(await errorOfJob(world, way, { jobId: error.jobId }), undefined);
        await assertOneJob(world, { cancels: 0 });
      });
    });
  }
});

describe("onJobUpdate", () => {
  const states = [
    { status: "IN_QUEUE", millis: 20_000 },
    { status: "IN_PROGRESS", millis: 20_000, output: "10%" },
    { status: "IN_PROGRESS", millis: 20_000, output: "60%" },
  ];
  for (const way of ALL_WAYS) {
    for (const isFaulty of [false, true]) {
      const then = isFaulty ? ", and what it throws changes nothing" : "";
      it(`${way}: is called with the id at once, and with every change${then}`, async () => {
        const times: number[] = [];
        const onJobUpdate = spy((_: RunpodJobUpdate) => {
          times.push(Date.now());
          if (isFaulty) throw new Error("the database is down");
        });
        await inJobWorld({ jobs: { states }, settings: { onJobUpdate } }, async (world) => {
          const startedAt = Date.now();
          assertEquals(await errorOfJob(world, way), undefined);
          const updates = onJobUpdate.calls.map(({ args: [update] }) => update);
          assertEquals(updates.map(({ status, progress }) => [status, progress]), [
            ["IN_QUEUE", undefined],
            ["IN_PROGRESS", "10%"],
            ["IN_PROGRESS", "60%"],
            ["COMPLETED", undefined],
          ]);
          assertEquals(times[0], startedAt);
          for (const { endpoint, jobId } of updates) {
            assertEquals([endpoint, jobId], [jobOf(way).endpoint, world.emulator.jobs[0].id]);
          }
          // `/run` returns the id at once, `/runsync` does not.
          assertEquals([world.count("run"), world.count("runsync"), world.count("cancel")], [1, 0, 0]);
        });
      });
    }
  }
});

describe("maxRequests", () => {
  for (const way of WAITED_FOR) {
    it(`${way}: of 8 is enough for a job of five minutes`, async () => {
      await inJobWorld({ jobs: { runMillis: 300_000 } }, async (world) => {
        assertEquals(await errorOfJob(world, way, { maxRequests: 8 }), undefined);
        assert(world.count() <= 8, `${world.count()} requests`);
        assertEquals([world.emulator.jobs.length, world.count("cancel")], [1, 0]);
      });
    });
  }
});
