import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { createRunpod, RunpodJobError, type RunpodJobUpdate } from "@runpod/ai-sdk-provider";
import {
  createRunpodEmulator,
  type EmulatedBehavior,
  type EmulatedEndpoint,
  type EmulatedHandler,
} from "@runpod/ai-sdk-provider/testing";
import { generateText, isStepCount, streamText, tool } from "ai";
import { z } from "zod";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { chunk, events } from "./answers.ts";
import { capture, KEY } from "./capture.ts";
import { PROMPT } from "./smallest_calls.ts";
import { settled, withVirtualTime } from "./virtual_time.ts";

const QUESTION = "Tell me about sea otters";
const QUEUE = { transport: "queue" } as const;

function world(endpoint: Partial<EmulatedEndpoint> = {}, behavior: EmulatedBehavior = {}) {
  const emulator = createRunpodEmulator({
    endpoints: { abc123: { worker: "chat", models: ["org/model"], ...endpoint } },
    behavior,
    // Nobody is called: the network ends at this machine.
    webhookFetch: () => Promise.resolve(new Response()),
  });
  const updates: RunpodJobUpdate[] = [];
  const provider = (watch = false) =>
    createRunpod({
      apiKey: KEY,
      fetch: emulator.fetch,
      ...(watch && { onJobUpdate: (update: RunpodJobUpdate) => updates.push(update) }),
    });
  const model = (watch = false) => provider(watch)("abc123", { model: "org/model", ...QUEUE });
  return { emulator, provider, model, updates };
}

async function partsOf(
  stream: ReadableStream<LanguageModelV4StreamPart>,
): Promise<LanguageModelV4StreamPart[]> {
  return await Array.fromAsync(stream);
}

const textOf = (parts: LanguageModelV4StreamPart[]) =>
  parts.map((part) => part.type === "text-delta" ? part.delta : "").join("");

function finishOf(parts: LanguageModelV4StreamPart[]) {
  const last = parts.at(-1);
  assert(last?.type === "finish");
  return last;
}

/** The model on a worker of one's own. */
const withWorker = (worker: EmulatedHandler) => world({ worker }).model();

