import { APICallError, InvalidArgumentError } from "@ai-sdk/provider";
import {
  type RunpodEndpoint,
  RunpodJobError,
  type RunpodProviderSettings,
  type RunpodRunOptions,
} from "@runpod/ai-sdk-provider";
import type {
  EmulatedEndpoint,
  EmulatedHandler,
  RunpodEmulator,
  RunpodEmulatorOptions,
} from "@runpod/ai-sdk-provider/testing";
import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { completed } from "./answers.ts";
import { capture, KEY } from "./capture.ts";
import { count, emulate, operationsOf, statesOf } from "./emulated.ts";
import { failFirst, failure, htmlPage, networkFailure, rateLimited } from "./faults.ts";
import { abortAfter, settled, type VirtualClock, withVirtualTime } from "./virtual_time.ts";

const MEBIBYTE = 1024 * 1024;

interface World {
  emulator: RunpodEmulator;
  endpoint: RunpodEndpoint;
  clock: VirtualClock;
}

/** Runs a test on the endpoint `mine` of an emulator, on a virtual clock. */
async function on(
  mine: EmulatedEndpoint,
  run: (world: World) => Promise<void>,
  { settings, ...options }: RunpodEmulatorOptions & { settings?: RunpodProviderSettings } = {},
): Promise<void> {
  await withVirtualTime(async (clock) => {
    const { emulator, runpod } = emulate({ ...options, endpoints: { mine } }, settings);
    await run({ emulator, endpoint: runpod.endpoint("mine"), clock });
    await settled();
    assertEquals(clock.hasTimers(), false);
  });
}

/** Reads all items, also into a list that keeps what came before an error. */
async function all<T>(iterable: AsyncIterable<T>, into: T[] = []): Promise<T[]> {
  for await (const item of iterable) into.push(item);
  return into;
}

const echo: EmulatedEndpoint = { worker: (input) => ({ echo: input }) };
const letters: EmulatedEndpoint = {
  *worker() {
    yield* ["a", { letter: "b" }, "c", "d"];
  },
  runMillis: 2000,
  tokenMillis: 3000,
};
const LETTERS = ["a", { letter: "b" }, "c", "d"];

