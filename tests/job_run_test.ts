import { APICallError } from "@ai-sdk/provider";
import { RunpodJobError, type RunpodRunOptions } from "@runpod/ai-sdk-provider";
import type { RunpodEmulatorOptions } from "@runpod/ai-sdk-provider/testing";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { completed } from "./answers.ts";
import { capture, KEY } from "./capture.ts";
import { count, operationsOf } from "./emulated.ts";
import { rateLimited } from "./faults.ts";
import { all, echo, withEndpoint } from "./job_endpoint.ts";
import { settled } from "./virtual_time.ts";

const MEBIBYTE = 1024 * 1024;

describe("run", () => {
  it("submits a job in one request and returns it queued", () =>
    withEndpoint({ ...echo, runMillis: 5000 }, async ({ emulator, endpoint, clock }) => {
      const job = await endpoint.run({ say: "hi" });
      assertEquals(job, { id: emulator.jobs[0].id, status: "IN_QUEUE" });
      assertEquals(operationsOf(emulator), ["run"]);
      assertEquals(emulator.requests[0].url, "https://api.runpod.ai/v2/mine/run");
      assertEquals(clock.elapsed(), 0);
      assertEquals(endpoint.id, "mine");
    }));

  it("sends the input alone where nothing else is given, and no undefined values", () =>
    withEndpoint(echo, async ({ emulator, endpoint }) => {
      await endpoint.run({ say: "hi", not: undefined }, {
        webhook: undefined,
        policy: undefined,
        s3Config: undefined,
        headers: { "x-not": undefined },
      });
      await endpoint.runSync({ say: "hi" });
      assertEquals(emulator.requests.map(({ body }) => body), [{ input: { say: "hi" } }, { input: { say: "hi" } }]);
      assertEquals(emulator.requests[0].headers["x-not"], undefined);
    }));

  it("sends a webhook, a policy and an S3 bucket under their documented names", () =>
    withEndpoint(echo, async ({ emulator, endpoint }) => {
      const options: RunpodRunOptions = {
        webhook: "https://example.com/hook?secret=1",
        policy: { executionTimeout: 60_000, ttl: 3_600_000, lowPriority: true },
        s3Config: {
          accessId: "id",
          accessSecret: "secret",
          bucketName: "bucket",
          endpointUrl: "https://s3.example.com",
          objectPath: "folder",
        },
      };
      await endpoint.run({ say: "hi" }, options);
      await endpoint.runSync({ say: "hi" }, options);
      for (const { body } of emulator.requests.filter(({ body }) => body !== undefined)) {
        assertEquals(body, { input: { say: "hi" }, ...options });
      }
      // With a webhook, /run returns the id at once.
      assertEquals(operationsOf(emulator).slice(0, 2), ["run", "run"]);
      await endpoint.run({ say: "hi" }, { policy: { ttl: 10_000, lowPriority: undefined } });
      assertEquals(emulator.requests.at(-1)?.body, { input: { say: "hi" }, policy: { ttl: 10_000 } });
    }, { webhookFetch: () => Promise.resolve(new Response()) }));

  it("sends the headers of the call with every request, and the key", () =>
    withEndpoint({ ...echo, runMillis: 100_000 }, async ({ emulator, endpoint }) => {
      await endpoint.runSync({ say: "hi" }, { headers: { "x-trace": "7" } });
      assert(emulator.requests.length > 1);
      for (const { headers } of emulator.requests) {
        assertEquals([headers["x-trace"], headers.authorization], ["7", `Bearer ${KEY}`]);
      }
    }));

  it("sends nothing after an abort, and throws the abort reason", () =>
    withEndpoint(echo, async ({ emulator, endpoint }) => {
      const reason = new Error("left");
      const abortSignal = AbortSignal.abort(reason);
      for (
        const call of [
          () => endpoint.run({ a: 1 }, { abortSignal }),
          () => endpoint.runSync({ a: 1 }, { abortSignal, cancelOnAbort: false }),
          () => endpoint.wait("job-1", { abortSignal, cancelOnAbort: false }),
          () => endpoint.status("job-1", { abortSignal }),
          () => all(endpoint.stream("job-1", { abortSignal, cancelOnAbort: false })),
          () => endpoint.cancel("job-1", { abortSignal }),
          () => endpoint.retry("job-1", { abortSignal }),
          () => endpoint.purgeQueue({ abortSignal }),
          () => endpoint.health({ abortSignal }),
          () => endpoint.models({ abortSignal }),
        ]
      ) {
        assertEquals(await assertRejects(call), reason);
      }
      assertEquals(emulator.requests.length, 0);
    }));

  it("has an error that is not retryable when its answer is lost", () =>
    withEndpoint(echo, async ({ emulator, endpoint }) => {
      const error = await assertRejects(() => endpoint.run({ a: 1 }), APICallError);
      assertEquals([error.isRetryable, emulator.jobs.length, emulator.requests.length], [false, 1, 1]);
    }, {
      intercept: async (_, next) => {
        await next();
        throw new TypeError("reset");
      },
    }));

  it("has a retryable error over the rate limit", () =>
    withEndpoint(echo, async ({ endpoint }) => {
      const error = await assertRejects(() => endpoint.run({ a: 1 }), APICallError, "too many requests");
      assertEquals([error.statusCode, error.isRetryable], [429, true]);
    }, { intercept: () => rateLimited() }));
});