describe("a chat model on the queue", () => {
  it("sends the request as a job, and tells of the job", async () => {
    await withVirtualTime(async () => {
      const { emulator, model } = world({ pricePerMillionTokens: 1 });
      const { text, finishReason, usage, providerMetadata } = await generateText({
        model: model(),
        prompt: QUESTION,
        maxOutputTokens: 500,
        providerOptions: { runpod: { policy: { ttl: 60_000 }, webhook: "https://me.example/hook", top_n: 1 } },
      });
      assertStringIncludes(text, "sea otters");
      assertEquals([finishReason, usage.outputTokens! > 10], ["stop", true]);
      const [job] = emulator.jobs;
      assertEquals(job.request, {
        input: {
          openai_route: "/v1/chat/completions",
          openai_input: {
            model: "org/model",
            max_tokens: 500,
            top_n: 1,
            messages: [{ role: "user", content: QUESTION }],
          },
        },
        policy: { ttl: 60_000 },
        webhook: "https://me.example/hook",
      });
      const { jobId, endpoint, workerId, cost } = providerMetadata!.runpod;
      assertEquals([jobId, endpoint, typeof workerId, typeof cost], [job.id, "abc123", "string", "number"]);
    });
  });

  it("streams the same, and tells of the job at the end", async () => {
    await withVirtualTime(async () => {
      const { emulator, model } = world({ tokenMillis: 100, pricePerMillionTokens: 1 });
      const whole = await generateText({ model: model(), prompt: QUESTION });
      const result = streamText({ model: model(), prompt: QUESTION });
      assertEquals(await result.text, whole.text);
      assertEquals(await result.finishReason, "stop");
      assertEquals((await result.usage).outputTokens, whole.usage.outputTokens);
      const { jobId, executionTimeMillis } = (await result.providerMetadata)!.runpod;
      assertEquals(jobId, emulator.jobs[1].id);
      assert(Number(executionTimeMillis) > 1000);
      assertEquals(emulator.jobs.map(({ operation, status }) => [operation, status]), [
        ["runsync", "COMPLETED"],
        ["run", "COMPLETED"],
      ]);
    });
  });

  it("gives text while the job runs", async () => {
    await withVirtualTime(async ({ elapsed }) => {
      const { emulator, model } = world({ tokenMillis: 1000 });
      const { stream } = await model().doStream({ prompt: PROMPT });
      const states: string[] = [];
      for await (const part of stream) if (part.type === "text-delta") states.push(emulator.jobs[0].status);
      assertEquals(states[0], "IN_PROGRESS");
      assert(elapsed() > 5000);
    });
  });

  for (const method of ["doGenerate", "doStream"] as const) {
    it(`outlives a cold start of five minutes with ${method}, for one job`, async () => {
      await withVirtualTime(async ({ elapsed, hasTimers }) => {
        const { emulator, model, updates } = world({ coldStartMillis: 300_000, tokenMillis: 500 }, {
          gatewayTimeoutMillis: 90_000,
        });
        const answer = await model(true)[method]({ prompt: PROMPT });
        if ("stream" in answer) assert(textOf(await partsOf(answer.stream)).length > 0);
        assert(elapsed() >= 300_000 && elapsed() < 330_000);
        assertEquals(emulator.jobs.map(({ status }) => status), ["COMPLETED"]);
        const states = new Set(updates.map(({ status }) => status));
        assertEquals([states.has("IN_QUEUE"), [...states].at(-1)], [true, "COMPLETED"]);
        assert(method === "doGenerate" || states.has("IN_PROGRESS"));
        assertEquals(updates.filter(({ status }) => status === "COMPLETED").length, 1);
        assert(emulator.requests.length < 120, `${emulator.requests.length} requests`);
        assertEquals(hasTimers(), false);
      });
    });
  }

  it("asks by a job for the name that the endpoint serves", async () => {
    await withVirtualTime(async () => {
      const { emulator, provider } = world({ coldStartMillis: 200_000 }, { gatewayTimeoutMillis: 90_000 });
      const runpod = provider();
      for (let call = 0; call < 2; call++) {
        const { text } = await generateText({ model: runpod("abc123", QUEUE), prompt: QUESTION });
        assertStringIncludes(text, "sea otters");
      }
      assertEquals(emulator.jobs.map(({ input }) => input.openai_route), [
        "/v1/models",
        "/v1/chat/completions",
        "/v1/chat/completions",
      ]);
    });
  });

  it("runs tools in a loop", async () => {
    await withVirtualTime(async () => {
      const { model } = world();
      const weather = tool({
        description: "Get the weather",
        inputSchema: z.object({ city: z.string() }),
        execute: () => "sunny",
      });
      const result = streamText({
        model: model(),
        prompt: "What is the weather in Paris?",
        tools: { weather },
        stopWhen: isStepCount(3),
      });
      const steps = await result.steps;
      assertEquals(steps.map(({ finishReason }) => finishReason), ["tool-calls", "stop"]);
      assertEquals(steps[0].toolResults.map(({ output }) => output), ["sunny"]);
    });
  });

  it("is for endpoints that have a queue", async () => {
    const { runpod, sent } = capture(() => Response.json({}), { baseURL: "http://localhost:8000/v1" });
    const model = runpod("org/model", QUEUE);
    for (const method of ["doGenerate", "doStream"] as const) {
      await assertRejects(() => model[method]({ prompt: PROMPT }), Error, "without a job queue");
    }
    assertEquals(sent, []);
  });
});