describe("run", () => {
  it("submits a job in one request and returns it queued", () =>
    on({ ...echo, runMillis: 5000 }, async ({ emulator, endpoint, clock }) => {
      const job = await endpoint.run({ say: "hi" });
      assertEquals(job, { id: emulator.jobs[0].id, status: "IN_QUEUE" });
      assertEquals(operationsOf(emulator), ["run"]);
      assertEquals(emulator.requests[0].url, "https://api.runpod.ai/v2/mine/run");
      assertEquals(clock.elapsed(), 0);
      assertEquals(endpoint.id, "mine");
    }));

  it("sends the input alone where nothing else is given, and no undefined values", () =>
    on(echo, async ({ emulator, endpoint }) => {
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
    on(echo, async ({ emulator, endpoint }) => {
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
    on({ ...echo, runMillis: 100_000 }, async ({ emulator, endpoint }) => {
      await endpoint.runSync({ say: "hi" }, { headers: { "x-trace": "7" } });
      assert(emulator.requests.length > 1);
      for (const { headers } of emulator.requests) {
        assertEquals([headers["x-trace"], headers.authorization], ["7", `Bearer ${KEY}`]);
      }
    }));

  it("sends nothing after an abort, and throws the abort reason", () =>
    on(echo, async ({ emulator, endpoint }) => {
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
    on(echo, async ({ emulator, endpoint }) => {
      const error = await assertRejects(() => endpoint.run({ a: 1 }), APICallError);
      assertEquals([error.isRetryable, emulator.jobs.length, emulator.requests.length], [false, 1, 1]);
    }, {
      intercept: async (_, next) => {
        await next();
        throw new TypeError("reset");
      },
    }));

  it("has a retryable error over the rate limit", () =>
    on(echo, async ({ endpoint }) => {
      const error = await assertRejects(() => endpoint.run({ a: 1 }), APICallError, "too many requests");
      assertEquals([error.statusCode, error.isRetryable], [429, true]);
    }, { intercept: () => rateLimited() }));
});

describe("runSync", () => {
  it("sends one request when the job is fast", () =>
    on({ ...echo, coldStartMillis: 4000, runMillis: 6000 }, async ({ emulator, endpoint, clock }) => {
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
    on({ ...echo, runMillis: 200_000 }, async ({ emulator, endpoint, clock }) => {
      const job = await endpoint.runSync({ say: "hi" });
      assertEquals([job.status, job.output], ["COMPLETED", { echo: { say: "hi" } }]);
      assertEquals([...new Set(operationsOf(emulator))], ["runsync", "status"]);
      assertEquals(emulator.jobs.length, 1);
      assert(clock.elapsed() >= 200_000 && clock.elapsed() <= 215_000, String(clock.elapsed()));
    }));

  it("reads the status at most 50 times, and soon after the job has ended", async () => {
    for (const runMillis of [95_000, 300_000, 590_000]) {
      await on({ ...echo, runMillis }, async ({ emulator, endpoint, clock }) => {
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
    return on(echo, async ({ emulator, endpoint, clock }) => {
      await endpoint.runSync({ a: 1 });
      assertEquals(operationsOf(emulator).slice(0, 2), ["runsync", "run"]);
      // Such a time has no fractions of a second.
      assert(clock.elapsed() > 29_000, `${clock.elapsed()}`);
    }, { intercept });
  });

  it("does not submit in a loop when the rate limit ends later than timers can wait", async () => {
    // No virtual clock: the real timers are what fires at once.
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
      await on({ ...echo, runMillis }, async ({ emulator, endpoint, clock }) => {
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
    on({ worker: () => undefined }, async ({ endpoint }) => {
      const job = await endpoint.runSync({ say: "hi" });
      assertEquals([job.status, "output" in job], ["COMPLETED", false]);
    }));

  for (const runMillis of [1000, 100_000]) {
    for (const failedRunsyncStatus of [200, 400] as const) {
      const when = `${runMillis > 90_000 ? "while polled" : "in the long wait"}, with HTTP ${failedRunsyncStatus}`;
      it(`throws the error of the worker when the job fails ${when}`, () =>
        on({
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
      await on({ ...echo, runMillis: 20_000 }, async ({ endpoint }) => {
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
      await on({ ...echo, runMillis: 120_000 }, async ({ emulator, endpoint }) => {
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

describe("wait", () => {
  it("returns the result of a job that was submitted before", () =>
    on({ ...echo, runMillis: 30_000 }, async ({ emulator, endpoint, clock }) => {
      const { id } = await endpoint.run({ say: "hi" });
      const job = await endpoint.wait<{ echo: unknown }>(id);
      assertEquals([job.id, job.output], [id, { echo: { say: "hi" } }]);
      assertEquals(emulator.jobs.length, 1);
      assert(clock.elapsed() >= 30_000 && clock.elapsed() <= 36_000, String(clock.elapsed()));
    }));

  it("reads the status once when the job has ended", () =>
    on(echo, async ({ emulator, endpoint, clock }) => {
      const { id } = await endpoint.run({ say: "hi" });
      await endpoint.wait(id);
      assertEquals(operationsOf(emulator), ["run", "status"]);
      assertEquals(clock.elapsed(), 0);
    }));

  it("throws the error of the worker", () =>
    on({ worker: () => ({ error: { message: "bad prompt", type: "ValueError" } }) }, async ({ endpoint }) => {
      const { id } = await endpoint.run({ say: "hi" });
      const error = await assertRejects(() => endpoint.wait(id), RunpodJobError, "bad prompt");
      assertEquals(error.message, `Cannot wait for job "${id}" on "mine": job "${id}" failed: bad prompt`);
      assertEquals([error.kind, error.workerError?.type], ["failed", "ValueError"]);
    }));

  it("throws when a job has expired or never was", () =>
    on(echo, async ({ endpoint }) => {
      const { id } = await endpoint.run({ say: "hi" });
      await settled(31 * 60_000);
      for (const jobId of [id, "never-was"]) {
        const error = await assertRejects(() => endpoint.wait(jobId), RunpodJobError, "is gone");
        assertEquals([error.kind, error.jobId], ["expired", jobId]);
      }
    }));

  it("ends at once with the abort reason, and cancels the job except with cancelOnAbort: false", async () => {
    for (const cancelOnAbort of [true, false]) {
      await on({ ...echo, runMillis: 60_000 }, async ({ emulator, endpoint, clock }) => {
        const { id } = await endpoint.run({ say: "hi" });
        const { abortSignal, reason } = abortAfter(7000);
        const call = () => endpoint.wait(id, { abortSignal, cancelOnAbort });
        assertEquals(await assertRejects(call), reason);
        assertEquals(clock.elapsed(), 7000);
        await settled();
        assertEquals(count(emulator, "cancel"), cancelOnAbort ? 1 : 0);
      });
    }
  });
});

describe("status", () => {
  it("returns every state of a job that succeeds, with its times, worker and cost", () =>
    on({ worker: () => ({ text: "hi", cost: 0.25 }), coldStartMillis: 10_000, runMillis: 5000 }, async (world) => {
      const { endpoint } = world;
      const { id } = await endpoint.run({ a: 1 });
      assertEquals(await endpoint.status(id), { id, status: "IN_QUEUE" });
      await settled(11_000);
      const { workerId, ...running } = await endpoint.status(id);
      assertEquals(running, { id, status: "IN_PROGRESS", delayTimeMillis: 10_000 });
      await settled(5000);
      assertEquals(await endpoint.status(id), {
        id,
        status: "COMPLETED",
        output: { text: "hi", cost: 0.25 },
        delayTimeMillis: 10_000,
        executionTimeMillis: 5000,
        workerId: workerId!,
        cost: 0.25,
      });
      assert(workerId);
    }));

  it("returns unknown states, the progress, and how often the job was started again", () =>
    on({
      worker: () => "done",
      states: [
        { status: "IN_PROGRESS", millis: 1000, output: { progress: 10 } },
        { status: "IN_QUEUE", millis: 1000 },
        { status: "Warming_Up", millis: 1000 },
        { status: "RUNNING", millis: 1000, output: "half" },
      ],
    }, async ({ endpoint }) => {
      const { id } = await endpoint.run({ a: 1 });
      const seen: unknown[] = [];
      for (let second = 0; second < 5; second++) {
        const { status, output, retries } = await endpoint.status(id);
        seen.push([status, output, retries]);
        await settled(1000);
      }
      assertEquals(seen, [
        ["IN_PROGRESS", { progress: 10 }, undefined],
        ["IN_QUEUE", undefined, 1],
        ["WARMING_UP", undefined, 1],
        ["RUNNING", "half", 1],
        ["COMPLETED", "done", 1],
      ]);
    }));

  it("returns a job that ended without a result", async () => {
    for (const status of ["FAILED", "CANCELLED", "TIMED_OUT"]) {
      await on({ ...echo, outcome: { status, error: { message: "why" } } }, async ({ endpoint }) => {
        const { id } = await endpoint.run({ a: 1 });
        const job = await endpoint.status(id);
        assertEquals([job.status, job.error], [status, { message: "why" }]);
      });
    }
  });

  it("throws for an unknown job, and the error says what to check", () =>
    on(echo, async ({ endpoint }) => {
      const error = await assertRejects(() => endpoint.status("nope"), APICallError);
      assertEquals(
        error.message,
        'Cannot read job "nope" on "mine": job not found (HTTP 404); check that endpoint "mine" exists (results are kept for 30 minutes, those of /runsync for 1 minute)',
      );
      assertEquals([error.statusCode, error.isRetryable, RunpodJobError.isInstance(error)], [404, false, false]);
    }));
});

describe("stream", () => {
  for (const streamEnd of ["inside", "before"] as const) {
    it(`yields what a generator yields, at once and in order, with the last yields ${streamEnd} the end`, () =>
      on(letters, async ({ emulator, endpoint, clock }) => {
        const { id } = await endpoint.run({ a: 1 });
        const times: number[] = [];
        const yields: unknown[] = [];
        for await (const item of endpoint.stream(id)) {
          yields.push(item);
          times.push(clock.elapsed());
        }
        assertEquals(yields, LETTERS);
        assertEquals(times, [2000, 5000, 8000, 11_000]);
        await settled();
        assertEquals([count(emulator, "cancel"), count(emulator, "status")], [0, 1]);
      }, { behavior: { streamEnd } }));

    it(`yields all of a job that has ended before it is read, with the last yields ${streamEnd} the end`, () =>
      on(letters, async ({ emulator, endpoint }) => {
        const { id } = await endpoint.run({ a: 1 });
        await settled(60_000);
        assertEquals(await all(endpoint.stream(id)), LETTERS);
        assert(count(emulator, "stream") <= 3, String(count(emulator, "stream")));
      }, { behavior: { streamEnd } }));
  }

  it("yields values of every type, from an asynchronous generator", () =>
    on({
      async *worker() {
        for (const item of [0, false, null, "", [1, 2], { output: "inner" }, { a: { b: 1 } }]) {
          await settled(1500);
          yield item;
        }
      },
    }, async ({ endpoint }) => {
      const { id } = await endpoint.run({ a: 1 });
      assertEquals(
        await all(endpoint.stream(id)),
        [0, false, null, "", [1, 2], { output: "inner" }, { a: { b: 1 } }],
      );
    }));

  it("sends nothing before it is read", () =>
    on(letters, async ({ emulator, endpoint }) => {
      const { id } = await endpoint.run({ a: 1 });
      endpoint.stream(id);
      await settled();
      assertEquals(operationsOf(emulator), ["run"]);
    }));

  it("sends few requests while a job waits in the queue, which are answered at once", () =>
    on({ ...letters, coldStartMillis: 60_000 }, async ({ emulator, endpoint }) => {
      const { id } = await endpoint.run({ a: 1 });
      assertEquals(await all(endpoint.stream(id)), LETTERS);
      assert(count(emulator, "stream") <= 35, String(count(emulator, "stream")));
    }));

  it("sends few requests where the service never holds a reply", () =>
    withVirtualTime(async (clock) => {
      const { runpod, sent } = capture(({ url }) => {
        if (url.includes("/status/")) return completed([]);
        return Response.json({ status: clock.elapsed() < 600_000 ? "IN_PROGRESS" : "COMPLETED", stream: [] });
      });
      assertEquals(await all(runpod.endpoint("mine").stream("job-1")), []);
      assert(sent.length <= 160, String(sent.length));
    }));

  it("survives transient errors of replies", () => {
    const faults = [
      () => failure(502, "bad gateway"),
      () => networkFailure("ECONNRESET"),
      () => rateLimited(7),
      () => htmlPage(524, "A timeout occurred"),
    ];
    return on(letters, async ({ emulator, endpoint }) => {
      const { id } = await endpoint.run({ a: 1 });
      assertEquals(await all(endpoint.stream(id)), LETTERS);
      await settled();
      assertEquals([faults.length, count(emulator, "cancel")], [0, 0]);
    }, { intercept: ({ operation }, next) => operation === "stream" ? failFirst(faults, next) : next() });
  });

  it("throws when replies keep failing", () =>
    on(letters, async ({ emulator, endpoint }) => {
      const { id } = await endpoint.run({ a: 1 });
      const error = await assertRejects(() => all(endpoint.stream(id)), APICallError, "bad gateway");
      assertEquals(error.statusCode, 502);
      assert(count(emulator, "stream") <= 12, String(count(emulator, "stream")));
    }, {
      intercept: ({ operation }, next) => operation === "stream" ? failure(502, "bad gateway") : next(),
    }));

  it("yields what was lost with the last replies, from the job's result", () =>
    on(letters, async ({ emulator, endpoint }) => {
      const { id } = await endpoint.run({ a: 1 });
      assertEquals(await all(endpoint.stream(id)), LETTERS);
      assertEquals(emulator.jobs.length, 1);
    }, {
      intercept: async ({ operation }, next) => {
        const reply = await next();
        if (operation === "stream" && /"[cd]"/.test(await reply.clone().text())) throw new TypeError("reset");
        return reply;
      },
    }));

  it("throws when yields in the middle were lost, with all of them in the error", () => {
    let isLost = false;
    return on(letters, async ({ emulator, endpoint }) => {
      const { id } = await endpoint.run({ a: 1 });
      const yields: unknown[] = [];
      const error = await assertRejects(
        () => all(endpoint.stream(id), yields),
        RunpodJobError,
        "a reply of its stream",
      );
      assertEquals(yields, ["a", "c", "d"]);
      assertEquals([error.kind, error.job.output, error.isRetryable], ["no-output", LETTERS, false]);
      await settled();
      assertEquals(count(emulator, "cancel"), 0);
    }, {
      intercept: async ({ operation }, next) => {
        const reply = await next();
        if (isLost || operation !== "stream" || !(await reply.clone().text()).includes('"b"')) return reply;
        isLost = true;
        return new Response("<html>502</html>", { status: 502 });
      },
    });
  });

  it("yields what a failing generator has yielded, then throws its error", () =>
    on({
      *worker() {
        yield "a";
        yield "b";
        throw new Error("no more letters");
      },
      runMillis: 1000,
      tokenMillis: 2000,
    }, async ({ emulator, endpoint }) => {
      const { id } = await endpoint.run({ a: 1 });
      const yields: unknown[] = [];
      const error = await assertRejects(() => all(endpoint.stream(id), yields), RunpodJobError);
      assertEquals(yields, ["a", "b"]);
      assertEquals(
        error.message,
        `Cannot read the stream of job "${id}" on "mine": job "${id}" failed: no more letters`,
      );
      assertEquals([error.kind, error.jobId, error.status], ["failed", id, "FAILED"]);
      assertStringIncludes(error.workerError?.traceback ?? "", "Traceback");
      assertEquals(error.job.executionTimeMillis, 3000);
      await settled();
      assertEquals(count(emulator, "cancel"), 0);
    }));

  it("throws when another client cancels the job", () =>
    on({ ...letters, tokenMillis: 60_000 }, async ({ emulator, endpoint }) => {
      const { id } = await endpoint.run({ a: 1 });
      setTimeout(() => endpoint.cancel(id), 30_000);
      const yields: unknown[] = [];
      const error = await assertRejects(() => all(endpoint.stream(id), yields), RunpodJobError, "was cancelled");
      assertEquals([error.kind, yields, count(emulator, "cancel")], ["cancelled", ["a"], 1]);
    }));

  for (const cancelOnAbort of [true, false]) {
    const then = cancelOnAbort ? "cancels the job, once" : "leaves the job running with cancelOnAbort: false";
    it(`that the consumer leaves ${then}`, () =>
      on(letters, async ({ emulator, endpoint }) => {
        const { id } = await endpoint.run({ a: 1 });
        for await (const item of endpoint.stream(id, { cancelOnAbort })) {
          assertEquals(item, "a");
          break;
        }
        await settled(60_000);
        assertEquals(count(emulator, "cancel"), cancelOnAbort ? 1 : 0);
        assertEquals(emulator.jobs[0].status, cancelOnAbort ? "CANCELLED" : "COMPLETED");
      }));

    it(`that is aborted ends at once with the abort reason, and ${then}`, async () => {
      // In a held reply, and in a pause while the job is queued.
      for (const coldStartMillis of [0, 30_000]) {
        await on({ ...letters, coldStartMillis }, async ({ emulator, endpoint, clock }) => {
          const { id } = await endpoint.run({ a: 1 });
          const { abortSignal, reason } = abortAfter(3000);
          const call = () => all(endpoint.stream(id, { abortSignal, cancelOnAbort }));
          assertEquals(await assertRejects(call), reason);
          assertEquals(clock.elapsed(), 3000);
          await settled();
          assertEquals(count(emulator, "cancel"), cancelOnAbort ? 1 : 0);
        });
      }
    });
  }

  it("throws for a second reader of the same job until the first has left", () =>
    on(letters, async ({ emulator, endpoint }) => {
      const [{ id }, { id: other }] = [await endpoint.run({ a: 1 }), await endpoint.run({ a: 2 })];
      const first = endpoint.stream(id, { cancelOnAbort: false })[Symbol.asyncIterator]();
      assertEquals(await first.next(), { done: false, value: "a" });
      const before = emulator.requests.length;
      const error = await assertRejects(() => all(endpoint.stream(id)), InvalidArgumentError, "is already being read");
      assertEquals([error.argument, emulator.requests.length], ["jobId", before]);
      // Another job may be read.
      assertEquals(await all(endpoint.stream(other)), LETTERS);
      await first.return!();
      assertEquals(await all(endpoint.stream(id)), ["b", "c", "d"].map((at) => at === "b" ? { letter: at } : at));
      assertEquals(count(emulator, "cancel"), 0);
    }));

  it("can be read again after an error", () => {
    let isDown = true;
    return on(letters, async ({ endpoint }) => {
      const { id } = await endpoint.run({ a: 1 });
      await assertRejects(() => all(endpoint.stream(id)), APICallError, "unauthorized");
      isDown = false;
      assertEquals(await all(endpoint.stream(id)), LETTERS);
    }, {
      intercept: ({ operation }, next) => isDown && operation === "stream" ? failure(401, "unauthorized") : next(),
    });
  });

  it("reads replies that are plain lists, as the oldest documentation has them", () =>
    withVirtualTime(async () => {
      const replies = [
        [{ output: "a" }, { output: "b", metrics: { avg_gen_throughput: 1 } }],
        [],
        ["c"],
        { status: "COMPLETED", stream: [] },
      ];
      const { runpod } = capture(({ url }) =>
        url.includes("/status/") ? completed([]) : Response.json(replies.shift() ?? [])
      );
      assertEquals(await all(runpod.endpoint("mine").stream("job-1")), ["a", "b", "c"]);
    }));

  it("yields nothing of a handler that is not a generator, and ends with the job", () =>
    on({ ...echo, runMillis: 20_000 }, async ({ emulator, endpoint, clock }) => {
      const { id } = await endpoint.run({ a: 1 });
      assertEquals(await all(endpoint.stream(id)), []);
      assert(clock.elapsed() >= 20_000 && clock.elapsed() <= 26_000, String(clock.elapsed()));
      assertEquals((await endpoint.status(id)).output, { echo: { a: 1 } });
      assert(count(emulator, "stream") <= 10, String(count(emulator, "stream")));
    }));

  it("throws for an unknown job", () =>
    on(echo, async ({ endpoint }) => {
      const error = await assertRejects(() => all(endpoint.stream("nope")), APICallError, "job not found");
      assertEquals(error.statusCode, 404);
    }));
});

describe("cancel", () => {
  it("ends a job that waits and a job that runs", async () => {
    for (const timing of [{ coldStartMillis: 60_000 }, { runMillis: 60_000 }]) {
      await on({ ...echo, ...timing }, async ({ emulator, endpoint }) => {
        const { id } = await endpoint.run({ a: 1 });
        await settled();
        assertEquals(await endpoint.cancel(id), { id, status: "CANCELLED" });
        assertEquals((await endpoint.status(id)).status, "CANCELLED");
        assertEquals(emulator.requests.at(-2)?.method, "POST");
        const error = await assertRejects(() => endpoint.wait(id), RunpodJobError, "was cancelled");
        assertEquals(error.kind, "cancelled");
      });
    }
  });

  it("returns a job that has already ended as it ended", () =>
    on(echo, async ({ endpoint }) => {
      const { id } = await endpoint.run({ a: 1 });
      assertEquals(await endpoint.cancel(id), { id, status: "COMPLETED" });
    }));

  it("does not change the result of a job that has ended", async () => {
    for (const cancelFinishedStatus of [400, 404] as const) {
      await on(echo, async ({ endpoint }) => {
        const { id } = await endpoint.run({ a: 1 });
        await endpoint.cancel(id).catch((error: unknown) => {
          assertInstanceOf(error, APICallError);
          assertEquals([error.statusCode, error.isRetryable], [cancelFinishedStatus, false]);
        });
        assertEquals((await endpoint.status(id)).output, { echo: { a: 1 } });
      }, { behavior: { cancelFinishedStatus } });
    }
  });
});

describe("retry", () => {
  it("starts a failed job again under the same id", () =>
    on({
      worker: (_, { attempt }) => attempt === 1 ? { error: "first try" } : { attempt },
      runMillis: 1000,
    }, async ({ emulator, endpoint }) => {
      const { id } = await endpoint.run({ a: 1 });
      await assertRejects(() => endpoint.wait(id), RunpodJobError, "first try");
      assertEquals(await endpoint.retry(id), { id, status: "IN_QUEUE" });
      assertEquals((await endpoint.wait(id)).output, { attempt: 2 });
      assertEquals(emulator.jobs.length, 1);
    }));

  it("throws an error that is not retryable when the job has not failed", () =>
    on(echo, async ({ endpoint }) => {
      const { id } = await endpoint.run({ a: 1 });
      const error = await assertRejects(() => endpoint.retry(id), APICallError, "only FAILED and TIMED_OUT jobs");
      assertEquals([error.statusCode, error.isRetryable], [400, false]);
    }));
});

describe("purgeQueue", () => {
  it("removes the jobs that wait, and counts them", () =>
    on({ ...echo, coldStartMillis: 60_000 }, async ({ emulator, endpoint }) => {
      for (let index = 0; index < 3; index++) await endpoint.run({ index });
      assertEquals(await endpoint.purgeQueue(), 3);
      assertEquals(await endpoint.purgeQueue(), 0);
      assertEquals(statesOf(emulator), ["CANCELLED", "CANCELLED", "CANCELLED"]);
      assertEquals(emulator.requests.at(-1)?.url, "https://api.runpod.ai/v2/mine/purge-queue");
    }));

  it("has a retryable error over its rate limit", () =>
    on(echo, async ({ endpoint }) => {
      await endpoint.purgeQueue();
      await endpoint.purgeQueue();
      const error = await assertRejects(() => endpoint.purgeQueue(), APICallError);
      assertEquals([error.statusCode, error.isRetryable], [429, true]);
    }, { rateLimits: true }));
});

describe("health", () => {
  it("returns the numbers of jobs and workers", () =>
    on({ ...echo, coldStartMillis: 10_000, runMillis: 10_000 }, async ({ endpoint }) => {
      await endpoint.run({ a: 1 });
      const { jobs, workers } = await endpoint.health();
      assertEquals([jobs.inQueue, jobs.inProgress, workers.initializing], [1, 0, 1]);
      await settled(11_000);
      const later = await endpoint.health();
      assertEquals([later.jobs.inQueue, later.jobs.inProgress, later.workers.running], [0, 1, 1]);
    }));

  it("returns empty objects where the service leaves a part out", async () => {
    const { runpod } = capture(() => Response.json({ workers: { idle: 1 } }));
    assertEquals(await runpod.endpoint("mine").health(), { jobs: {}, workers: { idle: 1 } });
    const odd = capture(() => Response.json([{ jobs: "none" }])).runpod;
    assertEquals(await odd.endpoint("mine").health(), { jobs: {}, workers: {} });
  });
});

describe("models", () => {
  it("lists the models of a chat endpoint", () =>
    on({ worker: "chat", models: ["org/one", "org/two"] }, async ({ emulator, endpoint }) => {
      assertEquals((await endpoint.models()).map(({ id }) => id), ["org/one", "org/two"]);
      assertEquals(emulator.requests.map(({ method, url }) => [method, url]), [
        ["GET", "https://api.runpod.ai/v2/mine/openai/v1/models"],
      ]);
    }));
});

describe("an endpoint", () => {
  it("refuses an input that is empty or not an object, before any request", () =>
    on(echo, async ({ emulator, endpoint }) => {
      const wrong: Array<[input: unknown, reason: string]> = [
        [
          {},
          'Cannot run a job on "mine": the input is empty, and Runpod drops an empty input on its way to the worker',
        ],
        ...["text", 5, null, undefined, ["a"], true].map((input): [unknown, string] => [
          input,
          'Cannot run a job on "mine": the input is not an object; give it at least one key',
        ]),
      ];
      for (const [input, reason] of wrong) {
        for (const run of [endpoint.run, endpoint.runSync]) {
          const error = await assertRejects(
            () => run(input as Record<string, unknown>),
            InvalidArgumentError,
            reason,
          );
          assertEquals(error.argument, "input");
        }
      }
      assertEquals(emulator.requests.length, 0);
    }));

  const SIZES: Array<[operation: "run" | "runSync", megabytes: number, advice: string]> = [
    ["run", 10, "send files as URLs, or use a call that waits for the job, which accepts 20 MB"],
    ["runSync", 20, "send files as URLs"],
  ];
  for (const [operation, megabytes, advice] of SIZES) {
    for (const character of ["x", "é", "€", "😀"]) {
      it(`accepts ${megabytes} MB of "${character}" for ${operation}, and refuses more before any request`, async () => {
        // Without a virtual clock, which does not wait for bodies of this size everywhere.
        const { emulator, runpod } = emulate({ endpoints: { mine: { worker: () => ({ ok: true }) } } });
        const endpoint = runpod.endpoint("mine");
        const size = (text: string) => new TextEncoder().encode(text).length;
        const room = megabytes * MEBIBYTE - size(JSON.stringify({ input: { text: "" } }));
        const text = character.repeat(Math.floor(room / size(character)));
        const fill = "x".repeat(room - size(text));
        await endpoint[operation]({ text: text + fill });
        assertEquals(emulator.jobs.length, 1);
        const error = await assertRejects(
          () => endpoint[operation]({ text: `${text}${fill}x` }),
          InvalidArgumentError,
        );
        assertEquals(
          error.message,
          `Cannot run a job on "mine": the request is larger than the ${megabytes} MB that Runpod accepts; ${advice}`,
        );
        assertEquals(emulator.requests.length, 1);
      });
    }
  }

  const CALLS: Array<[name: string, call: (endpoint: RunpodEndpoint, jobId: string) => Promise<unknown>]> = [
    ["wait", (endpoint, jobId) => endpoint.wait(jobId)],
    ["status", (endpoint, jobId) => endpoint.status(jobId)],
    ["stream", (endpoint, jobId) => all(endpoint.stream(jobId))],
    ["cancel", (endpoint, jobId) => endpoint.cancel(jobId)],
    ["retry", (endpoint, jobId) => endpoint.retry(jobId)],
  ];

  it("that is an OpenAI-compatible server refuses jobs before any request, but lists models", async () => {
    const { emulator, runpod } = emulate({}, { baseURL: "http://localhost:8000/v1" });
    const endpoint = runpod.endpoint("emulated/chat-model");
    const calls = [
      ...CALLS.map(([, call]) => () => call(endpoint, "job-1")),
      () => endpoint.run({ a: 1 }),
      () => endpoint.runSync({ a: 1 }),
      () => endpoint.purgeQueue(),
      () => endpoint.health(),
    ];
    for (const call of calls) await assertRejects(call, InvalidArgumentError, "without a job queue");
    assertEquals(emulator.requests.length, 0);
    assertEquals((await endpoint.models()).length, 1);
  });

  it("refuses an empty job id before any request", () =>
    on(echo, async ({ emulator, endpoint }) => {
      for (const [, call] of CALLS) {
        const error = await assertRejects(() => call(endpoint, ""), InvalidArgumentError, "it is empty");
        assertEquals(error.argument, "jobId");
      }
      await settled();
      assertEquals(emulator.requests.length, 0);
    }));

  it("sends a job id as one segment of the path", async () => {
    const { runpod, sent } = capture(({ url }) =>
      url.includes("/stream/") ? Response.json({ status: "COMPLETED", stream: [] }) : completed({})
    );
    for (const [, call] of CALLS) await call(runpod.endpoint("mine"), "a/b?c#d é");
    assertEquals(
      [...new Set(sent.map(({ url }) => url.slice("https://api.runpod.ai/v2/mine/".length)))],
      ["status", "stream", "cancel", "retry"].map((operation) => `${operation}/a%2Fb%3Fc%23d%20%C3%A9`),
    );
  });

  it("is found by its URL and by its link in the console", async () => {
    const { runpod, sent } = capture(() => completed({}));
    for (
      const id of ["mine", "https://api.runpod.ai/v2/mine", "https://console.runpod.io/serverless/user/endpoint/mine"]
    ) {
      await runpod.endpoint(id).status("job-1");
      assertEquals(sent.at(-1)?.url, "https://api.runpod.ai/v2/mine/status/job-1");
    }
  });

  it("throws for an answer that is not JSON or not a job", async () => {
    for (const body of ["", "<html></html>", "[]", "{}", '{"id":"x"}', "null"]) {
      const { runpod } = capture(() => new Response(body));
      const error = await assertRejects(() => runpod.endpoint("mine").run({ a: 1 }), APICallError, "Cannot run a job");
      assertEquals([error.statusCode, error.isRetryable, error.responseBody], [200, false, body]);
    }
  });

  it("has no API key in errors and jobs, even where the service quotes it", () =>
    withVirtualTime(async () => {
      const quoting = `{"error":"bad token Bearer ${KEY}"}`;
      const answers: Array<() => Response | Promise<Response>> = [
        () => new Response(quoting, { status: 401, headers: { "x-echo": `Bearer ${KEY}` } }),
        () => new Response(quoting, { status: 400 }),
        () => new Response(`not JSON ${KEY}`),
        () => Response.json({ id: "job-1", status: "FAILED", error: `${KEY} is wrong`, output: { key: KEY } }),
        () => Promise.reject(new TypeError(`failed with ${KEY}`, { cause: new Error(KEY) })),
      ];
      for (const answer of answers) {
        const { runpod } = capture(answer);
        const endpoint = runpod.endpoint("mine");
        const calls = [
          ...CALLS.map(([, call]) => () => call(endpoint, "job-1")),
          () => endpoint.run({ a: 1 }),
          () => endpoint.runSync({ a: 1 }),
          () => endpoint.purgeQueue(),
          () => endpoint.models(),
        ];
        for (const call of calls) {
          let shown = "";
          try {
            shown = show(await call());
          } catch (error) {
            shown = show(error);
            assert(error instanceof Error);
          }
          assertEquals(shown.includes(KEY), false, shown);
        }
      }
    }));
});

/** Everything in a value, even what is not printed. */
function show(value: unknown, seen: Set<unknown> = new Set()): string {
  if (typeof value !== "object" || value === null) return String(value);
  if (seen.has(value)) return "";
  seen.add(value);
  return Object.getOwnPropertyNames(value)
    .map((key) => `${key}: ${show((value as Record<string, unknown>)[key], seen)}`).join("\n");
}

describe("RunpodJobError", () => {
  it("is recognised by isInstance and instanceof, even from another copy of the package", async () => {
    const { runpod } = capture(() => Response.json({ id: "job-1", status: "FAILED", error: "boom" }));
    const own = await assertRejects(() => runpod.endpoint("mine").runSync({ a: 1 }), Error);
    const foreign = Object.assign(new Error("boom"), { [Symbol.for("runpod.error.RunpodJobError")]: true });
    for (const error of [own, foreign]) {
      assertEquals([RunpodJobError.isInstance(error), error instanceof RunpodJobError], [true, true]);
    }
    assertEquals([APICallError.isInstance(own), own.name], [true, "RunpodJobError"]);
    const other = new APICallError({ message: "boom", url: "https://example.com", requestBodyValues: {} });
    for (const error of [other, new Error("boom"), {}, null, undefined, "RunpodJobError"]) {
      assertEquals([RunpodJobError.isInstance(error), error as unknown instanceof RunpodJobError], [false, false]);
    }
  });
});

describe("an endpoint with unusual input or answers", () => {
  const mine = (worker: EmulatedHandler, more: RunpodEmulatorOptions = {}) => {
    const { emulator, runpod } = emulate({ ...more, endpoints: { mine: { worker } } });
    return { emulator, endpoint: runpod.endpoint("mine") };
  };

  it("refuses options of waiting that are not valid, before any request", async () => {
    const { emulator, endpoint } = mine(() => ({ ok: true }));
    const wrong = [{ waitMillis: 400_000 }, { waitMillis: NaN }, { timeoutMillis: "5000" }, { maxRequests: 1 }];
    for (const options of wrong) {
      for (const call of [endpoint.runSync({ a: 1 }, options as never), endpoint.wait("1", options as never)]) {
        const error = await assertRejects(() => call, InvalidArgumentError, "Cannot wait for a job");
        assertEquals(error.argument, Object.keys(options)[0]);
      }
    }
    assertEquals(emulator.requests.length, 0);
  });

  it("refuses an input without a value, and an id that is not valid", async () => {
    const { emulator, endpoint } = mine(() => ({ ok: true }));
    await assertRejects(() => endpoint.run({ a: undefined }), InvalidArgumentError, "empty");
    await assertRejects(() => endpoint.status("\ud800"), InvalidArgumentError, "not valid");
    assertEquals(emulator.requests.length, 0);
    await assertRejects(() => endpoint.cancel(".."), APICallError);
    assertEquals(emulator.requests.every(({ url }) => url.includes("/cancel/") || url.includes("/status/")), true);
  });

  it("returns the state of a job that cannot be cancelled any more", async () => {
    for (const cancelFinishedStatus of [200, 400, 404] as const) {
      const { endpoint } = mine(() => ({ ok: true }), { behavior: { cancelFinishedStatus } });
      const { id } = await endpoint.run({ a: 1 });
      assertEquals((await endpoint.cancel(id)).status, "COMPLETED");
    }
  });

  it("ends a stream of plain lists, after a transient error at its end", async () => {
    await withVirtualTime(async () => {
      let faults = 0;
      const { emulator, endpoint } = mine(function* () {
        yield* [1, 2];
      }, {
        intercept: async (request, next) => {
          if (request.operation === "status" && faults++ === 0) return new Response("", { status: 502 });
          const response = await next();
          return request.operation === "stream" ? Response.json((await response.json()).stream) : response;
        },
      });
      const { id } = await endpoint.run({ a: 1 });
      assertEquals(await Array.fromAsync(endpoint.stream(id)), [1, 2]);
      assertEquals(emulator.requests.length < 16, true, String(emulator.requests.length));
    });
  });
});
