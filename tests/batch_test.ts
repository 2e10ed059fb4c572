import { createRunpod, RunpodJobError, type RunpodProvider } from "@runpod/ai-sdk-provider";
import type { EmulatedHandler } from "@runpod/ai-sdk-provider/testing";
import {
  experimental_cancelBatch as cancelBatch,
  experimental_getBatchResults as getBatchResults,
  experimental_getBatchStatus as getBatchStatus,
  experimental_startBatch as startBatch,
  tool,
} from "ai";
import { z } from "zod";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { featuresOf } from "./calls.ts";
import { capture, KEY, MODEL } from "./capture.ts";
import { emulate, statesOf } from "./emulated.ts";
import { abortAfter, settled, withVirtualTime } from "./virtual_time.ts";

const IMAGE_MODEL = "black-forest-labs/flux-1-schnell";

/** A request for a text. */
const text = (id: string, prompt = "Tell me about sea otters", model = MODEL) => ({
  id,
  type: "text" as const,
  model,
  prompt,
});
/** A request for an image. */
const image = (id: string) => ({ id, type: "image" as const, model: IMAGE_MODEL, prompt: "A red apple" });

/** A worker that does what the prompt says. */
const byPrompt: EmulatedHandler = ({ openai_input }) => {
  const { messages } = openai_input as { messages: Array<{ content: string }> };
  const prompt = messages[0].content;
  if (prompt === "fail") throw new Error("CUDA out of memory");
  if (prompt === "error") return { object: "error", message: "too long", code: 400 };
  return {
    choices: [{ message: { role: "assistant", content: `You said ${prompt}` }, finish_reason: "stop" }],
    usage: { prompt_tokens: 1, completion_tokens: 2 },
  };
};

/** An emulator, and a function that makes a new provider on it, as another process would. */
function emulateBatches(timing: { coldStartMillis?: number; runMillis?: number } = {}) {
  const { emulator } = emulate({ timing, endpoints: { "my-vllm": { worker: "chat" } } });
  const provider = () => createRunpod({ apiKey: KEY, fetch: emulator.fetch });
  return { emulator, provider };
}

/** The results of a batch, by the ids of their requests. */
async function resultsOf(provider: RunpodProvider, batch: Parameters<typeof getBatchResults>[0]["batch"]) {
  const results = await Array.fromAsync(getBatchResults({ provider, batch }));
  return Object.fromEntries(results.map((result) => [result.id, result]));
}

