import { APICallError } from "@ai-sdk/provider";
import { RunpodJobError } from "@runpod/ai-sdk-provider";
import { describe, it } from "node:test";
import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { count, operationsOf } from "./emulated.ts";
import { echo, withEndpoint } from "./job_endpoint.ts";
import { abortAfter, settled } from "./virtual_time.ts";

describe("wait", () => {
  it("returns the result of a job that was submitted before", () =>
    withEndpoint({ ...echo, runMillis: 30_000 }, async ({ emulator, endpoint, clock }) => {
      const { id } = await endpoint.run({ say: "hi" });
      const job = await endpoint.wait<{ echo: unknown }>(id);
      assertEquals([job.id, job.output], [id, { echo: { say: "hi" } }]);
      assertEquals(emulator.jobs.length, 1);
      assert(clock.elapsed() >= 30_000 && clock.elapsed() <= 36_000, String(clock.elapsed()));
    }));

  it("reads the status once when the job has ended", () =>
    withEndpoint(echo, async ({ emulator, endpoint, clock }) => {
      const { id } = await endpoint.run({ say: "hi" });
      await endpoint.wait(id);
      assertEquals(operationsOf(emulator), ["run", "status-sync"]);
      assertEquals(clock.elapsed(), 0);
    }));

  it("throws the error of the worker", () =>
    withEndpoint({ worker: () => ({ error: { message: "bad prompt", type: "ValueError" } }) }, async ({ endpoint }) => {
      const { id } = await endpoint.run({ say: "hi" });
      const error = await assertRejects(() => endpoint.wait(id), RunpodJobError, "bad prompt");
      assertEquals(error.message, `Cannot wait for job "${id}" on "mine": job "${id}" failed: bad prompt`);
      assertEquals([error.kind, error.workerError?.type], ["failed", "ValueError"]);
    }));

  it("throws when a job has expired or never was", () =>
    withEndpoint(echo, async ({ endpoint }) => {
      const { id } = await endpoint.run({ say: "hi" });
      await settled(31 * 60_000);
      for (const jobId of [id, "never-was"]) {
        const error = await assertRejects(() => endpoint.wait(jobId), RunpodJobError, "is gone");
        assertEquals([error.kind, error.jobId], ["expired", jobId]);
      }
    }));

  it("ends at once with the abort reason, and cancels the job except with cancelOnAbort: false", async () => {
    for (const cancelOnAbort of [true, false]) {
      await withEndpoint({ ...echo, runMillis: 60_000 }, async ({ emulator, endpoint, clock }) => {
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
    withEndpoint(
      { worker: () => ({ text: "hi", cost: 0.25 }), coldStartMillis: 10_000, runMillis: 5000 },
      async (world) => {
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
      },
    ));

  it("returns unknown states, the progress, and how often the job was started again", () =>
    withEndpoint({
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
      await withEndpoint({ ...echo, outcome: { status, error: { message: "why" } } }, async ({ endpoint }) => {
        const { id } = await endpoint.run({ a: 1 });
        const job = await endpoint.status(id);
        assertEquals([job.status, job.error], [status, { message: "why" }]);
      });
    }
  });

  it("throws for an unknown job, and the error says what to check", () =>
    withEndpoint(echo, async ({ endpoint }) => {
      const error = await assertRejects(() => endpoint.status("nope"), APICallError);
      assertEquals(
        error.message,
        'Cannot read job "nope" on "mine": job not found (HTTP 404); check that endpoint "mine" exists (results are kept for 30 minutes, those of /runsync for 1 minute)',
      );
      assertEquals([error.statusCode, error.isRetryable, RunpodJobError.isInstance(error)], [404, false, false]);
    }));
});

describe("cancel", () => {
  it("ends a job that waits and a job that runs", async () => {
    for (const timing of [{ coldStartMillis: 60_000 }, { runMillis: 60_000 }]) {
      await withEndpoint({ ...echo, ...timing }, async ({ emulator, endpoint }) => {
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
    withEndpoint(echo, async ({ endpoint }) => {
      const { id } = await endpoint.run({ a: 1 });
      assertEquals(await endpoint.cancel(id), { id, status: "COMPLETED" });
    }));

  it("does not change the result of a job that has ended", async () => {
    for (const cancelFinishedStatus of [400, 404] as const) {
      await withEndpoint(echo, async ({ endpoint }) => {
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
    withEndpoint({
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
    withEndpoint(echo, async ({ endpoint }) => {
      const { id } = await endpoint.run({ a: 1 });
      const error = await assertRejects(() => endpoint.retry(id), APICallError, "only FAILED and TIMED_OUT jobs");
      assertEquals([error.statusCode, error.isRetryable], [400, false]);
    }));
});