describe("runSync", () => {
  it("sends one request when the job is fast", () =>
    withEndpoint({ ...echo, coldStartMillis: 4000, runMillis: 6000 }, async ({ emulator, endpoint, clock }) => {
      const { workerId, ...job } = await endpoint.runSync<{ echo: unknown }>({ say: "hi" });
      assertEquals(job, {
        id: emulator.jobs[0].id,
        status: "COMPLETED",
        output: { echo: { say: "hi" } },
        delayTimeMillis: 4000,
        executionTimeMillis: 6000,
      });
      assertEquals(typeof workerId, "string");
      assertEquals(operationsOf(emulator), ["runsync"]);
      assertEquals(new URL(emulator.requests[0].url).search, "?wait=90000");
      assertEquals(clock.elapsed(), 10_000);
    }));

  it("polls a job that is longer than the long wait", () =>
    withEndpoint({ ...echo, runMillis: 200_000 }, async ({ emulator, endpoint, clock }) => {
      const job = await endpoint.runSync({ say: "hi" });
      assertEquals([job.status, job.output], ["COMPLETED", { echo: { say: "hi" } }]);
      assertEquals([...new Set(operationsOf(emulator))], ["runsync", "status-sync"]);
      assertEquals(emulator.jobs.length, 1);
      assert(clock.elapsed() >= 200_000 && clock.elapsed() <= 200_100, String(clock.elapsed()));
    }));

  it("reads the status at most 50 times, and soon after the job has ended", async () => {
    for (const runMillis of [95_000, 300_000, 590_000]) {
      await withEndpoint({ ...echo, runMillis }, async ({ emulator, endpoint, clock }) => {
        await endpoint.runSync({ say: "hi" }, { timeoutMillis: 700_000 });
        const late = clock.elapsed() - runMillis;
        assert(emulator.requests.length <= 50, `${emulator.requests.length} requests in ${runMillis} ms`);
        assert(late <= 0.08 * runMillis, `${late} ms after ${runMillis} ms`);
      });
    }
  });

  it("waits for a rate limit that ends at a time of day", () => {
    const intercept: RunpodEmulatorOptions["intercept"] = ({ operation }, next) => {
      if (operation !== "runsync") return next();
      const at = new Date(Date.now() + 30_000).toUTCString();
      return new Response("{}", { status: 429, headers: { "retry-after": at } });
    };
    return withEndpoint(echo, async ({ emulator, endpoint, clock }) => {
      await endpoint.runSync({ a: 1 });
      assertEquals(operationsOf(emulator).slice(0, 2), ["runsync", "run"]);
      // Such a time has no fractions of a second.
      assert(clock.elapsed() > 29_000, `${clock.elapsed()}`);
    }, { intercept });
  });

  it("does not submit in a loop when the rate limit ends later than timers can wait", async () => {
    // No virtual clock: it is the real timers that fire at once when the delay is too long.
    const { runpod, sent } = capture(() => new Response("{}", { status: 429, headers: { "retry-after": "4000000" } }));
    await assertRejects(
      () => runpod.endpoint("mine").runSync({ a: 1 }, { timeoutMillis: 100 }),
      APICallError,
      "because of the rate limit",
    );
    assertEquals(sent.length, 1);
  });

  it("stays within maxRequests, however long the job takes", async () => {
    for (const runMillis of [1000, 100_000, 590_000]) {
      const settings = { onJobUpdate: () => {} };
      await withEndpoint({ ...echo, runMillis }, async ({ emulator, endpoint, clock }) => {
        await endpoint.runSync({ say: "hi" }, { maxRequests: 20 });
        const late = clock.elapsed() - runMillis;
        assert(emulator.requests.length <= 18, `${emulator.requests.length} requests in ${runMillis} ms`);
        assert(late <= Math.max(2500, 0.8 * runMillis), `${late} ms after ${runMillis} ms`);
      }, { settings });
    }
  });

  it("sends more than 10 MB with the shortest wait where no wait is requested", async () => {
    const text = "x".repeat(10 * MEBIBYTE);
    for (const options of [{ waitMillis: 0 }, { webhook: "https://example.com/hook" }]) {
      const { sent, runpod } = capture(() => completed({ ok: true }));
      await runpod.endpoint("mine").runSync({ text }, options);
      assertEquals(sent.map(({ url }) => new URL(url).pathname + new URL(url).search), [
        "/v2/mine/runsync?wait=1000",
      ]);
    }
  });

  it("has errors without the secret of an S3 bucket", async () => {
    const { sent, runpod } = capture(() => Response.json({ error: "no" }, { status: 400 }));
    const accessSecret = "s3-secret-123";
    const s3Config = { accessId: "id", accessSecret, bucketName: "b", endpointUrl: "https://s3.example.com" };
    const error = await assertRejects(() => runpod.endpoint("mine").runSync({ a: 1 }, { s3Config }), APICallError);
    assertEquals(sent[0].body.s3Config.accessSecret, accessSecret);
    assert(!JSON.stringify(error).includes(accessSecret));
    assertEquals((error.requestBodyValues as { s3Config: unknown }).s3Config, {
      ...s3Config,
      accessSecret: "[redacted]",
    });
  });

  it("completes without an output when the handler returns nothing", () =>
    withEndpoint({ worker: () => undefined }, async ({ endpoint }) => {
      const job = await endpoint.runSync({ say: "hi" });
      assertEquals([job.status, "output" in job], ["COMPLETED", false]);
    }));

  for (const runMillis of [1000, 100_000]) {
    for (const failedRunsyncStatus of [200, 400] as const) {
      const when = `${runMillis > 90_000 ? "while polled" : "in the long wait"}, with HTTP ${failedRunsyncStatus}`;
      it(`throws the error of the worker when the job fails ${when}`, () =>
        withEndpoint({
          worker: () => {
            throw new RangeError("CUDA out of memory");
          },
          coldStartMillis: 500,
          runMillis,
        }, async ({ emulator, endpoint }) => {
          const error = await assertRejects(() => endpoint.runSync({ say: "hi" }), RunpodJobError);
          const [{ id }] = emulator.jobs;
          assertEquals(error.message, `Cannot run a job on "mine": job "${id}" failed: CUDA out of memory`);
          assertEquals([error.kind, error.status, error.jobId, error.endpoint], ["failed", "FAILED", id, "mine"]);
          assertEquals([error.workerError?.message, error.workerError?.type], ["CUDA out of memory", "RangeError"]);
          assertStringIncludes(error.workerError?.traceback ?? "", "Traceback (most recent call last)");
          assertEquals([error.job.delayTimeMillis, error.job.executionTimeMillis], [500, runMillis]);
          assertEquals([error.isRetryable, emulator.jobs.length], [false, 1]);
        }, { behavior: { failedRunsyncStatus } }));
    }
  }

  it("throws a timeout for both time limits of the platform", async () => {
    for (const executionTimeoutStatus of ["FAILED", "TIMED_OUT"] as const) {
      await withEndpoint({ ...echo, runMillis: 20_000 }, async ({ endpoint }) => {
        const error = await assertRejects(
          () => endpoint.runSync({ a: 1 }, { policy: { executionTimeout: 5000 } }),
          RunpodJobError,
        );
        assertEquals([error.kind, error.status], ["timed-out", executionTimeoutStatus]);
      }, { behavior: { executionTimeoutStatus } });
    }
  });

  it("cancels the job at the deadline, or leaves it running with cancelOnTimeout: false", async () => {
    for (const cancelOnTimeout of [true, false]) {
      await withEndpoint({ ...echo, runMillis: 120_000 }, async ({ emulator, endpoint }) => {
        const error = await assertRejects(
          () => endpoint.runSync({ a: 1 }, { timeoutMillis: 100_000, cancelOnTimeout }),
          RunpodJobError,
        );
        assertEquals(error.kind, "deadline");
        await settled();
        assertEquals(count(emulator, "cancel"), cancelOnTimeout ? 1 : 0);
        if (cancelOnTimeout) assertEquals(emulator.jobs[0].status, "CANCELLED");
        else assertEquals((await endpoint.wait(error.jobId)).output, { echo: { a: 1 } });
      });
    }
  });
});