describe("a batch", () => {
  it("of texts and images is started by one provider, and read by another", async () => {
    await withVirtualTime(async () => {
      const { emulator, provider } = emulateBatches({ coldStartMillis: 60_000, runMillis: 10_000 });
      const batch = await startBatch({ provider: provider(), requests: [text("a"), image("b"), text("c", "Say hi")] });
      assertEquals([batch.status, batch.provider, batch.warnings], ["pending", "runpod.batch", []]);
      assertEquals(batch.requestCounts, { total: 3, pending: 3, completed: 0, failed: 0 });
      assertEquals(emulator.jobs.map(({ operation }) => operation), ["run", "run", "run"]);

      // The batch as another process has it.
      const stored = JSON.parse(JSON.stringify(batch));
      assert(!JSON.stringify(stored).includes(KEY) && !atob(stored.id.replace(/[-_].*/, "")).includes("https"));
      assertEquals((await getBatchStatus({ provider: provider(), batch: stored })).status, "pending");
      await settled(100_000);
      const status = await getBatchStatus({ provider: provider(), batch: stored });
      assertEquals([status.status, status.requestCounts], [
        "completed",
        { total: 3, pending: 0, completed: 3, failed: 0 },
      ]);
      const { a, b, c } = await resultsOf(provider(), stored);
      assert(a.type === "text" && a.status === "succeeded");
      assertStringIncludes(a.text, "sea otters");
      assertEquals([a.finishReason, a.usage.outputTokens! > 3], ["stop", true]);
      assert(b.type === "image" && b.status === "succeeded");
      assertEquals(b.images[0].mediaType.split("/")[0], "image");
      assert(c.status === "succeeded");
      assertEquals(emulator.jobs.length, 3);
    });
  });

  it("waits for results that are not there yet", async () => {
    await withVirtualTime(async ({ elapsed, hasTimers }) => {
      const { provider } = emulateBatches({ coldStartMillis: 300_000 });
      const batch = await startBatch({ provider: provider(), requests: [text("a"), text("b")] });
      const results = await resultsOf(provider(), batch);
      assertEquals(Object.values(results).map(({ status }) => status), ["succeeded", "succeeded"]);
      assert(elapsed() >= 300_000 && elapsed() < 330_000);
      assertEquals(hasTimers(), false);
    });
  });

  it("has each failure under its request", async () => {
    await withVirtualTime(async () => {
      const requests = ["well", "fail", "error"].map((prompt) => text(prompt, prompt, "vendor/abc123"));
      const { emulator, runpod } = emulate({ endpoints: { "vendor-abc123": { worker: byPrompt } } });
      const batch = await startBatch({ provider: runpod, requests });
      const { well, fail, error } = await resultsOf(runpod, batch);
      assertEquals(well.status, "succeeded");
      assert(fail.status === "failed" && error.status === "failed");
      assertStringIncludes(fail.error.message, "CUDA out of memory");
      assertStringIncludes(error.error.message, "too long");
      assertEquals(fail.providerMetadata!.runpod.jobId, emulator.jobs[1].id);
      const { status, requestCounts } = await getBatchStatus({ provider: runpod, batch });
      assertEquals([status, requestCounts!.failed], ["completed", 1]);
    });
  });

  it("reads the served name of an endpoint once", async () => {
    await withVirtualTime(async () => {
      const { emulator, provider } = emulateBatches();
      const requests = [text("a", "Hi", "my-vllm"), text("b", "Hi", "my-vllm")];
      const batch = await startBatch({ provider: provider(), requests });
      assertEquals(Object.values(await resultsOf(provider(), batch)).map(({ status }) => status), [
        "succeeded",
        "succeeded",
      ]);
      assertEquals(emulator.jobs.map(({ input }) => input.openai_route), [
        "/v1/models",
        "/v1/chat/completions",
        "/v1/chat/completions",
      ]);
    });
  });

  it("has the tool calls of its answers", async () => {
    await withVirtualTime(async () => {
      const { provider } = emulateBatches();
      const tools = { weather: tool({ description: "Get the weather", inputSchema: z.object({ city: z.string() }) }) };
      const batch = await startBatch({
        provider: provider(),
        requests: [{ ...text("a", "What is the weather in Paris?"), tools }],
      });
      const [a] = await Array.fromAsync(getBatchResults({ provider: provider(), batch, tools }));
      assert(a.type === "text" && a.status === "succeeded");
      assertEquals(a.content.filter(({ type }) => type === "tool-call").length, 1);
    });
  });

  it("is cancelled, even where jobs have ended already", async () => {
    await withVirtualTime(async () => {
      const { emulator, provider } = emulateBatches({ coldStartMillis: 60_000 });
      const batch = await startBatch({ provider: provider(), requests: [text("a"), text("b"), image("c")] });
      await emulator.fetch(`https://api.runpod.ai/v2/qwen3-32b-awq/cancel/${emulator.jobs[0].id}`, {
        method: "POST",
        headers: { authorization: `Bearer ${KEY}` },
      });
      await cancelBatch({ provider: provider(), batch });
      assertEquals(statesOf(emulator), ["CANCELLED", "CANCELLED", "CANCELLED"]);
      const results = await resultsOf(provider(), batch);
      assertEquals(Object.values(results).map(({ status }) => status), ["cancelled", "cancelled", "cancelled"]);
      assertEquals((await getBatchStatus({ provider: provider(), batch })).status, "failed");
    });
  });

  it("has the time when its results expire, and expired results", async () => {
    await withVirtualTime(async () => {
      const { provider } = emulateBatches();
      const batch = await startBatch({ provider: provider(), requests: [text("a")] });
      const { expiresAt } = await getBatchStatus({ provider: provider(), batch });
      assertEquals(Date.parse(expiresAt!) - Date.parse(batch.createdAt!), 30 * 60_000);
      await settled(31 * 60_000);
      const { a } = await resultsOf(provider(), batch);
      assertEquals(a.status, "expired");
      assertEquals((await getBatchStatus({ provider: provider(), batch })).status, "failed");
    });
  });
});