describe("what workers yield for a chat", () => {
  const chunks = [chunk({ content: "Hel" }), chunk({ content: "lo 🦦" }), chunk({}, "stop"), {
    ...chunk({}),
    choices: [],
    usage: { prompt_tokens: 3, completion_tokens: 2 },
  }];
  const whole = {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_700_000_000,
    model: "test/model",
    choices: [{ index: 0, message: { role: "assistant", content: "Hello 🦦" }, finish_reason: "stop" }],
    usage: { prompt_tokens: 3, completion_tokens: 2 },
  };
  const text = events(...chunks);
  const native = (tokens: string[], output: number) => ({ choices: [{ tokens }], usage: { input: 3, output } });
  const YIELDS: Record<string, unknown[]> = {
    "events as text": chunks.map((item) => `data: ${JSON.stringify(item)}\n\n`).concat("data: [DONE]\n\n"),
    "batches of events": [text.slice(0, text.indexOf("data:", 5)), text.slice(text.indexOf("data:", 5))],
    "pretty-printed events": chunks.map((item) => JSON.stringify(item, null, 4).replace(/^/gm, "data: ") + "\n\n"),
    "lists of chunks": [chunks.slice(0, 1), chunks.slice(1)],
    "chunks": chunks,
    "a whole completion": [whole],
    "a whole completion as text": [JSON.stringify(whole)],
    "the worker's own tokens": [native(["Hel"], 1), native(["lo", " 🦦"], 2)],
  };
  // Cut anywhere, also inside a character.
  for (const size of [1, 2, 3, 5, 7, 37, 1000]) {
    YIELDS[`text cut every ${size}`] = text.match(new RegExp(`[^]{1,${size}}`, "g"))!;
  }
  for (const [name, yields] of Object.entries(YIELDS)) {
    it(`may be ${name}`, async () => {
      await withVirtualTime(async () => {
        const worker: EmulatedHandler = function* () {
          yield* yields;
        };
        const streamed = await partsOf((await withWorker(worker).doStream({ prompt: PROMPT })).stream);
        const { finishReason, usage } = finishOf(streamed);
        assertEquals([textOf(streamed), finishReason.unified], ["Hello 🦦", "stop"]);
        assertEquals([usage.inputTokens.total, usage.outputTokens.total], [3, 2]);
        assertEquals(streamed.filter(({ type }) => type === "error"), []);

        const generated = await withWorker(worker).doGenerate({ prompt: PROMPT });
        assertEquals(generated.content, [{ type: "text", text: "Hello 🦦" }]);
        assertEquals([generated.finishReason.unified, generated.usage.outputTokens.total], ["stop", 2]);
      });
    });
  }

  for (const output of [whole, JSON.stringify(whole), text, chunks]) {
    it(`may be an output that was never yielded: ${JSON.stringify(output).slice(0, 40)}`, async () => {
      await withVirtualTime(async () => {
        const worker = () => output;
        const streamed = await partsOf((await withWorker(worker).doStream({ prompt: PROMPT })).stream);
        assertEquals([textOf(streamed), finishOf(streamed).finishReason.unified], ["Hello 🦦", "stop"]);
        const { content } = await withWorker(worker).doGenerate({ prompt: PROMPT });
        assertEquals(content, [{ type: "text", text: "Hello 🦦" }]);
      });
    });
  }

  it("tells that the worker's own answer was cut, by the tokens that were asked for", async () => {
    await withVirtualTime(async () => {
      const model = withWorker(function* () {
        yield native(["Hel", "lo"], 2);
      });
      for (const [maxOutputTokens, expected] of [[2, "length"], [3, "stop"]] as const) {
        const { finishReason } = await model.doGenerate({ prompt: PROMPT, maxOutputTokens });
        assertEquals(finishReason.unified, expected);
      }
    });
  });

  const ways: Array<EmulatedBehavior["openaiChunks"]> = ["events", "fragments", "batches", "pretty"];
  for (const openaiChunks of ways) {
    it(`may be cut as "${openaiChunks}", with tools and reasoning`, async () => {
      await withVirtualTime(async () => {
        const { model } = world({ reasoning: true }, { openaiChunks });
        const prompt = "What is the weather in Paris?";
        const weather = tool({ description: "Get the weather", inputSchema: z.object({ city: z.string() }) });
        const result = streamText({ model: model(), prompt, tools: { weather } });
        const calls = await result.toolCalls;
        assertEquals(calls.map(({ toolName }) => toolName), ["weather"]);
        assert((await result.reasoningText)!.length > 0);
        const whole = await generateText({ model: model(), prompt, tools: { weather } });
        assertEquals(calls[0].input, whole.toolCalls[0].input);
        assertEquals(await result.reasoningText, whole.reasoningText);
      });
    });
  }
});

