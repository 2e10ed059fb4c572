import {
  createRunpodEmulator,
  type EmulatedBehavior,
  type EmulatedEndpoint,
  type RunpodEmulator,
} from "@runpod/ai-sdk-provider/testing";
import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { stub } from "@std/testing/mock";
import { settled, type VirtualClock, withVirtualTime } from "./virtual_time.ts";

// deno-lint-ignore no-explicit-any
type Json = any;

const api = "https://api.runpod.ai/v2/mine";
const hook = "https://example.com/hook?secret=1";

interface Delivery {
  at: number;
  url: string;
  headers: Headers;
  body: Json;
}

/** Runs a test whose webhook answers with these statuses in turn, where 0 is a network failure, and then with 200. */
function withWebhook(
  test: (
    world: { emulator: RunpodEmulator; deliveries: Delivery[]; clock: VirtualClock; post: typeof post },
  ) => Promise<void>,
  { endpoint = { worker: () => ({ a: 1 }) }, behavior, statuses = [] }: {
    endpoint?: EmulatedEndpoint;
    behavior?: EmulatedBehavior;
    statuses?: number[];
  } = {},
): Promise<void> {
  return withVirtualTime(async (clock) => {
    const deliveries: Delivery[] = [];
    const emulator = createRunpodEmulator({
      behavior,
      endpoints: { mine: endpoint },
      webhookFetch: (url, init) => {
        deliveries.push({
          at: clock.elapsed(),
          url,
          headers: new Headers(init.headers),
          body: JSON.parse(String(init.body)),
        });
        const status = statuses[deliveries.length - 1] ?? 200;
        return status === 0
          ? Promise.reject(new TypeError("connection refused"))
          : Promise.resolve(new Response("ok", { status }));
      },
    });
    await test({ emulator, deliveries, clock, post });
    await settled(60_000);
    assertEquals(clock.hasTimers(), false);
  });
}

async function post(emulator: RunpodEmulator, path: string, body: unknown = {}): Promise<Json> {
  const headers = { authorization: "Bearer rpa_test" };
  const response = await emulator.fetch(`${api}/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  return await response.json();
}

describe("webhooks", () => {
  it("get the job with its input when it ends, even if nobody reads the job", () =>
    withWebhook(async ({ emulator, deliveries }) => {
      const { id } = await post(emulator, "run", { input: { n: 1 }, webhook: hook, policy: { ttl: 100_000 } });
      assertEquals(deliveries.length, 0);
      await settled(10_000);
      assertEquals(deliveries.map(({ at, url }) => [at, url]), [[5000, hook]]);
      const [{ headers, body }] = deliveries;
      assertEquals(headers.get("content-type"), "application/json");
      const { workerId, ...rest } = body;
      assertEquals(typeof workerId, "string");
      assertEquals(rest, {
        delayTime: 2000,
        executionTime: 3000,
        id,
        input: { n: 1 },
        output: { a: 1 },
        status: "COMPLETED",
        webhook: hook,
      });
      assertEquals(Object.keys(body), Object.keys(body).sort());
    }, { endpoint: { worker: () => ({ a: 1 }), coldStartMillis: 2000, runMillis: 3000 } }));

  it("are called for plain, async, streaming, failed and timed-out jobs", () =>
    withWebhook(async ({ emulator, deliveries }) => {
      await post(emulator, "runsync", { input: { error: "out of memory" }, webhook: hook });
      await settled();
      assertEquals([deliveries[0].body.status, deliveries[0].body.error], ["FAILED", "out of memory"]);
      await post(emulator, "run", { input: { slow: true }, webhook: hook });
      await settled(10_000);
      assertEquals(deliveries[1].body.output, { slow: true });
      await post(emulator, "run", { input: { slow: true }, webhook: hook, policy: { executionTimeout: 1000 } });
      await settled(10_000);
      assertEquals(deliveries[2].body.error, "executionTimeout exceeded");
      await post(emulator, "run", { input: { yields: 2 }, webhook: hook });
      await settled();
      assertEquals(deliveries[3].body.output, [0, 1]);
    }, {
      endpoint: {
        worker: (input) => {
          if (input.slow) return new Promise((resolve) => setTimeout(() => resolve(input), 5000));
          if (!input.yields) return input;
          return function* () {
            yield 0;
            yield 1;
          }();
        },
      },
    }));

  it("are tried three times, ten seconds apart, until they answer 200", async () => {
    for (
      const [statuses, times] of [
        [[200], [0]],
        [[500, 0], [0, 10_000, 20_000]],
        [[204, 302, 404, 500], [0, 10_000, 20_000]],
      ]
    ) {
      await withWebhook(async ({ emulator, deliveries, clock }) => {
        await post(emulator, "run", { input: { n: 1 }, webhook: hook });
        const start = clock.elapsed();
        await settled(60_000);
        assertEquals(deliveries.map(({ at }) => at - start), times);
        assertEquals(new Set(deliveries.map(({ body }) => JSON.stringify(body))).size, 1);
      }, { statuses });
    }
  });

  it("are not called for expired jobs, nor for cancelled ones unless the switch says so", async () => {
    const states = [{ status: "IN_PROGRESS", millis: 20_000 }];
    for (const [cancelledWebhook, count] of [[undefined, 0], ["called", 1]] as const) {
      await withWebhook(async ({ emulator, deliveries }) => {
        const { id } = await post(emulator, "run", { input: { n: 1 }, webhook: hook });
        await post(emulator, `cancel/${id}`);
        await settled();
        assertEquals(deliveries.map(({ body }) => body.status), new Array(count).fill("CANCELLED"));
        await post(emulator, "run", { input: { n: 1 }, webhook: hook, policy: { ttl: 10_000 } });
        await settled(60_000);
        assertEquals(deliveries.length, count);
      }, { endpoint: { worker: () => 1, states }, behavior: { cancelledWebhook } });
    }
  });

  it("are called again for a retried job", () => {
    let runs = 0;
    return withWebhook(async ({ emulator, deliveries }) => {
      const { id } = await post(emulator, "run", { input: { n: 1 }, webhook: hook });
      await settled();
      await post(emulator, `retry/${id}`);
      await settled();
      assertEquals(deliveries.map(({ body }) => body.status), ["FAILED", "COMPLETED"]);
    }, { endpoint: { worker: () => ++runs === 1 ? { error: "unlucky" } : { runs } } });
  });

  it("set no timer for a job without a webhook", () =>
    withWebhook(async ({ emulator, deliveries, clock }) => {
      await post(emulator, "run", { input: { n: 1 } });
      await post(emulator, "run", { input: { n: 1 }, webhook: "no address" });
      assertEquals([clock.hasTimers(), deliveries.length], [false, 0]);
    }, { endpoint: { worker: () => 1, runMillis: 5000 } }));

  it("use the global fetch by default", () =>
    withVirtualTime(async () => {
      using fetch = stub(globalThis, "fetch", () => Promise.resolve(new Response()));
      const emulator = createRunpodEmulator({ endpoints: { mine: { worker: () => 1 } } });
      await post(emulator, "run", { input: { n: 1 }, webhook: hook });
      await settled();
      assertEquals(fetch.calls.map(({ args: [input] }) => input), [hook]);
    }));
});
