import { APICallError, InvalidArgumentError } from "@ai-sdk/provider";
import { RunpodJobError } from "@runpod/ai-sdk-provider";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { completed } from "./answers.ts";
import { capture } from "./capture.ts";
import { count, operationsOf } from "./emulated.ts";
import { failFirst, failure, htmlPage, networkFailure, rateLimited } from "./faults.ts";
import { all, echo, LETTERS, letters, withEndpoint } from "./job_endpoint.ts";
import { abortAfter, settled, withVirtualTime } from "./virtual_time.ts";

describe("stream", () => {
  for (const streamEnd of ["inside", "before"] as const) {
    it(`yields what a generator yields, at once and in order, with the last yields ${streamEnd} the end`, () =>
      withEndpoint(letters, async ({ emulator, endpoint, clock }) => {
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
      withEndpoint(letters, async ({ emulator, endpoint }) => {
        const { id } = await endpoint.run({ a: 1 });
        await settled(60_000);
        assertEquals(await all(endpoint.stream(id)), LETTERS);
        assert(count(emulator, "stream") <= 3, String(count(emulator, "stream")));
      }, { behavior: { streamEnd } }));
  }

  it("yields values of every type, from an asynchronous generator", () =>
    withEndpoint({
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
    withEndpoint(letters, async ({ emulator, endpoint }) => {
      const { id } = await endpoint.run({ a: 1 });
      endpoint.stream(id);
      await settled();
      assertEquals(operationsOf(emulator), ["run"]);
    }));

  it("sends few requests while a job waits in the queue, which are answered at once", () =>
    withEndpoint({ ...letters, coldStartMillis: 60_000 }, async ({ emulator, endpoint }) => {
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
    return withEndpoint(letters, async ({ emulator, endpoint }) => {
      const { id } = await endpoint.run({ a: 1 });
      assertEquals(await all(endpoint.stream(id)), LETTERS);
      await settled();
      assertEquals([faults.length, count(emulator, "cancel")], [0, 0]);
    }, { intercept: ({ operation }, next) => operation === "stream" ? failFirst(faults, next) : next() });
  });

  it("throws when replies keep failing", () =>
    withEndpoint(letters, async ({ emulator, endpoint }) => {
      const { id } = await endpoint.run({ a: 1 });
      const error = await assertRejects(() => all(endpoint.stream(id)), APICallError, "bad gateway");
      assertEquals(error.statusCode, 502);
      assert(count(emulator, "stream") <= 12, String(count(emulator, "stream")));
    }, {
      intercept: ({ operation }, next) => operation === "stream" ? failure(502, "bad gateway") : next(),
    }));

  it("yields what was lost with the last replies, from the job's result", () =>
    withEndpoint(letters, async ({ emulator, endpoint }) => {
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
    return withEndpoint(letters, async ({ emulator, endpoint }) => {
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
    withEndpoint({
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
    withEndpoint({ ...letters, tokenMillis: 60_000 }, async ({ emulator, endpoint }) => {
      const { id } = await endpoint.run({ a: 1 });
      setTimeout(() => endpoint.cancel(id), 30_000);
      const yields: unknown[] = [];
      const error = await assertRejects(() => all(endpoint.stream(id), yields), RunpodJobError, "was cancelled");
      assertEquals([error.kind, yields, count(emulator, "cancel")], ["cancelled", ["a"], 1]);
    }));

  for (const cancelOnAbort of [true, false]) {
    const then = cancelOnAbort ? "cancels the job, once" : "leaves the job running with cancelOnAbort: false";
    it(`that the consumer leaves ${then}`, () =>
      withEndpoint(letters, async ({ emulator, endpoint }) => {
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
        await withEndpoint({ ...letters, coldStartMillis }, async ({ emulator, endpoint, clock }) => {
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
    withEndpoint(letters, async ({ emulator, endpoint }) => {
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
    return withEndpoint(letters, async ({ endpoint }) => {
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
    withEndpoint({ ...echo, runMillis: 20_000 }, async ({ emulator, endpoint, clock }) => {
      const { id } = await endpoint.run({ a: 1 });
      assertEquals(await all(endpoint.stream(id)), []);
      assert(clock.elapsed() >= 20_000 && clock.elapsed() <= 26_000, String(clock.elapsed()));
      assertEquals((await endpoint.status(id)).output, { echo: { a: 1 } });
      assert(count(emulator, "stream") <= 10, String(count(emulator, "stream")));
    }));

  it("throws for an unknown job", () =>
    withEndpoint(echo, async ({ endpoint }) => {
      const error = await assertRejects(() => all(endpoint.stream("nope")), APICallError, "job not found");
      assertEquals(error.statusCode, 404);
    }));
});