describe("a chat job that ends badly", () => {
  const flat = { object: "error", message: "The model `x` does not exist.", type: "NotFoundError", code: 404 };
  const OUTPUTS: Record<string, unknown> = {
    "a flat error object": [flat],
    "a flat error object as text": [JSON.stringify(flat)],
    "an object alone": flat,
    "an event with an error": [`data: ${JSON.stringify({ error: { message: flat.message, code: 404 } })}\n\n`],
    "a sentence": [flat.message],
  };
  for (const [name, output] of Object.entries(OUTPUTS)) {
    it(`completed with ${name}`, async () => {
      await withVirtualTime(async () => {
        const { emulator, model } = world({ outcome: { status: "COMPLETED", output } });
        for (const method of ["doGenerate", "doStream"] as const) {
          const error = await assertRejects(async () => {
            const answer = await model()[method]({ prompt: PROMPT });
            if (!("stream" in answer)) return;
            const failed = (await partsOf(answer.stream)).find(({ type }) => type === "error");
            throw failed?.type === "error" ? failed.error : new Error("no error");
          }, RunpodJobError);
          assertEquals([error.kind, error.status, error.isRetryable], ["failed", "COMPLETED", false]);
          assertStringIncludes(error.message, flat.message);
          assertStringIncludes(error.message, `job "${error.jobId}"`);
        }
        assertEquals(emulator.jobs.length, 2);
      });
    });
  }

  it("completed with nothing", async () => {
    await withVirtualTime(async () => {
      const { model } = world({ outcome: { status: "COMPLETED" } });
      for (const method of ["doGenerate", "doStream"] as const) {
        const error = await assertRejects(() => model()[method]({ prompt: PROMPT }), RunpodJobError);
        assertEquals([error.kind, error.isRetryable], ["no-output", false]);
      }
    });
  });

  it("failed with what the model server said", async () => {
    await withVirtualTime(async () => {
      const { emulator, provider } = world();
      const model = provider()("abc123", { model: "org/other", ...QUEUE });
      for (const method of ["doGenerate", "doStream"] as const) {
        const error = await assertRejects(() => model[method]({ prompt: PROMPT }), RunpodJobError);
        assertEquals([error.kind, error.status, error.isRetryable], ["failed", "FAILED", false]);
        assertStringIncludes(error.message, "The model `org/other` does not exist.");
      }
      assertEquals(emulator.jobs.length, 2);
    });
  });

  it("failed with a traceback", async () => {
    await withVirtualTime(async () => {
      const model = withWorker(() => {
        throw new TypeError("CUDA out of memory");
      });
      const error = await assertRejects(() => model.doStream({ prompt: PROMPT }), RunpodJobError);
      assertEquals(error.workerError?.message, "CUDA out of memory");
      assertStringIncludes(error.workerError!.traceback!, "Traceback");
      assert(!error.message.includes("Traceback"));
    });
  });

  it("failed midway: what came before is kept, and the error is the job's", async () => {
    await withVirtualTime(async () => {
      const model = withWorker(function* () {
        yield events(chunk({ content: "Hel" })).replace(/data: \[DONE\]\n\n/, "");
        throw new Error("worker died");
      });
      const parts = await partsOf((await model.doStream({ prompt: PROMPT })).stream);
      assertEquals(textOf(parts), "Hel");
      const failed = parts.find((part) => part.type === "error");
      assert(failed?.type === "error" && RunpodJobError.isInstance(failed.error));
      assertEquals(failed.error.kind, "failed");
      assertEquals(finishOf(parts).finishReason.unified, "error");
    });
  });

  it("was cut: it completed without an end", async () => {
    await withVirtualTime(async () => {
      const model = withWorker(function* () {
        yield `data: ${JSON.stringify(chunk({ content: "Hel" }))}\n\n`;
      });
      const parts = await partsOf((await model.doStream({ prompt: PROMPT })).stream);
      const failed = parts.find((part) => part.type === "error");
      assert(failed?.type === "error" && RunpodJobError.isInstance(failed.error));
      assertEquals(failed.error.kind, "no-output");
      assertStringIncludes(failed.error.message, "cut");
    });
  });
});

