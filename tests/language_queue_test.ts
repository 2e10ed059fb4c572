import type { LanguageModelV4, LanguageModelV4CallOptions } from "@ai-sdk/provider";
import {
  createRunpod,
  RunpodJobError,
  type RunpodJobUpdate,
  type RunpodProviderSettings,
} from "@runpod/ai-sdk-provider";
import type {
  EmulatedBehavior,
  EmulatedEndpoint,
  EmulatedHandler,
  RunpodEmulatorOptions,
} from "@runpod/ai-sdk-provider/testing";
import { generateText, isStepCount, streamText, tool } from "ai";
import { z } from "zod";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { spy } from "@std/testing/mock";
import { chunk, events } from "./answers.ts";
import { featuresOf } from "./calls.ts";
import { capture, KEY } from "./capture.ts";
import { count, emulate, statesOf } from "./emulated.ts";
import { failFirst, failure, rateLimited } from "./faults.ts";
import { errorOf, finishOf, goodFinishOf, partsOfType, textOf } from "./parts.ts";
import { PROMPT } from "./smallest_calls.ts";
import { abortAfter, settled, withVirtualTime } from "./virtual_time.ts";

const QUESTION = "Tell me about sea otters";
const QUEUE = { transport: "queue" } as const;

/** An emulator with a chat endpoint, and a model whose requests are jobs there. */
function emulateQueue(
  endpoint: Partial<EmulatedEndpoint> = {},
  options: RunpodEmulatorOptions = {},
  settings: RunpodProviderSettings = {},
) {
  const { emulator, runpod } = emulate({
    endpoints: { abc123: { worker: "chat", models: ["org/model"], ...endpoint } },
    webhookFetch: () => Promise.resolve(new Response()),
    ...options,
  }, settings);
  return { emulator, runpod, model: runpod("abc123", { model: "org/model", ...QUEUE }) };
}

/** A model whose jobs a custom worker runs. */
const withWorker = (worker: EmulatedHandler) => emulateQueue({ worker }).model;

/** All parts of a call of a model. */
async function partsOf(model: LanguageModelV4, call: Partial<LanguageModelV4CallOptions> = {}) {
  return await Array.fromAsync((await model.doStream({ prompt: PROMPT, ...call })).stream);
}

