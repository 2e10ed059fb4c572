/**
 * An emulator with one endpoint, "mine", whose jobs external workers take, on a virtual clock.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  createRunpodEmulator,
  type EmulatedBehavior,
  type EmulatedEndpoint,
  type EmulatedEvent,
  type RunpodEmulator,
} from "@runpod/ai-sdk-provider/testing";
import { call, type Json } from "./emulator_client.ts";
import { type Script, type ScriptedWorker, startWorker } from "./scripted_worker.ts";
import { settled, type VirtualClock, withVirtualTime } from "./virtual_time.ts";

/** What a test of the worker's side works with. */
export interface WorkerWorld {
  emulator: RunpodEmulator;
  clock: VirtualClock;
  /** What has happened so far. */
  events: EmulatedEvent[];
  /** Starts a worker of "mine" that is killed after the test. */
  start(script: Script, options?: { id?: string; concurrency?: number }): ScriptedWorker;
  /** Sends a request as a worker does, by default a POST of JSON or a GET; the path is that after the endpoint's id. */
  send(path: string, options?: { body?: unknown; method?: string; signal?: AbortSignal }): Promise<Response>;
  /** Submits a job with `/run` and returns its id. */
  run(input: Record<string, unknown>, more?: Record<string, unknown>): Promise<string>;
  /** Waits for the end of a job, and returns it as the API shows it. */
  end(id: string): Promise<Json>;
  /** The job as the API shows it now. */
  status(id: string): Promise<Json>;
  /** The body of `/health`. */
  health(): Promise<Json>;
}

/** Runs a test. Afterwards no timer may be left. */
export function withWorkers(
  test: (world: WorkerWorld) => Promise<void>,
  { behavior, ...endpoint }: Partial<EmulatedEndpoint> & { behavior?: EmulatedBehavior } = {},
): Promise<void> {
  return withVirtualTime(async (clock) => {
    const emulator = createRunpodEmulator({ behavior, endpoints: { mine: { worker: "external", ...endpoint } } });
    const { RUNPOD_AI_API_KEY: authorization } = emulator.workerEnvironment("mine", {
      baseUrl: "http://emulator.test",
      workerId: "any",
    });
    const events: EmulatedEvent[] = [];
    const unsubscribe = emulator.subscribe((event) => events.push(event));
    const workers: ScriptedWorker[] = [];
    try {
      await test({
        emulator,
        clock,
        events,
        start(script, { id = `worker-${workers.length + 1}`, concurrency } = {}) {
          const worker = startWorker(emulator, { endpoint: "mine", id, script, concurrency });
          workers.push(worker);
          return worker;
        },
        send: (path, { body, method = body === undefined ? "GET" : "POST", signal } = {}) =>
          emulator.fetch(`http://emulator.test/v2/mine/${path}`, {
            method,
            headers: { authorization },
            body: typeof body === "string" ? body : JSON.stringify(body),
            signal,
          }),
        run: async (input, more) => (await call(emulator, "mine/run", { input, ...more })).body.id,
        async end(id) {
          for (;;) {
            const { status, body } = await call(emulator, `mine/status-sync/${id}`);
            assertEquals(status, 200);
            if (["COMPLETED", "FAILED", "CANCELLED", "TIMED_OUT"].includes(body.status)) return body;
          }
        },
        status: async (id) => (await call(emulator, `mine/status/${id}`)).body,
        health: async () => (await call(emulator, "mine/health")).body,
      });
    } finally {
      for (const worker of workers) worker.kill();
      unsubscribe();
    }
    // Every worker is lost by now, and the emulator waits for nothing.
    await settled(120_000);
    assertEquals([emulator.workers.length, clock.hasTimers()], [0, false]);
  });
}

/** The changes of a job, in order. */
export function changesOf(events: EmulatedEvent[], id: string): string[] {
  return events.flatMap((event) => event.type === "job" && event.job.id === id ? [event.change] : []);
}

/** The reasons why requests of workers were refused or ignored. */
export function refusals(events: EmulatedEvent[]): string[] {
  return events.flatMap((event) => event.type === "refused" ? [event.reason] : []);
}