describe("leaving a chat job", () => {
  it("by an abort during the cold start cancels it, with the caller's reason", async () => {
    for (const method of ["doGenerate", "doStream"] as const) {
      await withVirtualTime(async ({ elapsed }) => {
        const { emulator, model } = world({ coldStartMillis: 300_000 });
        const abort = new AbortController();
        setTimeout(() => abort.abort(new Error("enough")), 42_000);
        const call = { prompt: PROMPT, abortSignal: abort.signal };
        await assertRejects(() => model()[method](call), Error, "enough");
        assertEquals(elapsed(), 42_000);
        // A held submission is answered with the job's id when it is no longer held.
        await settled(method === "doGenerate" ? 60_000 : 1000);
        assertEquals(emulator.jobs.map(({ status }) => status), ["CANCELLED"]);
      });
    }
  });

  it("by an abort midway cancels it", async () => {
    await withVirtualTime(async () => {
      const { emulator, model } = world({ tokenMillis: 1000 });
      const abort = new AbortController();
      const { stream } = await model().doStream({ prompt: PROMPT, abortSignal: abort.signal });
      await assertRejects(
        async () => {
          for await (const part of stream) if (part.type === "text-delta") abort.abort(new Error("enough"));
        },
        Error,
        "enough",
      );
      await settled();
      assertEquals(emulator.jobs.map(({ status }) => status), ["CANCELLED"]);
      assertEquals(emulator.requests.filter(({ url }) => url.includes("/cancel/")).length, 1);
    });
  });

  it("by leaving the stream cancels it, unless it is to go on", async () => {
    for (const [cancelOnAbort, status] of [[true, "CANCELLED"], [false, "IN_PROGRESS"]] as const) {
      await withVirtualTime(async () => {
        const { emulator, model } = world({ tokenMillis: 60_000 });
        const { stream } = await model().doStream({
          prompt: PROMPT,
          providerOptions: { runpod: { cancelOnAbort } },
        });
        for await (const part of stream) if (part.type === "text-delta") break;
        await settled();
        assertEquals(emulator.jobs.map((job) => job.status), [status]);
      });
    }
  });

  it("at the deadline, which holds over all of it, cancels it and says how to go on", async () => {
    await withVirtualTime(async ({ elapsed }) => {
      const { emulator, model } = world({ coldStartMillis: 60_000, tokenMillis: 10_000 });
      const providerOptions = { runpod: { timeoutMillis: 75_000 } };
      const { stream } = await model().doStream({ prompt: PROMPT, providerOptions });
      const parts = await partsOf(stream);
      assertEquals(elapsed(), 75_000);
      const failed = parts.find((part) => part.type === "error");
      assert(failed?.type === "error" && RunpodJobError.isInstance(failed.error));
      assertEquals(failed.error.kind, "deadline");
      await settled();
      assertEquals(emulator.jobs.map(({ status }) => status), ["CANCELLED"]);
    });
  });
});

