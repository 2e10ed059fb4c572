import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import { call, type Json } from "./emulator_client.ts";
import { sleep } from "./scripted_worker.ts";
import { settled } from "./virtual_time.ts";
import { changesOf, refusals, withWorkers } from "./worker_side_world.ts";

const base = "http://emulator.test/v2/mine";

describe("an external worker", () => {
  it("runs a job, whose times and worker the API tells", () =>
    withWorkers(async ({ start, run, end, status, events }) => {
      const id = await run({ text: "hello" });
      assertEquals(await status(id), { id, status: "IN_QUEUE" });
      await settled(4000);
      start(async ({ input }, tools) => {
        await tools.sleep(2500);
        return { output: { echo: input } };
      });
      assertEquals(await end(id), {
        delayTime: 4000,
        executionTime: 2500,
        id,
        output: { echo: { text: "hello" } },
        status: "COMPLETED",
        workerId: "worker-1",
      });
      assertEquals(changesOf(events, id), ["queued", "started", "ended"]);
    }));

  it("gets a job as soon as there is one, and is idle before and after", () =>
    withWorkers(async ({ emulator, start, run, end, clock }) => {
      start(() => ({ output: 1 }));
      await settled(100_000);
      const [idle] = emulator.workers;
      assertEquals([idle.id, idle.endpoint, idle.state, idle.completed], ["worker-1", "mine", "idle", 0]);
      const before = clock.elapsed();
      assertEquals((await end(await run({ a: 1 }))).delayTime, 0);
      assertEquals(clock.elapsed(), before);
      const [after] = emulator.workers;
      assertEquals([after.state, after.completed, after.failed, after.version], ["idle", 1, 0, "1.12.0"]);
      assertEquals(after.idleSince! - idle.idleSince!, 100_000);
    }));

  it("takes several jobs at once", () =>
    withWorkers(async ({ emulator, start, run, end, clock }) => {
      const ids: string[] = [];
      // One after another, because browsers read requests that come at the same time in any order.
      for (const n of [1, 2, 3, 4, 5]) ids.push(await run({ n }));
      start(async ({ input }, tools) => {
        await tools.sleep(1000);
        return { output: input.n };
      }, { concurrency: 3 });
      await settled(500);
      assertEquals([emulator.workers[0].state, emulator.workers[0].jobs], ["running", ids.slice(0, 3)]);
      const ended = await Promise.all(ids.map(end));
      assertEquals(ended.map(({ output }) => output), [1, 2, 3, 4, 5]);
      assertEquals(clock.elapsed(), 2000);
    }));

  it("gets the webhook and the S3 settings of a job, and nothing else of the request", () =>
    withWorkers(async ({ emulator, start, run, end }) => {
      const seen: Json[] = [];
      start((job) => {
        seen.push(job);
        return { output: 1 };
      });
      const s3Config = { accessId: "id", bucketName: "bucket" };
      const id = await run({ a: 1 }, { s3Config, policy: { ttl: 3_600_000 }, unknown: 1 });
      await end(id);
      assertEquals(seen, [{ id, input: { a: 1 }, s3Config }]);
      assertEquals(emulator.jobs[0].request.policy, { ttl: 3_600_000 });
    }));

  it("reports errors, which fail the job and keep the rest of the output", () =>
    withWorkers(async ({ start, run, end }) => {
      start(({ input }) => input.report as Record<string, unknown>);
      const report = async (body: unknown) => {
        const { status, output, error } = await end(await run({ report: body }));
        return { status, output, error };
      };
      assertEquals(await report({ error: "no", output: { part: 1 } }), {
        status: "FAILED",
        error: "no",
        output: { part: 1 },
      });
      assertEquals((await report({ error: ["a", { b: 1 }] })).error, ["a", { b: 1 }]);
      assertEquals(await report({ output: 0 }), { status: "COMPLETED", output: 0, error: undefined });
      assertEquals(await report({ output: null }), { status: "COMPLETED", output: undefined, error: undefined });
      assertEquals(await report({}), { status: "COMPLETED", output: undefined, error: undefined });
    }));

  it("reports progress, which the status shows until the job ends", () =>
    withWorkers(async ({ start, run, end, status, events }) => {
      start(async (_job, tools) => {
        for (const step of [1, 2]) {
          await tools.progress({ step });
          await tools.sleep(1000);
        }
        return { output: "done" };
      });
      const id = await run({ a: 1 });
      await settled(500);
      assertEquals((await status(id)).output, { step: 1 });
      await settled(1000);
      assertEquals([(await status(id)).status, (await status(id)).output], ["IN_PROGRESS", { step: 2 }]);
      assertEquals((await end(id)).output, "done");
      assertEquals(changesOf(events, id), ["queued", "started", "progress", "progress", "ended"]);
    }));

  it("streams yields, whose list is the output only if the worker sends it", () =>
    withWorkers(async ({ emulator, start, run, end }) => {
      start(async ({ input }, tools) => {
        for (const n of [1, 2, 3]) {
          await tools.yield({ n });
          await tools.sleep(1000);
        }
        return { output: input.aggregate ? [1, 2, 3] : [] };
      });
      const id = await run({ a: 1 });
      await settled(500);
      const read = async () => (await call(emulator, `mine/stream/${id}`)).body;
      assertEquals(await read(), { status: "IN_PROGRESS", stream: [{ output: { n: 1 } }] });
      assertEquals(await read(), { status: "IN_PROGRESS", stream: [{ output: { n: 2 } }] });
      await settled(5000);
      assertEquals(await read(), { status: "COMPLETED", stream: [{ output: { n: 3 } }] });
      assertEquals((await end(id)).output, []);
      assertEquals((await end(await run({ aggregate: true }))).output, [1, 2, 3]);
      assertEquals(emulator.jobs[0].yields, [{ n: 1 }, { n: 2 }, { n: 3 }]);
    }));

  it("has its long texts split into stream elements that join to the same text", () =>
    withWorkers(async ({ emulator, start, run, end }) => {
      const long = "x".repeat(999_999) + "😀".repeat(10) + "y".repeat(1_500_000);
      start(async (_job, tools) => {
        await tools.yield(long);
        return { output: [] };
      });
      const id = await run({ a: 1 });
      await end(id);
      const { stream } = (await call(emulator, `mine/stream/${id}`)).body;
      assertEquals(stream.length, 3);
      assertEquals(stream.map((item: Json) => item.output).join(""), long);
      for (const { output } of stream) assert(output.isWellFormed());
    }));

  it("is told to stop a cancelled job, whose late result changes nothing", () =>
    withWorkers(async ({ emulator, start, run, end, status, events }) => {
      const worker = start(async (_job, tools) => {
        await tools.sleep(60_000);
        await tools.progress("late");
        await tools.yield("late");
        return { output: "late" };
      });
      const id = await run({ a: 1 });
      await settled(1000);
      assertEquals((await call(emulator, `mine/cancel/${id}`, {})).body, { id, status: "CANCELLED" });
      await settled(100);
      assertEquals(worker.stopped, [id]);
      await settled(100_000);
      const { status: cancelled, output, executionTime } = await status(id);
      assertEquals([cancelled, output, executionTime], ["CANCELLED", undefined, 1000]);
      assertEquals(emulator.jobs[0].yields, []);
      // It heard of it once, though its pings went on to name the job.
      assertEquals(worker.stopped, [id]);
      assertEquals(refusals(events), [
        "progress of a job that the worker no longer has",
        "yield of a job that the worker no longer has",
        "result of a job that the worker no longer has",
      ]);
      // It goes on with the next job.
      assertEquals((await end(await run({ b: 1 }))).output, "late");
    }));

  it("can break off a job that it has to stop, and take the next one", () =>
    withWorkers(async ({ emulator, start, run, end, clock }) => {
      start(async ({ input }, { stopped }) => {
        try {
          await sleep(Number(input.millis), stopped);
          return { output: "ended" };
        } catch {
          return undefined;
        }
      });
      const id = await run({ millis: 600_000 });
      await settled(1000);
      await call(emulator, `mine/cancel/${id}`, {});
      assertEquals((await end(await run({ millis: 1000 }))).output, "ended");
      assertEquals(clock.elapsed(), 2000);
    }));

  it("is told to stop a job that runs longer than its execution timeout", () =>
    withWorkers(async ({ start, run, end, clock }) => {
      const worker = start(async ({ input }, tools) => {
        await tools.sleep(Number(input.millis));
        return { output: "late" };
      });
      const id = await run({ millis: 60_000 }, { policy: { executionTimeout: 5000 } });
      const { status, error, executionTime } = await end(id);
      assertEquals([status, error, executionTime], ["FAILED", "executionTimeout exceeded", 5000]);
      assertEquals(clock.elapsed(), 5000);
      await settled(100);
      assertEquals(worker.stopped, [id]);
      await settled(100_000);
      assertEquals((await end(id)).output, undefined);
    }));

  it("is told to stop a job whose time to live is over, and never gets one that waited too long", () =>
    withWorkers(async ({ emulator, start, run, end }) => {
      const policy = { ttl: 10_000 };
      const waiting = await run({ a: 1 }, { policy });
      await settled(10_000);
      const worker = start(async (_job, tools) => {
        await tools.sleep(60_000);
        return { output: 1 };
      });
      const running = await run({ b: 1 }, { policy });
      await settled(11_000);
      assertEquals([worker.started, worker.stopped], [[running], [running]]);
      for (const id of [waiting, running]) {
        assertEquals((await call(emulator, `mine/status/${id}`)).status, 404);
      }
      assertEquals(emulator.jobs.map(({ hasExpired }) => hasExpired), [true, true]);
      assertEquals((await end(await run({ c: 1 }))).output, 1);
    }));

  it("does not get purged jobs, and gets a failed job again after retry", () =>
    withWorkers(async ({ emulator, start, run, end, health, events }) => {
      const purged = await run({ a: 1 });
      assertEquals((await call(emulator, "mine/purge-queue", {})).body, { removed: 1, status: "completed" });
      let runs = 0;
      const worker = start(() => ++runs === 1 ? { error: "no" } : { output: "yes" });
      const id = await run({ b: 1 });
      assertEquals((await end(id)).error, "no");
      await call(emulator, `mine/retry/${id}`, {});
      const { status, output, error } = await end(id);
      assertEquals([status, output, error], ["COMPLETED", "yes", undefined]);
      assertEquals([worker.started, (await end(purged)).status], [[id, id], "CANCELLED"]);
      assertEquals((await health()).jobs, { completed: 1, failed: 0, inProgress: 0, inQueue: 0, retried: 1 });
      assertEquals(changesOf(events, id), ["queued", "started", "ended", "queued", "started", "ended"]);
    }));

  it("that asks to be restarted gets no more jobs, and its requests end", () =>
    withWorkers(async ({ emulator, start, run, end, clock }) => {
      const first = start(() => ({ output: 1, stopPod: true }));
      await end(await run({ a: 1 }));
      assertEquals(emulator.workers.map(({ id, state }) => [id, state]), [["worker-1", "stopping"]]);
      const id = await run({ b: 1 });
      await settled(5000);
      assertEquals(first.started.length, 1);
      // Whoever runs the worker ends it and starts another one.
      first.kill();
      emulator.workerEnded("mine", "worker-1");
      start(() => ({ output: 2 }));
      assertEquals((await end(id)).workerId, "worker-2");
      assertEquals(clock.elapsed(), 5000);
    }));

  it("that asks to be restarted, but is not, gets jobs again after a while", () =>
    withWorkers(async ({ start, run, end, clock }) => {
      start(() => ({ output: 1, stopPod: true }));
      await end(await run({ a: 1 }));
      assertEquals((await end(await run({ b: 1 }))).status, "COMPLETED");
      assert(clock.elapsed() >= 30_000);
    }));
});

