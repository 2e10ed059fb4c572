/** Status reads that the service holds until the job has ended. */
import { APICallError } from "@ai-sdk/provider";
import { createRunpod, RunpodJobError, type RunpodProviderSettings } from "@runpod/ai-sdk-provider";
import type { EmulatedBehavior } from "@runpod/ai-sdk-provider/testing";
import { generateImage } from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { KEY } from "./capture.ts";
import { count, emulate, operationsOf } from "./emulated.ts";
import { htmlPage } from "./faults.ts";
import { all, echo, letters, withEndpoint } from "./job_endpoint.ts";
import { abortAfter, settled, withVirtualTime } from "./virtual_time.ts";

const HOUR = 3_600_000;

describe("the result of a long job", () => {
  it("comes when the job ends, with at most ten requests in ten minutes", async () => {
    for (const runMillis of [91_000, 150_000, 300_000, 595_000]) {
      await withEndpoint({ ...echo, runMillis }, async ({ emulator, endpoint, clock }) => {
        await endpoint.runSync({ say: "hi" }, { timeoutMillis: HOUR });
        assertEquals(clock.elapsed(), runMillis);
        assert(emulator.requests.length <= 10, `${emulator.requests.length} requests`);
        assertEquals([...new Set(operationsOf(emulator))], ["runsync", "status-sync"]);
      });
    }
  });

  it("comes when the job ends for a job that was submitted before", () =>
    withEndpoint({ ...echo, runMillis: 200_000 }, async ({ emulator, endpoint, clock }) => {
      const { id } = await endpoint.run({ say: "hi" });
      await endpoint.wait(id);
      assertEquals(clock.elapsed(), 200_000);
      assertEquals(operationsOf(emulator), ["run", ...new Array(3).fill("status-sync")]);
    }));

  it("comes no later than with pauses of five seconds from an endpoint that cannot hold a read, which is remembered", () =>
    withEndpoint({ ...echo, runMillis: 300_000 }, async ({ emulator, endpoint, clock }) => {
      await endpoint.runSync({ say: "hi" });
      assert(clock.elapsed() - 300_000 < 5000, String(clock.elapsed()));
      assertEquals(count(emulator, "status-sync"), 2);
      await endpoint.runSync({ say: "hi" });
      assertEquals(count(emulator, "status-sync"), 2);
    }, { behavior: { statusSync: "missing" } }));

  it("comes without a flood of requests from an endpoint that does not hold", () =>
    withEndpoint({ ...echo, runMillis: 300_000 }, async ({ emulator, endpoint, clock }) => {
      await endpoint.runSync({ say: "hi" });
      assert(clock.elapsed() - 300_000 < 5000, String(clock.elapsed()));
      assert(emulator.requests.length < 90, `${emulator.requests.length} requests`);
    }, { behavior: { statusSync: "atOnce" } }));

  it("comes when the job ends although a proxy cuts each hold, after which holds are shorter", () =>
    withEndpoint({ ...echo, runMillis: 595_000 }, async ({ emulator, endpoint, clock }) => {
      const { id } = await endpoint.run({ say: "hi" });
      await endpoint.wait(id, { timeoutMillis: HOUR });
      assertEquals(clock.elapsed(), 595_000);
      // One hold of 90 s is cut after 60 s; then come holds of 45 s.
      assertEquals([count(emulator, "status"), count(emulator, "status-sync")], [1, 13]);
    }, { behavior: { proxyTimeoutMillis: 60_000 } }));

  it("comes although a page of a proxy, an error or nothing comes in the place of a held read", async () => {
    const faults: Array<() => Response | Promise<Response>> = [
      () => htmlPage(200, "Welcome"),
      () => htmlPage(502, "Bad gateway"),
      () => Response.json({ detail: "Method Not Allowed" }, { status: 405 }),
      () => new Response("", { status: 501 }),
      () => Promise.reject(new TypeError("fetch failed")),
      () => new Promise<Response>(() => {}),
    ];
    for (const fault of faults) {
      let reads = 0;
      const intercept = async ({ operation }: { operation: string }, next: () => Promise<Response>) =>
        operation === "status-sync" && reads++ === 0 ? await fault() : await next();
      await withEndpoint({ ...echo, runMillis: 400_000 }, async ({ emulator, endpoint, clock }) => {
        await endpoint.runSync({ say: "hi" }, { timeoutMillis: HOUR });
        assertEquals([emulator.jobs.length, clock.elapsed()], [1, 400_000]);
      }, { intercept });
    }
  });

  it("leaves room for the answer before the deadline", () =>
    withEndpoint({ ...echo, runMillis: HOUR }, async ({ emulator, endpoint, clock }) => {
      const error = await assertRejects(() => endpoint.runSync({ a: 1 }, { timeoutMillis: 120_000 }), RunpodJobError);
      assertEquals([error.kind, clock.elapsed()], ["deadline", 120_000]);
      await settled();
      assertEquals(emulator.jobs[0].status, "CANCELLED");
      const waits = emulator.requests.map(({ url }) => Number(new URL(url).searchParams.get("wait")));
      assertEquals(waits.slice(0, 2), [90_000, 25_000]);
    }));

  it("comes with progress on the way to whoever asks for it", async () => {
    const seen: unknown[] = [];
    const settings: RunpodProviderSettings = { onJobUpdate: ({ status }) => seen.push(status) };
    await withEndpoint({ ...echo, coldStartMillis: 60_000, runMillis: 60_000 }, async ({ endpoint, clock }) => {
      await endpoint.runSync({ say: "hi" });
      assertEquals(clock.elapsed(), 120_000);
      assertEquals(seen, ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]);
    }, { settings });
  });

  it("is polled for where the caller sets the pace", () =>
    withEndpoint({ ...echo, runMillis: 120_000 }, async ({ emulator, endpoint }) => {
      await endpoint.runSync({ say: "hi" }, { pollIntervalMillis: 5000 });
      assertEquals(count(emulator, "status-sync"), 0);
    }));
});