describe("a chat job's stream over a bad network", () => {
  it("is exact when a reply is lost on its way", async () => {
    for (const lost of [1, 2, 3, 5]) {
      await withVirtualTime(async () => {
        const { emulator } = world({ tokenMillis: 2000 });
        let replies = 0;
        const runpod = createRunpod({
          apiKey: KEY,
          fetch: async (input, init) => {
            const answer = await emulator.fetch(input, init);
            if (!String(input).includes("/stream/") || ++replies !== lost) return answer;
            await answer.text();
            return Response.json({ error: "bad gateway" }, { status: 502 });
          },
        });
        const model = runpod("abc123", { model: "org/model", ...QUEUE });
        const result = streamText({ model, prompt: QUESTION });
        const text = await result.text;
        assertEquals(text, (await generateText({ model, prompt: QUESTION })).text);
        assertEquals(emulator.jobs.length, 2);
      });
    }
  });

  it("is an error when nothing tells what was lost", async () => {
    await withVirtualTime(async () => {
      let replies = 0;
      const { runpod } = capture(({ url }) => {
        if (url.endsWith("/run")) return Response.json({ id: "1-u1", status: "IN_QUEUE" });
        if (url.includes("/status/")) return Response.json({ id: "1-u1", status: "COMPLETED", output: [] });
        replies++;
        if (replies === 2) return new Response("", { status: 502 });
        const output = `data: ${JSON.stringify(chunk({ content: `${replies}` }, replies === 3 ? "stop" : null))}\n\n`;
        return Response.json({
          status: replies > 3 ? "COMPLETED" : "IN_PROGRESS",
          stream: replies > 3 ? [] : [{ output }],
        });
      });
      const { stream } = await runpod("abc123", { model: "m", ...QUEUE }).doStream({ prompt: PROMPT });
      const failed = (await partsOf(stream)).find((part) => part.type === "error");
      assert(failed?.type === "error" && RunpodJobError.isInstance(failed.error));
      assertStringIncludes(failed.error.message, "lost");
    });
  });

  it("is not submitted twice, whatever becomes of its submission", async () => {
    await withVirtualTime(async () => {
      const { emulator } = world();
      const runpod = createRunpod({
        apiKey: KEY,
        fetch: async (input, init) => {
          const answer = await emulator.fetch(input, init);
          return String(input).endsWith("/run") ? new Response("", { status: 502 }) : answer;
        },
      });
      const model = runpod("abc123", { model: "org/model", ...QUEUE });
      const result = streamText({ model, prompt: QUESTION, onError: () => {} });
      await assertRejects(() => result.text);
      assertEquals(emulator.jobs.length, 1);
    });
  });

  it("is submitted again where the rate limit refused it", async () => {
    await withVirtualTime(async () => {
      const { emulator } = world();
      let refusals = 2;
      const runpod = createRunpod({
        apiKey: KEY,
        fetch: async (input, init) =>
          String(input).endsWith("/run") && refusals-- > 0
            ? Response.json({ error: "slow down" }, { status: 429 })
            : await emulator.fetch(input, init),
      });
      const model = runpod("abc123", { model: "org/model", ...QUEUE });
      assertStringIncludes(await streamText({ model, prompt: QUESTION }).text, "sea otters");
      assertEquals(emulator.jobs.length, 1);
    });
  });
});

describe("a chat job that is continued by its id", () => {
  it("gives the exact answer in another process, streamed or whole, on either transport", async () => {
    await withVirtualTime(async () => {
      const { emulator, model, provider } = world({ coldStartMillis: 60_000, tokenMillis: 1000 });
      const { stream } = await model().doStream({
        prompt: [{ role: "user", content: [{ type: "text", text: QUESTION }] }],
        providerOptions: { runpod: { cancelOnAbort: false } },
      });
      for await (const part of stream) if (part.type === "text-delta") break;
      const [{ id }] = emulator.jobs;
      const providerOptions = { runpod: { jobId: id } };
      for (const settings of [QUEUE, {}]) {
        const other = () => provider()("abc123", settings);
        const streamed = streamText({ model: other(), prompt: "", providerOptions });
        assertStringIncludes(await streamed.text, "sea otters");
        assertEquals((await streamed.providerMetadata)!.runpod.jobId, id);
        const whole = await generateText({ model: other(), prompt: "", providerOptions });
        assertEquals([whole.text, whole.finishReason], [await streamed.text, "stop"]);
      }
      assertEquals(emulator.jobs.length, 1);
    });
  });

  it("warns of what only a new job takes", async () => {
    await withVirtualTime(async () => {
      const { emulator, model } = world();
      await model().doGenerate({ prompt: PROMPT });
      const providerOptions = {
        runpod: { jobId: emulator.jobs[0].id, webhook: "https://me.example", policy: { ttl: 60_000 } },
      };
      const { warnings } = await model().doGenerate({ prompt: PROMPT, providerOptions });
      assertEquals(warnings.map((warning) => warning.type === "unsupported" && warning.feature), [
        "providerOptions.runpod.webhook",
        "providerOptions.runpod.policy",
      ]);
    });
  });
});