describe("the requests of workers", () => {
  it("need the token that the emulator made for the endpoint", async () => {
    const emulator = createRunpodEmulator({
      apiKey: "rpa_test",
      endpoints: { mine: { worker: "external" }, other: { worker: "external" }, chat: { worker: "chat" } },
    });
    const reasons: string[] = [];
    emulator.subscribe((event) => event.type === "refused" && reasons.push(event.reason));
    const environment = (endpoint: string, tokenInUrl = false) =>
      emulator.workerEnvironment(endpoint, { baseUrl: "http://emulator.test/", workerId: "w", tokenInUrl });
    const token = environment("mine").RUNPOD_AI_API_KEY;
    const ping = async (authorization: string, url = environment("mine").RUNPOD_WEBHOOK_PING) =>
      (await emulator.fetch(url, { headers: { authorization } })).status;
    assertEquals(await ping(token), 200);
    for (const wrong of ["", "rpa_test", "Bearer rpa_test", `${token}1`, environment("other").RUNPOD_AI_API_KEY]) {
      assertEquals(await ping(wrong), 401);
    }
    assert(reasons.length === 5 && reasons[0].includes("~/.runpod/config.toml"));
    // The worker SDK may send another key than the token, so the URL can have it too.
    assertEquals(await ping("rpa_test", environment("mine", true).RUNPOD_WEBHOOK_PING), 200);
    // A worker's token is no key of a client.
    assertEquals((await emulator.fetch(`${base}/health`, { headers: { authorization: token } })).status, 401);
    assertEquals(await ping(token, "http://emulator.test/v2/chat/ping/w?"), 404);
    assertThrows(() => environment("chat"), Error, 'Endpoint "chat" has no external workers');
  });

  it("go where the environment says, in the form that the worker SDK expects", () => {
    const emulator = createRunpodEmulator({ endpoints: { mine: { worker: "external", lostAfterMillis: 12_000 } } });
    const { RUNPOD_AI_API_KEY: token, ...rest } = emulator.workerEnvironment("mine", {
      baseUrl: "http://127.0.0.1:8000",
      workerId: "w1",
    });
    assert(token.length >= 32);
    const root = "http://127.0.0.1:8000/v2/mine";
    assertEquals(rest, {
      RUNPOD_ENDPOINT_ID: "mine",
      RUNPOD_PING_INTERVAL: "4000",
      RUNPOD_POD_ID: "w1",
      RUNPOD_SKIP_AUTO_SYSTEM_CHECKS: "true",
      RUNPOD_SKIP_GPU_CHECK: "true",
      RUNPOD_WEBHOOK_GET_JOB: `${root}/job-take/$ID?gpu=none`,
      RUNPOD_WEBHOOK_PING: `${root}/ping/$RUNPOD_POD_ID?gpu=none`,
      RUNPOD_WEBHOOK_POST_OUTPUT: `${root}/job-done/$RUNPOD_POD_ID/$ID?gpu=none`,
      RUNPOD_WEBHOOK_POST_STREAM: `${root}/job-stream/$RUNPOD_POD_ID/$ID?gpu=none`,
    });
  });

  it("wait for a job for a limited time, and end when the worker breaks them off", () =>
    withWorkers(async ({ emulator, clock, run, status, send }) => {
      const answers = await Promise.all(
        ["job-take/w?", "job-take-batch/w?batch_size=3", "job-stop/w?"].map((path) => send(path)),
      );
      assertEquals([answers.map((answer) => answer.status), clock.elapsed()], [[204, 204, 204], 15_000]);

      const process = new AbortController();
      const waiting = send("job-take/w?", { signal: process.signal }).catch((error) => error);
      await settled(1000);
      process.abort(new Error("killed"));
      assertEquals((await waiting).message, "killed");
      const id = await run({ a: 1 });
      assertEquals((await status(id)).status, "IN_QUEUE");
      const taken = await send("job-take/w?");
      assertEquals([taken.status, await taken.json()], [200, { id, input: { a: 1 } }]);
      assertEquals(taken.headers.get("content-type"), "application/json");
      emulator.workerEnded("mine", "w");
    }));

  it("are refused if they are malformed", () =>
    withWorkers(async ({ emulator, run, send }) => {
      const statusOf = async (path: string, method: string, body?: string) =>
        (await send(path, { method, body })).status;
      const id = await run({ a: 1 });
      assertEquals(await statusOf("job-take/w?", "POST", "{}"), 405);
      assertEquals(await statusOf(`job-done/w/${id}?`, "GET"), 405);
      assertEquals(await statusOf("job-take-batch/w?batch_size=none", "GET"), 400);
      assertEquals(await statusOf("job-done/w/unknown?", "POST", "{}"), 404);
      assertEquals(await statusOf("job-take/w?", "GET"), 200);
      assertEquals(await statusOf(`job-done/w/${id}?`, "POST", "no JSON"), 400);
      assertEquals(await statusOf(`job-stream/w/${id}?`, "POST", "[]"), 400);
      assertEquals(emulator.jobs[0].status, "IN_PROGRESS");
      emulator.workerEnded("mine", "w");
    }));

  it("are refused if the result is larger than the operation allows", () =>
    withWorkers(async ({ emulator, start, run, end, events }) => {
      const worker = start(() => ({ output: "x".repeat(11 * 1024 * 1024) }));
      const sync = await call(emulator, "mine/runsync", { input: { a: 1 } });
      assertEquals([sync.body.status, sync.body.output.length], ["COMPLETED", 11 * 1024 * 1024]);
      // The worker SDK gives up, so its pings do not name the job any more.
      const { status, error, retries } = await end(await run({ b: 1 }));
      assertEquals([status, error, retries], ["FAILED", "job timed out after 1 retries", 1]);
      assertEquals(worker.answers, [200, 400, 400]);
      assertEquals(refusals(events), new Array(2).fill("the result is larger than 10 MiB"));
    }));

  it("do not make load balancers of an endpoint, nor change how others answer", async () => {
    const emulator = createRunpodEmulator({ endpoints: { mine: { worker: "external" } } });
    const balanced = await call(emulator, "https://mine.api.runpod.ai/v1/models");
    assertEquals([balanced.status, balanced.body], [400, { error: "not allowed for QB API" }]);
    assertEquals((await call(emulator, "qwen-image-t2i/job-take/w?")).status, 404);
  });
});