describe("an abort", () => {
  it("cancels a job within two seconds, at whatever time it comes", async () => {
    for (const afterMillis of [0, 300, 999, 1500, 45_000, 89_000, 200_000]) {
      await withEndpoint({ ...echo, runMillis: HOUR }, async ({ emulator, endpoint, clock }) => {
        const { abortSignal, reason } = abortAfter(afterMillis);
        assertEquals(await assertRejects(() => endpoint.runSync({ a: 1 }, { abortSignal })), reason);
        assertEquals(clock.elapsed(), afterMillis);
        await settled(2000);
        assertEquals([emulator.jobs[0]?.status, count(emulator, "cancel")], ["CANCELLED", 1], `${afterMillis} ms`);
      });
    }
  });

  it("that may come costs a short job nothing, and a long one a single request", () =>
    withEndpoint({ ...echo, runMillis: 800 }, async ({ emulator, endpoint, clock }) => {
      const { signal } = new AbortController();
      await endpoint.runSync({ a: 1 }, { abortSignal: signal });
      assertEquals([emulator.requests.length, clock.elapsed()], [1, 800]);
      await endpoint.runSync({ a: 1 }, { abortSignal: signal, waitMillis: 90_000 });
      assertEquals(emulator.requests.length, 2);
    }));

  it("of an image cancels its job within two seconds", () =>
    withVirtualTime(async () => {
      const { emulator, runpod } = emulate({ timing: { runMillis: HOUR } });
      const { abortSignal, reason } = abortAfter(30_000);
      const call = () => generateImage({ model: runpod.image("qwen/qwen-image"), prompt: "Hi", abortSignal });
      assertEquals(await assertRejects(call), reason);
      await settled(2000);
      assertEquals(emulator.jobs.map(({ status }) => status), ["CANCELLED"]);
    }));
});

describe("a job that the service does not know yet", () => {
  const behavior: EmulatedBehavior = { unknownMillis: 20_000 };

  it("is asked for again, by every method", async () => {
    const methods: Array<
      [name: string, ask: (endpoint: ReturnType<typeof endpointOf>, id: string) => Promise<unknown>]
    > = [
      ["status", (endpoint, id) => endpoint.status(id)],
      ["wait", (endpoint, id) => endpoint.wait(id)],
      ["stream", (endpoint, id) => all(endpoint.stream(id))],
      ["cancel", (endpoint, id) => endpoint.cancel(id)],
    ];
    for (const [name, ask] of methods) {
      await withEndpoint({ ...letters, runMillis: 40_000 }, async ({ endpoint, clock }) => {
        const { id } = await endpoint.run({ a: 1 });
        await ask(endpoint, id);
        assert(clock.elapsed() >= 20_000, `${name}: ${clock.elapsed()} ms`);
      }, { behavior });
    }
  });

  it("fails at once where its id is not one of a moment ago, or not of this provider", () =>
    withEndpoint(echo, async ({ emulator, endpoint, clock }) => {
      const { id } = await endpoint.run({ a: 1 });
      const other = createRunpod({ apiKey: KEY, fetch: emulator.fetch }).endpoint("mine");
      await assertRejects(() => other.status(id), APICallError, "job not found");
      await assertRejects(() => endpoint.status("of-long-ago"), APICallError, "job not found");
      assertEquals(clock.elapsed(), 0);
    }, { behavior }));
});

function endpointOf(provider: ReturnType<typeof createRunpod>) {
  return provider.endpoint("mine");
}