describe("options of jobs", () => {
  const runpod = {
    waitMillis: 1000,
    timeoutMillis: 60_000,
    maxPollAttempts: 9,
    pollIntervalMillis: 1000,
    maxRequests: 20,
    cancelOnAbort: true,
    cancelOnTimeout: true,
    policy: { ttl: 60_000 },
    webhook: "https://me.example/hook",
  };
  const features = (warnings: Array<{ type: string; feature?: string }>) =>
    warnings.map(({ type, feature }) => `${type} ${feature?.replace("providerOptions.runpod.", "")}`);

  it("never reach the server, and those that a route does not have are warnings", async () => {
    const { emulator, provider } = world();
    for (const method of ["doGenerate", "doStream"] as const) {
      const model = provider()("abc123", { model: "org/model" });
      const answer = await model[method]({ prompt: PROMPT, providerOptions: { runpod } });
      let warnings = "warnings" in answer ? answer.warnings : [];
      if ("stream" in answer) {
        const [start] = await partsOf(answer.stream);
        warnings = start.type === "stream-start" ? start.warnings : [];
      }
      assertEquals(features(warnings), ["unsupported webhook", "unsupported policy", "unsupported waitMillis"]);
    }
    for (const { input } of emulator.jobs) {
      const keys = Object.keys(input.openai_input as Record<string, unknown>);
      assertEquals(keys.filter((key) => !["model", "messages", "stream", "stream_options"].includes(key)), []);
    }
  });

  it("bound the wait for the job that a cold endpoint answers a route with", async () => {
    await withVirtualTime(async ({ elapsed }) => {
      const { provider } = world({ coldStartMillis: 300_000 }, {
        gatewayTimeoutMillis: 10_000,
        gatewayTimeoutAnswer: "job",
      });
      const model = provider()("abc123", { model: "org/model" });
      const providerOptions = { runpod: { timeoutMillis: 20_000 } };
      const error = await assertRejects(
        () => model.doGenerate({ prompt: PROMPT, providerOptions }),
        RunpodJobError,
      );
      assertEquals([error.kind, elapsed()], ["deadline", 30_000]);
    });
  });

  it("that poll have no place in a streamed job", async () => {
    await withVirtualTime(async () => {
      const { emulator, model } = world();
      const { stream } = await model().doStream({ prompt: PROMPT, providerOptions: { runpod } });
      const [start] = await partsOf(stream);
      assert(start.type === "stream-start");
      assertEquals(features(start.warnings), [
        "unsupported waitMillis",
        "unsupported maxPollAttempts",
        "unsupported pollIntervalMillis",
        "unsupported maxRequests",
      ]);
      assertEquals(emulator.jobs[0].request.policy, runpod.policy);
    });
  });

  it("are checked before any request", async () => {
    const { runpod, sent } = capture(() => Response.json({}));
    const BAD: Array<[Record<string, string | number>, string]> = [
      [{ jobId: "" }, "a job's id"],
      [{ timeoutMillis: -1 }, "above 0"],
      [{ policy: "fast" }, "{ executionTimeout, ttl, lowPriority }"],
      [{ transport: "queue" }, "runpod(id"],
    ];
    for (const [options, message] of BAD) {
      const call = { prompt: PROMPT, providerOptions: { runpod: options } };
      await assertRejects(() => runpod("abc123", { model: "m" }).doGenerate(call), Error, message);
    }
    assertEquals(sent, []);
  });
});
