import { assert, assertEquals, assertThrows } from "@std/assert";
import { describe, it } from "node:test";
import { call } from "./emulator_client.ts";
import type { Script, ScriptedWorker } from "./scripted_worker.ts";
import { settled } from "./virtual_time.ts";
import { withWorkers } from "./worker_side_world.ts";

const none = { idle: 0, initializing: 0, ready: 0, running: 0, throttled: 0, unhealthy: 0 };

/** Runs for a second. */
const second: Script = async ({ input }, tools) => {
  await tools.sleep(1000);
  return { output: input.n };
};

describe("the workers of an endpoint", () => {
  it("share its jobs, up to the maximum of workers", () =>
    withWorkers(async ({ emulator, start, run, end, clock }) => {
      const workers = [1, 2, 3].map(() => start(second));
      const ids = await Promise.all([1, 2, 3, 4].map((n) => run({ n })));
      assertEquals(emulator.workers.map(({ state }) => state), ["running", "running", "throttled"]);
      await Promise.all(ids.map(end));
      assertEquals(workers.map(({ started }) => started.length), [2, 2, 0]);
      assertEquals(clock.elapsed(), 2000);
      // The third gets jobs when one of the first two is gone.
      workers[0].kill();
      emulator.workerEnded("mine", workers[0].id);
      assertEquals(emulator.workers.map(({ state }) => state), ["idle", "idle"]);
      await Promise.all((await Promise.all([5, 6].map((n) => run({ n })))).map(end));
      assertEquals([workers[2].started.length, clock.elapsed()], [1, 3000]);
    }, { maxWorkers: 2 }));

  it("do not wait for the place of one that was reported to have ended, or that asked to be restarted", () =>
    withWorkers(async ({ emulator, start, run, end, clock }) => {
      const script: Script = ({ input }) => ({ output: 1, stopPod: input.stop });
      // Neither process ends.
      const first = start(script);
      await settled(100);
      emulator.workerEnded("mine", first.id);
      start(script);
      assertEquals((await end(await run({ stop: true }))).workerId, "worker-2");
      start(script);
      assertEquals((await end(await run({ stop: false }))).workerId, "worker-3");
      assertEquals(clock.elapsed(), 100);
      assertEquals(emulator.workers.map(({ id, state }) => [id, state]), [["worker-2", "stopping"], [
        "worker-3",
        "idle",
      ]]);
    }, { maxWorkers: 1 }));

  it("are counted by what they do", () =>
    withWorkers(async ({ emulator, start, run, health }) => {
      assertEquals((await health()).workers, none);
      emulator.workerStarted("mine", "worker-1");
      assertEquals(emulator.workers.map(({ id, state }) => [id, state]), [["worker-1", "starting"]]);
      assertEquals((await health()).workers, { ...none, initializing: 1 });
      start(second);
      await settled(10);
      assertEquals((await health()).workers, { ...none, idle: 1, ready: 1 });
      await run({ n: 1 });
      await run({ n: 2 });
      assertEquals(await health(), {
        jobs: { completed: 0, failed: 0, inProgress: 1, inQueue: 1, retried: 0 },
        workers: { ...none, running: 1 },
      });
      start(second);
      start(second);
      await settled(10);
      assertEquals((await health()).workers, { ...none, running: 1, throttled: 2 });
    }, { maxWorkers: 1 }));

  it("can end before their first request", () =>
    withWorkers(({ emulator, events }) => {
      emulator.workerStarted("mine", "worker-1");
      emulator.workerEnded("mine", "worker-1");
      emulator.workerEnded("mine", "worker-1");
      assertEquals(emulator.workers, []);
      assertEquals(events.flatMap((event) => event.type === "worker" ? event.worker.state : []), ["starting", "ended"]);
      return Promise.resolve();
    }));

  it("get no jobs if a check at their start fails", () =>
    withWorkers(async ({ emulator, run, status, health, start, end, clock, send }) => {
      await send("ping/w?status=unhealthy&check=memory&reason=too%20little");
      const [{ state, problem }] = emulator.workers;
      assertEquals([state, problem], ["unhealthy", "memory: too little"]);
      assertEquals((await health()).workers, { ...none, unhealthy: 1 });
      const id = await run({ n: 1 });
      assertEquals((await send("job-take/w?")).status, 204);
      assertEquals((await status(id)).status, "IN_QUEUE");
      // It does not stand in the way of another one.
      start(second);
      assertEquals((await end(id)).output, 1);
      assertEquals(clock.elapsed(), 16_000);
    }, { maxWorkers: 1 }));

  it("are wanted for waiting and running jobs, up to the maximum, but not for waiting ones of low priority", () =>
    withWorkers(async ({ emulator, start, run, end }) => {
      const wanted = () => emulator.workersWanted("mine");
      assertEquals(wanted(), 0);
      const low = await run({ n: 1 }, { policy: { lowPriority: true } });
      assertEquals(wanted(), 0);
      const ids = [await run({ n: 2 })];
      assertEquals(wanted(), 1);
      start(second);
      assertEquals(wanted(), 1);
      for (const n of [3, 4, 5]) ids.push(await run({ n }));
      assertEquals(wanted(), 3);
      await Promise.all([low, ...ids].map(end));
      assertEquals(wanted(), 0);
      await call(emulator, `mine/cancel/${await run({ n: 6 })}`, {});
      await run({ n: 7 }, { policy: { ttl: 10_000 } });
      start(second);
      await settled(100);
      assertEquals(wanted(), 1);
      assertThrows(() => emulator.workersWanted("unknown"), Error, 'Endpoint "unknown" has no external workers');
    }));

  it("come and go with the jobs, when someone starts and ends them as wanted", () =>
    withWorkers(async ({ emulator, start, run, end, clock }) => {
      // What a command does that scales to zero and back.
      const workers: ScriptedWorker[] = [];
      const unsubscribe = emulator.subscribe((event) => {
        if (event.type !== "job" || event.change !== "queued") return;
        while (emulator.workers.length < emulator.workersWanted("mine")) {
          const id = `scaled-${workers.length + 1}`;
          emulator.workerStarted("mine", id);
          workers.push(start(second, { id }));
        }
      });
      await Promise.all((await Promise.all([1, 2, 3, 4].map((n) => run({ n })))).map(end));
      assertEquals([workers.length, clock.elapsed()], [3, 2000]);
      for (const { id, idleSince } of emulator.workers) {
        assert(idleSince !== undefined);
        emulator.workerEnded("mine", id);
        workers.find((worker) => worker.id === id)?.kill();
      }
      assertEquals(emulator.workers.length, 0);
      assertEquals((await end(await run({ n: 5 }))).workerId, "scaled-4");
      unsubscribe();
    }));

  it("run 1,000 jobs without losing or doubling one, while workers are killed", () =>
    withWorkers(async ({ emulator, start, run, end, health }) => {
      const runs = new Map<unknown, number>();
      const script: Script = async ({ input }, tools) => {
        await tools.sleep(20 + Number(input.n) * 7 % 50);
        runs.set(input.n, (runs.get(input.n) ?? 0) + 1);
        return { output: input.n };
      };
      const numbers = Array.from({ length: 1000 }, (_, n) => n);
      const ids = await Promise.all(numbers.map((n) => run({ n })));
      const workers = [1, 2, 3].map((concurrency) => start(script, { concurrency }));
      for (const victim of [0, 1, 2]) {
        await settled(2000);
        workers[victim].kill();
        // Two are noticed by their silence, one is reported.
        if (victim === 1) emulator.workerEnded("mine", workers[victim].id);
        workers.push(start(script, { concurrency: 3 }));
      }
      const jobs = await Promise.all(ids.map(end));
      assertEquals(jobs.map(({ status }) => status), numbers.map(() => "COMPLETED"));
      assertEquals(jobs.map(({ output }) => output), numbers);
      assertEquals([runs.size, [...runs.values()].filter((count) => count !== 1)], [1000, []]);
      const lost = jobs.filter(({ retries }) => retries === 1).length;
      assert(lost >= 3 && lost <= 6, `${lost} jobs were lost with their workers`);
      assertEquals((await health()).jobs, { completed: 1000, failed: 0, inProgress: 0, inQueue: 0, retried: 0 });
      assertEquals(emulator.jobs.filter(({ hasEnded }) => !hasEnded), []);
    }));
});

describe("the events of an emulator", () => {
  it("tell the jobs of its own workers too", async () => {
    await withWorkers(async ({ emulator, events }) => {
      await call(emulator, "qwen-image-t2i/runsync", { input: { prompt: "A lighthouse" } });
      await settled(10);
      assertEquals(
        events.map((event) => event.type === "job" && [event.change, event.job.endpoint]),
        ["queued", "started", "ended"].map((change) => [change, "qwen-image-t2i"]),
      );
    });
  });

  it("end when the listener is removed", () =>
    withWorkers(async ({ emulator, start, run, end }) => {
      let count = 0;
      const unsubscribe = emulator.subscribe(() => count++);
      start(second);
      await end(await run({ n: 1 }));
      const before = count;
      unsubscribe();
      await end(await run({ n: 2 }));
      assert(before > 0 && count === before);
    }));
});