describe("starting a batch", () => {
  const queued = () => {
    let jobs = 0;
    return () => Response.json({ id: `job-${++jobs}-u1`, status: "IN_QUEUE" });
  };

  it("continues where some requests are accepted, and submits none of them twice", async () => {
    await withVirtualTime(async () => {
      const accept = queued();
      const { runpod, sent } = capture((_, index) => index === 1 ? new Response("", { status: 502 }) : accept());
      const batch = await startBatch({ provider: runpod, requests: ["a", "b", "c"].map((id) => text(id)) });
      assertEquals(batch.requestCounts, { total: 3, pending: 2, completed: 0, failed: 1 });
      assertEquals(sent.map(({ url }) => url.split("/").at(-1)), ["run", "run", "run"]);
    });
  });

  it("fails without a retry where one request may have been accepted", async () => {
    const failures = [Object.assign(new Error("refused"), { code: "ECONNREFUSED" }), new Error("connection reset")];
    const { runpod, sent } = capture((_, index) => Promise.reject(failures[index]));
    const error = await assertRejects(
      () => startBatch({ provider: runpod, requests: [text("one"), text("two")] }),
      Error,
    );
    // A retry would submit the second request again.
    assertStringIncludes(error.message, "a job may exist");
    assertEquals(sent.length, 2);
  });

  it("fails where no request is accepted", async () => {
    await withVirtualTime(async () => {
      const { runpod, sent } = capture(() => Response.json({ error: "unauthorized" }, { status: 401 }));
      const requests = [text("a"), text("b")];
      await assertRejects(() => startBatch({ provider: runpod, requests }), Error, "unauthorized");
      assertEquals(sent.length, 2);
    });
  });

  it("waits for the rate limit", async () => {
    await withVirtualTime(async () => {
      const accept = queued();
      const { runpod, sent } = capture((_, index) =>
        index < 3 ? Response.json({ error: "slow down" }, { status: 429 }) : accept()
      );
      const batch = await startBatch({ provider: runpod, requests: ["a", "b", "c"].map((id) => text(id)) });
      assertEquals([batch.requestCounts!.pending, sent.length], [3, 6]);
    });
  });

  it("submits at most 20 requests at a time", async () => {
    await withVirtualTime(async () => {
      const accept = queued();
      let open = 0;
      let most = 0;
      const { runpod, sent } = capture(async () => {
        most = Math.max(most, ++open);
        await settled(10);
        open--;
        return accept();
      });
      const requests = Array.from({ length: 200 }, (_, index) => text(`request ${index}`));
      const batch = await startBatch({ provider: runpod, requests });
      assertEquals([batch.requestCounts!.pending, sent.length, most], [200, 200, 20]);
      assert(batch.id.length < 20_000, `${batch.id.length} characters`);
    });
  });

  it("submits nothing when one request is not valid", async () => {
    const { runpod, sent } = capture(queued());
    const BAD = [
      { ...text("b"), providerOptions: { runpod: { minP: 2 } } },
      { ...text("b"), providerOptions: { runpod: { jobId: "job-1-u1" } } },
      { ...image("b"), aspectRatio: "16:9" as const },
      text("b", "Hi", "https://elsewhere.example/v2/abc"),
    ];
    for (const bad of BAD) {
      await assertRejects(() => startBatch({ provider: runpod, requests: [text("a"), bad] }), Error);
    }
    assertEquals(sent, []);
  });

  it("cancels the accepted jobs on an abort", async () => {
    await withVirtualTime(async () => {
      const accept = queued();
      const abort = new AbortController();
      const { runpod, sent } = capture(({ url }, index) => {
        if (url.includes("/cancel/")) return Response.json({ id: "x", status: "CANCELLED" });
        if (index === 2) abort.abort(new Error("enough"));
        return accept();
      });
      const requests = Array.from({ length: 50 }, (_, index) => text(`${index}`));
      await assertRejects(
        () => startBatch({ provider: runpod, requests, abortSignal: abort.signal }),
        Error,
        "enough",
      );
      // Cancels keep to their rate limit.
      await settled(5000);
      const submitted = sent.filter(({ url }) => url.endsWith("/run")).length;
      assertEquals(sent.filter(({ url }) => url.includes("/cancel/")).length, submitted);
      assert(submitted < 50);
    });
  });

  it("has a warning for a webhook of the batch, and sends one for each job", async () => {
    const { runpod, sent } = capture(queued());
    const webhook = "https://me.example/hook";
    const { warnings } = await startBatch({
      provider: runpod,
      requests: [text("a"), image("b")],
      webhookUrl: webhook,
      providerOptions: { runpod: { webhook, policy: { ttl: 60_000 } } },
    });
    assertEquals(featuresOf(warnings.map(({ warning }) => warning)), ["webhookUrl"]);
    assertEquals(sent.map(({ body }) => [body.webhook, body.policy, body.input.webhook]), [
      [webhook, { ttl: 60_000 }, undefined],
      [webhook, { ttl: 60_000 }, undefined],
    ]);
  });
});

