/** Batches whose caller leaves, or in which a single item fails. */
import { createRunpod, type RunpodJobUpdate, type RunpodProviderSettings } from "@runpod/ai-sdk-provider";
import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import {
  experimental_getBatchResults as getBatchResults,
  experimental_getBatchStatus as getBatchStatus,
  experimental_startBatch as startBatch,
} from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { capture, KEY, type Sent } from "./capture.ts";
import { PNG_BASE64 } from "./files.ts";
import { settled, withVirtualTime } from "./virtual_time.ts";

const requestsOf = (...ids: string[]) =>
  ids.map((id) => ({ id, type: "image" as const, model: "black-forest-labs/flux-1-schnell", prompt: "A red apple" }));

/** A service whose jobs have the ids j1, j2 …; `read` answers their status reads and the requests for files. */
function service(
  read: (id: string, sent: Sent) => Response | Promise<Response>,
  settings: RunpodProviderSettings = {},
) {
  let jobs = 0;
  return capture((sent) => {
    if (sent.method === "POST") return Response.json({ id: `j${++jobs}`, status: "IN_QUEUE" });
    return read(new URL(sent.url).pathname.split("/").at(-1)!, sent);
  }, settings);
}

const completed = (id: string, output: unknown = PNG_BASE64) => Response.json({ id, status: "COMPLETED", output });

describe("the results of a batch", () => {
  it("come although one item may not be read, which is a failed one", () =>
    withVirtualTime(async () => {
      const { runpod } = service((id) => id === "j1" ? Response.json({ error: "no" }, { status: 403 }) : completed(id));
      const batch = await startBatch({ provider: runpod, requests: requestsOf("a", "b") });
      const results = await Array.fromAsync(getBatchResults({ provider: runpod, batch }));
      assertEquals(results.map(({ id, status }) => [id, status]).sort(), [["a", "failed"], ["b", "succeeded"]]);
      const message = JSON.stringify(results.find(({ id }) => id === "a"));
      assertStringIncludes(message, "no (HTTP 403)");
      assertStringIncludes(message, "read the status or the results of the batch again");
      assert(!message.includes("jobId:"), message);
    }));

  it("come although other results hang in their downloads", () =>
    withVirtualTime(async ({ elapsed }) => {
      const ids = Array.from({ length: 12 }, (_, index) => `r${index}`);
      const { runpod } = service((id, { url }) => {
        if (url.includes("files.example")) return new Promise<Response>(() => {});
        return completed(id, id === "j12" ? PNG_BASE64 : { image_url: `https://files.example/${id}` });
      });
      const batch = await startBatch({ provider: runpod, requests: requestsOf(...ids) });
      const reader = getBatchResults({ provider: runpod, batch })[Symbol.asyncIterator]();
      const { value } = await reader.next();
      assertEquals([value?.id, value?.status, elapsed() < 10_000], ["r11", "succeeded", true]);
      await reader.return?.();
    }));

  it("are read as fast as ever with maxRequests, where there is no deadline to spread them to", () =>
    withVirtualTime(async ({ elapsed }) => {
      const { runpod } = service((id) =>
        elapsed() > 20_000 ? completed(id) : Response.json({ id, status: "IN_PROGRESS" })
      );
      const batch = await startBatch({ provider: runpod, requests: requestsOf("a") });
      const providerOptions = { runpod: { maxRequests: 50 } };
      const [{ status }] = await Array.fromAsync(getBatchResults({ provider: runpod, batch, providerOptions }));
      assertEquals(status, "succeeded");
      assert(elapsed() < 25_000, String(elapsed()));
    }));
});

describe("the status of a batch", () => {
  it("survives times that no date can hold", () =>
    withVirtualTime(async () => {
      const { runpod } = service((id) => Response.json({ id, status: "COMPLETED", output: "", delayTime: 1e300 }));
      const batch = await startBatch({ provider: runpod, requests: requestsOf("a") });
      assertEquals((await getBatchStatus({ provider: runpod, batch })).status, "completed");
    }));
});

describe("a batch that is started", () => {
  it("tells each job", () =>
    withVirtualTime(async () => {
      const updates: RunpodJobUpdate[] = [];
      const { runpod } = service((id) => completed(id), { onJobUpdate: (update) => void updates.push(update) });
      await startBatch({ provider: runpod, requests: requestsOf("a", "b") });
      // They are submitted at the same time.
      assertEquals(updates.map(({ jobId, status }) => `${jobId} ${status}`).sort(), ["j1 IN_QUEUE", "j2 IN_QUEUE"]);
    }));

  /** Starts 300 jobs and aborts at the 250th; returns the statuses of the jobs that there are then. */
  const abortedBatch = async (providerOptions: { runpod?: Record<string, boolean> }) => {
    const emulator = createRunpodEmulator({ rateLimits: true, timing: { coldStartMillis: 600_000 } });
    const abort = new AbortController();
    let submissions = 0;
    const work: Promise<unknown>[] = [];
    const runpod = createRunpod({
      apiKey: KEY,
      fetch: async (input, init) => {
        const response = await emulator.fetch(input, init);
        if (String(input).endsWith("/run") && ++submissions === 250) abort.abort(new Error("enough"));
        return response;
      },
      waitUntil: (background) => void work.push(background),
    });
    const requests = requestsOf(...Array.from({ length: 300 }, (_, index) => `r${index}`));
    const call = () => startBatch({ provider: runpod, requests, abortSignal: abort.signal, providerOptions });
    await assertRejects(call, Error, "enough");
    await Promise.all(work);
    await settled();
    return emulator.jobs.map(({ status }) => status);
  };

  it("cancels all its jobs when the caller leaves, within the rate limit of cancels", () =>
    withVirtualTime(async () => {
      const statuses = await abortedBatch({});
      assert(statuses.length >= 250, String(statuses.length));
      assertEquals([...new Set(statuses)], ["CANCELLED"]);
    }));

  it("leaves its jobs alone when the caller leaves, with cancelOnAbort: false", () =>
    withVirtualTime(async () => {
      assertEquals([...new Set(await abortedBatch({ runpod: { cancelOnAbort: false } }))], ["IN_QUEUE"]);
    }));
});