describe("a chat model on the queue", () => {
  it("sends the request as a job, which is in the metadata", async () => {
    await withVirtualTime(async () => {
      const { emulator, model } = emulateQueue({ pricePerMillionTokens: 1 });
      const { text, finishReason, usage, providerMetadata } = await generateText({
        model,
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

  it("streams the same, with the job in the last metadata", async () => {
    await withVirtualTime(async () => {
      const { emulator, model } = emulateQueue({ tokenMillis: 100, pricePerMillionTokens: 1 });
      const whole = await generateText({ model, prompt: QUESTION });
      const result = streamText({ model, prompt: QUESTION });
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

  it("streams text while the job runs", async () => {
    await withVirtualTime(async ({ elapsed }) => {
      const { emulator, model } = emulateQueue({ tokenMillis: 1000 });
      const { stream } = await model.doStream({ prompt: PROMPT });
      const states: string[] = [];
      for await (const part of stream) if (part.type === "text-delta") states.push(emulator.jobs[0].status);
      assertEquals(states[0], "IN_PROGRESS");
      assert(elapsed() > 5000);
    });
  });

  for (const method of ["doGenerate", "doStream"] as const) {
    it(`waits for a cold start of five minutes with ${method}, with one job`, async () => {
      await withVirtualTime(async ({ elapsed, hasTimers }) => {
        const onJobUpdate = spy((_: RunpodJobUpdate) => {});
        const { emulator, model } = emulateQueue({ coldStartMillis: 300_000, tokenMillis: 500 }, {
          behavior: { gatewayTimeoutMillis: 90_000 },
        }, { onJobUpdate });
        if (method === "doGenerate") await model.doGenerate({ prompt: PROMPT });
        else assert(textOf(await partsOf(model)).length > 0);
        assert(elapsed() >= 300_000 && elapsed() < 330_000);
        assertEquals(statesOf(emulator), ["COMPLETED"]);
        const states = onJobUpdate.calls.map(({ args: [{ status }] }) => status);
        assertEquals([states[0], states.indexOf("COMPLETED")], ["IN_QUEUE", states.length - 1]);
        assert(method === "doGenerate" || states.includes("IN_PROGRESS"));
        assert(emulator.requests.length < 120, `${emulator.requests.length} requests`);
        assertEquals(hasTimers(), false);
      });
    });
  }

  it("reads the served name with a job", async () => {
    await withVirtualTime(async () => {
      const { emulator, runpod } = emulateQueue({ coldStartMillis: 200_000 }, {
        behavior: { gatewayTimeoutMillis: 90_000 },
      });
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

  it("calls tools in a loop", async () => {
    await withVirtualTime(async () => {
      const { model } = emulateQueue();
      const weather = tool({
        description: "Get the weather",
        inputSchema: z.object({ city: z.string() }),
        execute: () => "sunny",
      });
      const result = streamText({
        model,
        prompt: "What is the weather in Paris?",
        tools: { weather },
        stopWhen: isStepCount(3),
      });
      const steps = await result.steps;
      assertEquals(steps.map(({ finishReason }) => finishReason), ["tool-calls", "stop"]);
      assertEquals(steps[0].toolResults.map(({ output }) => output), ["sunny"]);
    });
  });

  it("is refused on an endpoint without a queue", async () => {
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
  // Split anywhere, even inside a character.
  for (const size of [1, 2, 3, 5, 7, 37, 1000]) {
    YIELDS[`text cut every ${size}`] = text.match(new RegExp(`[^]{1,${size}}`, "g"))!;
  }
  for (const [name, yields] of Object.entries(YIELDS)) {
    it(`may be ${name}`, async () => {
      await withVirtualTime(async () => {
        const worker: EmulatedHandler = function* () {
          yield* yields;
        };
        const streamed = await partsOf(withWorker(worker));
        const { finishReason, usage } = goodFinishOf(streamed);
        assertEquals([textOf(streamed), finishReason.unified], ["Hello 🦦", "stop"]);
        assertEquals([usage.inputTokens.total, usage.outputTokens.total], [3, 2]);

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
        const streamed = await partsOf(withWorker(worker));
        assertEquals([textOf(streamed), finishOf(streamed).finishReason.unified], ["Hello 🦦", "stop"]);
        const { content } = await withWorker(worker).doGenerate({ prompt: PROMPT });
        assertEquals(content, [{ type: "text", text: "Hello 🦦" }]);
      });
    });
  }

  it("has the finish reason length where the worker's own answer has all requested tokens", async () => {
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
    it(`may be split as "${openaiChunks}", with tools and reasoning`, async () => {
      await withVirtualTime(async () => {
        const { model } = emulateQueue({ reasoning: true }, { behavior: { openaiChunks } });
        const prompt = "What is the weather in Paris?";
        const weather = tool({ description: "Get the weather", inputSchema: z.object({ city: z.string() }) });
        const result = streamText({ model, prompt, tools: { weather } });
        const calls = await result.toolCalls;
        assertEquals(calls.map(({ toolName }) => toolName), ["weather"]);
        assert((await result.reasoningText)!.length > 0);
        const whole = await generateText({ model, prompt, tools: { weather } });
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
        const { emulator, model } = emulateQueue({ outcome: { status: "COMPLETED", output } });
        for (const method of ["doGenerate", "doStream"] as const) {
          const error = await assertRejects(async () => {
            if (method === "doGenerate") await model.doGenerate({ prompt: PROMPT });
            else throw errorOf(await partsOf(model), RunpodJobError);
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
      const { model } = emulateQueue({ outcome: { status: "COMPLETED" } });
      for (const method of ["doGenerate", "doStream"] as const) {
        const error = await assertRejects(() => model[method]({ prompt: PROMPT }), RunpodJobError);
        assertEquals([error.kind, error.isRetryable], ["no-output", false]);
      }
    });
  });

  it("failed with the message of the model server", async () => {
    await withVirtualTime(async () => {
      const { emulator, runpod } = emulateQueue();
      const model = runpod("abc123", { model: "org/other", ...QUEUE });
      for (const method of ["doGenerate", "doStream"] as const) {
        const error = await assertRejects(() => model[method]({ prompt: PROMPT }), RunpodJobError);
        assertEquals([error.kind, error.status, error.isRetryable], ["failed", "FAILED", false]);
        assertStringIncludes(error.message, "The model `org/other` does not exist.");
        assertStringIncludes(error.message, 'serves a model named "org/other"; it serves "');
      }
      // For each one its job, and the list of the models over the route.
      assertEquals(emulator.jobs.length, 4);
    });
  });

  it("has the advice of the status that its worker tells, in whatever way", async () => {
    await withVirtualTime(async () => {
      const error = { message: 'vLLM returned HTTP 404: {"error":{"message":"no such model"}}', type: "worker_error" };
      const workers: EmulatedHandler[] = [
        () => ({ error }),
        function* () {
          yield { error };
        },
      ];
      for (const worker of workers) {
        for (const method of ["doGenerate", "doStream"] as const) {
          const failed = await assertRejects(() => withWorker(worker)[method]({ prompt: PROMPT }), RunpodJobError);
          assertStringIncludes(failed.message, "no such model");
          assertStringIncludes(failed.message, 'exists and serves a model named "org/model"');
        }
      }
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

  it("failed in the middle: the text before is streamed, and the error is the job's", async () => {
    await withVirtualTime(async () => {
      const model = withWorker(function* () {
        yield events(chunk({ content: "Hel" })).replace(/data: \[DONE\]\n\n/, "");
        throw new Error("worker died");
      });
      const parts = await partsOf(model);
      assertEquals(textOf(parts), "Hel");
      assertEquals(errorOf(parts, RunpodJobError).kind, "failed");
      assertEquals(finishOf(parts).finishReason.unified, "error");
    });
  });

  it("ended early: it completed without a finish reason", async () => {
    await withVirtualTime(async () => {
      const model = withWorker(function* () {
        yield `data: ${JSON.stringify(chunk({ content: "Hel" }))}\n\n`;
      });
      const parts = await partsOf(model);
      const error = errorOf(parts, RunpodJobError);
      assertEquals(error.kind, "no-output");
      assertStringIncludes(error.message, "cut");
    });
  });
});

describe("a chat job", () => {
  it("is cancelled by an abort during the cold start, and ends with the abort reason", async () => {
    for (const method of ["doGenerate", "doStream"] as const) {
      await withVirtualTime(async ({ elapsed }) => {
        const { emulator, model } = emulateQueue({ coldStartMillis: 300_000 });
        const { abortSignal, reason } = abortAfter(42_000);
        assertEquals(await assertRejects(() => model[method]({ prompt: PROMPT, abortSignal })), reason);
        assertEquals(elapsed(), 42_000);
        // A waiting submission returns the id of the job at the end of its wait.
        await settled(method === "doGenerate" ? 60_000 : 1000);
        assertEquals(statesOf(emulator), ["CANCELLED"]);
      });
    }
  });

  it("is cancelled by an abort while it streams", async () => {
    await withVirtualTime(async () => {
      const { emulator, model } = emulateQueue({ tokenMillis: 1000 });
      const abort = new AbortController();
      const { stream } = await model.doStream({ prompt: PROMPT, abortSignal: abort.signal });
      await assertRejects(
        async () => {
          for await (const part of stream) if (part.type === "text-delta") abort.abort(new Error("enough"));
        },
        Error,
        "enough",
      );
      await settled();
      assertEquals(statesOf(emulator), ["CANCELLED"]);
      assertEquals(count(emulator, "cancel"), 1);
    });
  });

  it("is cancelled when the consumer leaves the stream, except with cancelOnAbort: false", async () => {
    for (const [cancelOnAbort, status] of [[true, "CANCELLED"], [false, "IN_PROGRESS"]] as const) {
      await withVirtualTime(async () => {
        const { emulator, model } = emulateQueue({ tokenMillis: 60_000 });
        const { stream } = await model.doStream({
          prompt: PROMPT,
          providerOptions: { runpod: { cancelOnAbort } },
        });
        for await (const part of stream) if (part.type === "text-delta") break;
        await settled();
        assertEquals(statesOf(emulator), [status]);
      });
    }
  });

  it("is cancelled at the deadline, which is one for the wait and the stream", async () => {
    await withVirtualTime(async ({ elapsed }) => {
      const { emulator, model } = emulateQueue({ coldStartMillis: 60_000, tokenMillis: 10_000 });
      const providerOptions = { runpod: { timeoutMillis: 75_000 } };
      const parts = await partsOf(model, { providerOptions });
      assertEquals(elapsed(), 75_000);
      assertEquals(errorOf(parts, RunpodJobError).kind, "deadline");
      await settled();
      assertEquals(statesOf(emulator), ["CANCELLED"]);
    });
  });
});

describe("a chat job's stream over a bad network", () => {
  it("has all of its text when a reply is lost", async () => {
    for (const lost of [1, 2, 3, 5]) {
      await withVirtualTime(async () => {
        let replies = 0;
        const { emulator, model } = emulateQueue({ tokenMillis: 2000 }, {
          intercept: async ({ operation }, next) => {
            const answer = await next();
            if (operation !== "stream" || ++replies !== lost) return answer;
            await answer.text();
            return failure(502, "bad gateway");
          },
        });
        const text = await streamText({ model, prompt: QUESTION }).text;
        assertEquals(text, (await generateText({ model, prompt: QUESTION })).text);
        assertEquals(emulator.jobs.length, 2);
      });
    }
  });

  it("is an error when lost text cannot be found", async () => {
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
      const error = errorOf(await partsOf(runpod("abc123", { model: "m", ...QUEUE })), RunpodJobError);
      assertStringIncludes(error.message, "lost");
    });
  });

  it("is not submitted twice when the answer to its submission is lost", async () => {
    await withVirtualTime(async () => {
      const { emulator, model } = emulateQueue({}, {
        intercept: async ({ operation }, next) => {
          const answer = await next();
          return operation === "run" ? new Response("", { status: 502 }) : answer;
        },
      });
      const result = streamText({ model, prompt: QUESTION, onError: () => {} });
      await assertRejects(() => result.text);
      assertEquals(emulator.jobs.length, 1);
    });
  });

  it("is submitted again after the rate limit", async () => {
    await withVirtualTime(async () => {
      const refusals = [() => rateLimited(), () => rateLimited()];
      const { emulator, model } = emulateQueue({}, {
        intercept: ({ operation }, next) => operation === "run" ? failFirst(refusals, next) : next(),
      });
      assertStringIncludes(await streamText({ model, prompt: QUESTION }).text, "sea otters");
      assertEquals(emulator.jobs.length, 1);
    });
  });
});

describe("a chat job that is continued by its id", () => {
  it("has the whole answer in another process, streamed or not, on either transport", async () => {
    await withVirtualTime(async () => {
      const { emulator, model } = emulateQueue({ coldStartMillis: 60_000, tokenMillis: 1000 });
      const { stream } = await model.doStream({
        prompt: [{ role: "user", content: [{ type: "text", text: QUESTION }] }],
        providerOptions: { runpod: { cancelOnAbort: false } },
      });
      for await (const part of stream) if (part.type === "text-delta") break;
      const [{ id }] = emulator.jobs;
      const providerOptions = { runpod: { jobId: id } };
      for (const settings of [QUEUE, {}]) {
        const other = () => createRunpod({ apiKey: KEY, fetch: emulator.fetch })("abc123", settings);
        const streamed = streamText({ model: other(), prompt: "", providerOptions });
        assertStringIncludes(await streamed.text, "sea otters");
        assertEquals((await streamed.providerMetadata)!.runpod.jobId, id);
        const whole = await generateText({ model: other(), prompt: "", providerOptions });
        assertEquals([whole.text, whole.finishReason], [await streamed.text, "stop"]);
      }
      assertEquals(emulator.jobs.length, 1);
    });
  });

  it("has warnings for options that only a new job has", async () => {
    await withVirtualTime(async () => {
      const { emulator, model } = emulateQueue();
      await model.doGenerate({ prompt: PROMPT });
      const providerOptions = {
        runpod: { jobId: emulator.jobs[0].id, webhook: "https://me.example", policy: { ttl: 60_000 } },
      };
      const { warnings } = await model.doGenerate({ prompt: PROMPT, providerOptions });
      assertEquals(featuresOf(warnings), [
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

  it("are not sent to the server, and have warnings where a route does not use them", async () => {
    const { emulator, runpod: provider } = emulateQueue();
    for (const method of ["doGenerate", "doStream"] as const) {
      const model = provider("abc123", { model: "org/model" });
      const providerOptions = { runpod };
      const warnings = method === "doGenerate"
        ? (await model.doGenerate({ prompt: PROMPT, providerOptions })).warnings
        : partsOfType(await partsOf(model, { providerOptions }), "stream-start")[0].warnings;
      assertEquals(featuresOf(warnings), [
        "providerOptions.runpod.webhook",
        "providerOptions.runpod.policy",
        "providerOptions.runpod.waitMillis",
      ]);
    }
    for (const { input } of emulator.jobs) {
      const keys = Object.keys(input.openai_input as Record<string, unknown>);
      assertEquals(keys.filter((key) => !["model", "messages", "stream", "stream_options"].includes(key)), []);
    }
  });

  it("limit the wait for the job that a cold endpoint answers a route with", async () => {
    await withVirtualTime(async ({ elapsed }) => {
      const { runpod } = emulateQueue({ coldStartMillis: 300_000 }, {
        behavior: { gatewayTimeoutMillis: 10_000, gatewayTimeoutAnswer: "job" },
      });
      const model = runpod("abc123", { model: "org/model" });
      const providerOptions = { runpod: { timeoutMillis: 20_000 } };
      const error = await assertRejects(
        () => model.doGenerate({ prompt: PROMPT, providerOptions }),
        RunpodJobError,
      );
      assertEquals([error.kind, elapsed()], ["deadline", 20_000]);
    });
  });

  it("about polling have warnings for a streamed job", async () => {
    await withVirtualTime(async () => {
      const { emulator, model } = emulateQueue();
      const [{ warnings }] = partsOfType(await partsOf(model, { providerOptions: { runpod } }), "stream-start");
      assertEquals(featuresOf(warnings), [
        "providerOptions.runpod.waitMillis",
        "providerOptions.runpod.maxPollAttempts",
        "providerOptions.runpod.pollIntervalMillis",
        "providerOptions.runpod.maxRequests",
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