describe("a forged batch id", () => {
  const encode = (batch: unknown) => btoa(JSON.stringify(batch));
  const group = { type: "text", modelId: "abc123", endpoint: "abc123" };
  const whole = { version: 1, createdAt: 1, groups: [group], items: [{ id: "a", jobId: "job-1", in: 0 }] };
  const IDS: Record<string, string> = {
    "no batch": "nonsense",
    "JSON of another kind": encode({ version: 1 }),
    "a group that is not there": encode({ ...whole, items: [{ id: "a", jobId: "job-1", in: 7 }] }),
    "another endpoint than its model's": encode({ ...whole, groups: [{ ...group, endpoint: "other" }] }),
    "a foreign address": encode({
      ...whole,
      groups: [{ ...group, modelId: "https://evil.example/v2/x", endpoint: "evil.example" }],
    }),
  };
  for (const [name, id] of Object.entries(IDS)) {
    it(`is refused without a request: ${name}`, async () => {
      const { runpod, sent } = capture(() => Response.json({}));
      const batch = { version: 2 as const, id, provider: "runpod.batch" };
      await assertRejects(() => getBatchStatus({ provider: runpod, batch }), Error, "batch's id");
      await assertRejects(() => cancelBatch({ provider: runpod, batch }), Error, "batch's id");
      await assertRejects(() => Array.fromAsync(getBatchResults({ provider: runpod, batch })), Error);
      assertEquals(sent, []);
    });
  }

  it("cannot change the path of a request", async () => {
    await withVirtualTime(async () => {
      const { runpod, sent } = capture(({ url }) =>
        Response.json({ id: url.split("/").at(-1), status: "COMPLETED", output: "x" })
      );
      const id = encode({ ...whole, items: [{ id: "a", jobId: "../../other/run", in: 0 }] });
      const batch = { version: 2 as const, id, provider: "runpod.batch" };
      await getBatchStatus({ provider: runpod, batch }).catch(() => {});
      for (const { url } of sent) assert(new URL(url).pathname.startsWith("/v2/abc123/status/"), url);
    });
  });
});

describe("reading a batch over a bad network", () => {
  it("survives transient errors", async () => {
    await withVirtualTime(async () => {
      let reads = 0;
      const { emulator, runpod } = emulate({
        timing: { runMillis: 30_000 },
        intercept: ({ operation }, next) =>
          operation.startsWith("status") && ++reads % 3 === 0 ? new Response("", { status: 502 }) : next(),
      });
      const batch = await startBatch({ provider: runpod, requests: [text("a"), text("b"), text("c")] });
      await getBatchStatus({ provider: runpod, batch });
      const results = await resultsOf(runpod, batch);
      assertEquals(Object.values(results).map(({ status }) => status), ["succeeded", "succeeded", "succeeded"]);
      assertEquals(emulator.jobs.length, 3);
    });
  });

  it("cancels no job at its deadline or on an abort", async () => {
    await withVirtualTime(async ({ hasTimers }) => {
      const { emulator, provider } = emulateBatches({ coldStartMillis: 300_000 });
      const batch = await startBatch({ provider: provider(), requests: [text("a")] });
      const providerOptions = { runpod: { timeoutMillis: 10_000 } };
      const results = getBatchResults({ provider: provider(), batch, providerOptions });
      const error = await assertRejects(() => Array.fromAsync(results), RunpodJobError);
      assertEquals(error.kind, "deadline");
      const { abortSignal, reason } = abortAfter(5000);
      const others = getBatchResults({ provider: provider(), batch, abortSignal });
      assertEquals(await assertRejects(() => Array.fromAsync(others)), reason);
      await settled();
      assertEquals([emulator.jobs[0].status, hasTimers()], ["IN_QUEUE", false]);
    });
  });
});
