import { assertEquals } from "@std/assert";
import { describe, it } from "node:test";
import { call, type Json } from "./emulator_client.ts";
import { type Script, sleep } from "./scripted_worker.ts";
import { settled } from "./virtual_time.ts";
import { changesOf, refusals, withWorkers } from "./worker_side_world.ts";

/** Runs for so many milliseconds. */
const slow = (millis: number): Script => async (_job, tools) => {
  await tools.sleep(millis);
  return { output: "done" };
};

describe("a lost worker", () => {
  it("loses its job to the next worker when its requests stop", () =>
    withWorkers(async ({ start, run, end, status, clock, events }) => {
      const first = start(slow(60_000));
      const id = await run({ a: 1 });
      await settled(5000);
      first.kill();
      await settled(26_000);
      assertEquals(await status(id), { id, retries: 1, status: "IN_QUEUE" });
      await settled(1000);
      start(slow(2000));
      const { delayTime, executionTime, retries, workerId, output } = await end(id);
      // The first worker sent its last sign of life at 0 s, so it was lost at 30 s.
      assertEquals([delayTime, executionTime, retries, workerId, output], [2000, 2000, 1, "worker-2", "done"]);
      assertEquals(clock.elapsed(), 34_000);
      assertEquals(changesOf(events, id), ["queued", "started", "requeued", "started", "ended"]);
      assertEquals(
        events.flatMap((event) => event.type === "worker" ? [`${event.worker.id} ${event.worker.state}`] : []).slice(
          0,
          3,
        ),
        ["worker-1 idle", "worker-1 running", "worker-1 lost"],
      );
    }));

  it("loses its job at once when the end of its process is reported", () =>
    withWorkers(async ({ emulator, start, run, end, clock }) => {
      const first = start(slow(60_000));
      const id = await run({ a: 1 });
      start(slow(1000));
      await settled(5000);
      first.kill();
      emulator.workerEnded("mine", "worker-1");
      assertEquals(emulator.workers.map(({ id, jobs }) => [id, jobs]), [["worker-2", []]]);
      assertEquals((await end(id)).workerId, "worker-2");
      assertEquals(clock.elapsed(), 6000);
      assertEquals(emulator.jobs[0].timeline.map(({ status, workerId }) => [status, workerId]), [
        ["IN_QUEUE", undefined],
        ["IN_PROGRESS", "worker-1"],
        ["IN_QUEUE", undefined],
        ["IN_PROGRESS", "worker-2"],
        ["COMPLETED", undefined],
      ]);
    }));

  for (
    const { behavior, runs, status, error } of [
      { behavior: {}, runs: 2, status: "FAILED", error: "job timed out after 1 retries" },
      { behavior: { lostWorkerRetries: 0 }, runs: 1, status: "FAILED", error: "job timed out after 0 retries" },
      {
        behavior: { lostWorkerRetries: 3, lostWorkerStatus: "TIMED_OUT" as const },
        runs: 4,
        status: "TIMED_OUT",
        error: "job timed out after 3 retries",
      },
    ]
  ) {
    it(`is replaced until the job has run ${runs} times, with ${JSON.stringify(behavior)}`, () =>
      withWorkers(async ({ emulator, start, run, end }) => {
        const id = await run({ a: 1 });
        let started = 0;
        for (let count = 1; count <= runs + 1; count++) {
          const worker = start(slow(60_000));
          await settled(1000);
          started += worker.started.length;
          worker.kill();
          emulator.workerEnded("mine", worker.id);
        }
        assertEquals(started, runs);
        const job = await end(id);
        assertEquals([job.status, job.error, job.retries ?? 0], [status, error, runs - 1]);
        // It stays what it is, and can be retried like any other.
        await call(emulator, `mine/retry/${id}`, {});
        start(slow(1000));
        assertEquals((await end(id)).output, "done");
      }, { behavior }));
  }

  it("cannot end a job that it has lost, nor one that has ended", () =>
    withWorkers(async ({ start, run, end, status, emulator, events }) => {
      // The first worker goes on, but its pings and results come too late.
      const first = start(async (_job, tools) => {
        await tools.sleep(50_000);
        await tools.yield("old yield");
        return { output: "old" };
      });
      const id = await run({ a: 1 });
      await settled(1000);
      emulator.workerEnded("mine", "worker-1");
      start(async (_job, tools) => {
        await tools.yield("new yield");
        await tools.sleep(100_000);
        return { output: "new" };
      });
      await settled(60_000);
      assertEquals(first.answers, [200]);
      assertEquals([(await status(id)).status, (await status(id)).workerId], ["IN_PROGRESS", "worker-2"]);
      const { output, retries } = await end(id);
      assertEquals([output, retries, emulator.jobs[0].yields], ["new", 1, ["new yield"]]);
      assertEquals(refusals(events), [
        "yield of a job that the worker no longer has",
        "result of a job that the worker no longer has",
      ]);
    }));

  it("leaves its job to be the next one, before those that wait", () =>
    withWorkers(async ({ emulator, start, run, end }) => {
      const first = start(slow(60_000), { concurrency: 2 });
      const ids = [await run({ n: 1 }), await run({ n: 2 })];
      await settled(100);
      ids.push(await run({ n: 3 }));
      first.kill();
      emulator.workerEnded("mine", first.id);
      const second = start(slow(1000));
      await Promise.all(ids.map(end));
      assertEquals(second.started, ids);
    }));

  it("that was reported to have ended gets no job for a while, and its requests end at once", () =>
    withWorkers(async ({ emulator, start, run, end, clock, send }) => {
      const polls = ["job-take/w?", "job-stop/w?"].map((path) => send(path));
      const worker = start(slow(1000));
      await settled(1000);
      emulator.workerEnded("mine", "w");
      assertEquals((await Promise.all(polls)).map(({ status }) => status), [204, 204]);
      assertEquals(clock.elapsed(), 1000);
      // The process of the other one goes on.
      emulator.workerEnded("mine", worker.id);
      const id = await run({ a: 1 });
      await settled(29_000);
      assertEquals(worker.started, []);
      assertEquals((await end(id)).workerId, worker.id);
    }));

  it("may break off a request and send another one, and is not lost", () =>
    withWorkers(async ({ emulator, run, status, send }) => {
      const poll = new AbortController();
      const waiting = send("job-take/w?", { signal: poll.signal }).catch(() => {});
      await settled(1000);
      poll.abort();
      await waiting;
      const id = await run({ a: 1 });
      assertEquals((await send("job-take/w?")).status, 200);
      for (let count = 0; count < 6; count++) {
        await send(`ping/w?job_id=${id}`);
        await settled(10_000);
      }
      assertEquals((await status(id)).status, "IN_PROGRESS");
      emulator.workerEnded("mine", "w");
    }));

  it("that gets its lost job again is not told to stop it because of the run before", () =>
    withWorkers(async ({ emulator, run, status, send }) => {
      const id = await run({ a: 1 });
      await send("job-take/w?");
      for (let count = 0; count < 4; count++) {
        await send("ping/w?");
        await settled(10_000);
      }
      assertEquals((await status(id)).status, "IN_QUEUE");
      await send(`ping/w?job_id=${id}`);
      assertEquals(await (await send("job-take/w?")).json(), { id, input: { a: 1 } });
      assertEquals((await send("job-stop/w?")).status, 204);
      emulator.workerEnded("mine", "w");
    }));

  it("may send a result twice, which counts once", () =>
    withWorkers(async ({ emulator, run, end, health, send }) => {
      const id = await run({ a: 1 });
      await send("job-take/w?");
      for (const body of [{ output: 1 }, { output: 2 }, { error: "late" }]) {
        assertEquals((await send(`job-done/w/${id}?isStream=false`, { body })).status, 200);
      }
      assertEquals((await end(id)).output, 1);
      assertEquals((await health()).jobs.completed, 1);
      emulator.workerEnded("mine", "w");
    }));

  it("loses its job if its process was restarted under the same id", () =>
    withWorkers(async ({ start, run, end, clock }) => {
      const first = start(slow(600_000), { id: "container" });
      const id = await run({ a: 1 });
      await settled(5000);
      first.kill();
      // Its pings come in time, but do not name the job of the process before.
      const second = start(slow(1000), { id: "container" });
      const { retries, output } = await end(id);
      assertEquals([retries, output, second.started], [1, "done", [id]]);
      assertEquals(clock.elapsed(), 36_000);
    }));

  it("loses its job if it has broken off its requests, though something still sends its pings", () =>
    withWorkers(async ({ emulator, start, run, end, clock, send }) => {
      const first = start(slow(600_000));
      const id = await run({ a: 1 });
      await settled(5000);
      first.kill();
      const pings = (async () => {
        for (let count = 0; count < 10; count++) {
          await send(`ping/worker-1?job_id=${id}`);
          await sleep(10_000);
        }
      })();
      start(slow(1000));
      assertEquals((await end(id)).workerId, "worker-2");
      assertEquals(clock.elapsed(), 36_000);
      await pings;
      // Pings alone do not make a worker of what sends them.
      assertEquals(emulator.workers.map(({ id }) => id), ["worker-2"]);
    }));

  it("loses its job if it sends no more pings, though it still waits for jobs and stop signals", () =>
    withWorkers(async ({ start, run, end, clock }) => {
      const first = start(slow(60_000));
      const id = await run({ a: 1 });
      await settled(11_000);
      first.isPinging = false;
      start(slow(1000));
      const { workerId, output } = await end(id);
      // The last ping came at 10 s.
      assertEquals([workerId, output, clock.elapsed()], ["worker-2", "done", 41_000]);
    }));

  it("that comes back is told to stop the job that it has lost, and gets other jobs", () =>
    withWorkers(async ({ start, run, end, events }) => {
      const first = start(async ({ input }, { stopped }) => {
        if (input.b) return { output: "other" };
        await sleep(600_000, stopped).catch(() => {});
        return { output: "late" };
      });
      const id = await run({ a: 1 });
      await settled(1000);
      first.isPinging = false;
      await settled(40_000);
      const second = start(slow(100_000));
      await settled(1000);
      first.isPinging = true;
      await settled(10_000);
      assertEquals([second.started, first.stopped], [[id], [id]]);
      assertEquals((await end(await run({ b: 1 }))).workerId, "worker-1");
      assertEquals((await end(id)).output, "done");
      assertEquals(refusals(events), ["result of a job that the worker no longer has"]);
    }));

  it("does not lose a job that it names in its pings, however long the job takes", () =>
    withWorkers(async ({ start, run, end }) => {
      start(slow(3_600_000));
      const { status, executionTime, retries } = await end(
        await run({ a: 1 }, { policy: { executionTimeout: 7_200_000 } }),
      );
      assertEquals([status, executionTime, retries], ["COMPLETED", 3_600_000, undefined]);
    }));

  it("counts as lost sooner or later, as the endpoint says", () =>
    withWorkers(async ({ start, run, status }) => {
      const worker = start(slow(60_000));
      const id = await run({ a: 1 });
      await settled(1000);
      worker.kill();
      await settled(4999);
      assertEquals((await status(id)).status, "IN_PROGRESS");
      await settled(1);
      assertEquals((await status(id)).status, "IN_QUEUE");
    }, { lostAfterMillis: 6000 }));

  it("never takes a job whose input is empty, because its package refuses it", () =>
    withWorkers(async ({ run, end, send }) => {
      const id = await run({});
      const taken: Json[] = [];
      const worker = new AbortController();
      const polls = (async () => {
        while (!worker.signal.aborted) {
          for (const path of ["job-take/w?", "ping/w?"]) {
            const response = await send(path);
            if (path.startsWith("job-take") && response.status === 200) taken.push(await response.json());
          }
        }
      })();
      const { status, error, retries } = await end(id);
      worker.abort();
      await polls;
      assertEquals([status, error, retries], ["FAILED", "job timed out after 1 retries", 1]);
      assertEquals(taken, [{ id }, { id }]);
    }));
});
