import { APICallError } from "@ai-sdk/provider";
import { RunpodJobError, type RunpodJobUpdate, type RunpodProviderSettings } from "@runpod/ai-sdk-provider";
import type { EmulatedBehavior } from "@runpod/ai-sdk-provider/testing";
import { generateText, streamText } from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { spy } from "@std/testing/mock";
import { chunk, completion, events, pieces, stream } from "./answers.ts";
import { capture, MODEL } from "./capture.ts";
import { emulate, statesOf } from "./emulated.ts";
import { goodFinishOf, partsFrom, textOf } from "./parts.ts";
import { PROMPT } from "./smallest_calls.ts";
import { abortAfter, settled, withVirtualTime } from "./virtual_time.ts";

describe("an endpoint asked for a model that it does not serve", () => {
  const NAMES: Record<string, string> = {
    "its id": "abc123",
    "a console link": "https://console.runpod.io/serverless/user/endpoint/abc123?tab=requests",
    "a URL": "https://api.runpod.ai/v2/abc123/run",
    "a load balancer's URL": "https://abc123.api.runpod.ai",
  };
  const ways: Array<EmulatedBehavior["openaiError"]> = ["job", "error", "flat", "own"];
  for (const [name, id] of Object.entries(NAMES)) {
    for (const openaiError of ways) {
      it(`by ${name} names the models it serves, with its error as "${openaiError}"`, async () => {
        const { emulator, runpod } = emulate({
          endpoints: { abc123: { worker: "chat", models: ["org/served", "org/other"] } },
          behavior: { openaiError },
        });
        const model = runpod(id, { model: "org/wrong" });
        for (const method of ["doGenerate", "doStream"] as const) {
          const error = await assertRejects(() => model[method]({ prompt: PROMPT }), APICallError);
          assertStringIncludes(error.message, "The model `org/wrong` does not exist.");
          assertStringIncludes(
            error.message,
            'check that endpoint "abc123" exists and serves a model named "org/wrong"',
          );
          assertStringIncludes(error.message, '; it serves "org/served", "org/other"');
          assertEquals(error.isRetryable, false);
          assertStringIncludes(error.url, "/chat/completions");
          assert(error.responseBody!.includes("org/wrong"));
        }
        assertEquals(emulator.requests.map(({ method }) => method), ["POST", "GET", "POST", "GET"]);
        const { text } = await generateText({ model: runpod(id), prompt: "Hi" });
        assert(text.length > 0);
      });
    }
  }

  it("has its own error when the names cannot be read", async () => {
    const { runpod, sent } = capture(({ method }) =>
      method === "GET"
        ? new Response("", { status: 500 })
        : Response.json({ error: "endpoint not found" }, { status: 404 })
    );
    const error = await assertRejects(
      () => runpod("abc123", { model: "m" }).doGenerate({ prompt: PROMPT }),
      APICallError,
      "endpoint not found",
    );
    assertEquals([error.statusCode, sent.length], [404, 2]);
  });

  it("is not asked for names after another error", async () => {
    const { runpod, sent } = capture(() =>
      Response.json({ error: { message: "too long", code: 400 } }, { status: 400 })
    );
    await assertRejects(
      () => runpod("abc123", { model: "m" }).doGenerate({ prompt: PROMPT }),
      APICallError,
    );
    assertEquals(sent.length, 1);
  });

  it("may be aborted while the names are read", async () => {
    const abort = new AbortController();
    const { runpod } = capture(({ method }) => {
      if (method === "POST") return Response.json({ error: { message: "gone", code: 404 } }, { status: 404 });
      setTimeout(() => abort.abort(new Error("enough")), 1);
      return new Promise<Response>(() => {});
    });
    await assertRejects(
      () => runpod("abc123", { model: "m" }).doGenerate({ prompt: PROMPT, abortSignal: abort.signal }),
      Error,
      "enough",
    );
  });
});

describe("a cold endpoint that answers with its job", () => {
  const emulateCold = (settings: RunpodProviderSettings = {}) => {
    const { emulator, runpod } = emulate({
      endpoints: {
        abc123: {
          worker: "chat",
          models: ["org/model"],
          coldStartMillis: 120_000,
          tokenMillis: 20,
          pricePerMillionTokens: 1,
        },
      },
      behavior: { gatewayTimeoutMillis: 90_000, gatewayTimeoutAnswer: "job" },
    }, settings);
    return { emulator, model: runpod("abc123", { model: "org/model" }) };
  };

  it("is waited for, and its result is the completion", async () => {
    await withVirtualTime(async ({ elapsed }) => {
      const onJobUpdate = spy((_: RunpodJobUpdate) => {});
      const { emulator, model } = emulateCold({ onJobUpdate });
      const { text, finishReason, usage } = await generateText({ model, prompt: "Tell me about sea otters" });
      assertStringIncludes(text, "sea otters");
      assertEquals(finishReason, "stop");
      assert(usage.outputTokens! > 10);
      assert(elapsed() >= 120_000);
      assertEquals(emulator.jobs.length, 1);
      assertEquals(onJobUpdate.calls.at(-1)?.args[0].status, "COMPLETED");
    });
  });

  it("is waited for when streaming, and its events are read", async () => {
    await withVirtualTime(async () => {
      const { emulator, model } = emulateCold();
      const result = streamText({ model, prompt: "Tell me about sea otters" });
      assertStringIncludes(await result.text, "sea otters");
      assertEquals(await result.finishReason, "stop");
      assert((await result.usage).outputTokens! > 10);
      assertEquals(emulator.jobs.length, 1);
    });
  });

  for (const method of ["doGenerate", "doStream"] as const) {
    it(`is cancelled when ${method} is aborted, which ends with the abort reason`, async () => {
      await withVirtualTime(async () => {
        const { emulator, model } = emulateCold();
        const { abortSignal, reason } = abortAfter(100_000);
        assertEquals(await assertRejects(() => model[method]({ prompt: PROMPT, abortSignal })), reason);
        await settled();
        assertEquals(statesOf(emulator), ["CANCELLED"]);
      });
    });
  }

  it("that fails ends with its reason, and is not retried", async () => {
    await withVirtualTime(async () => {
      const { runpod, sent } = capture(({ url }) =>
        url.includes("/status/")
          ? Response.json({ id: "1-u1", status: "FAILED", error: "CUDA out of memory" })
          : Response.json({ id: "1-u1", status: "IN_PROGRESS" })
      );
      for (const method of ["doGenerate", "doStream"] as const) {
        const error = await assertRejects(() => runpod(MODEL)[method]({ prompt: PROMPT }), RunpodJobError);
        assertStringIncludes(error.message, "CUDA out of memory");
        assertEquals([error.jobId, error.isRetryable], ["1-u1", false]);
      }
      assertEquals(sent.filter(({ method }) => method === "POST").length, 2);
    });
  });

  const chunks = [chunk({ content: "Hel" }), chunk({ content: "lo" }), chunk({}, "stop")];
  const OUTPUTS: Record<string, unknown> = {
    "events as text": chunks.map((item) => `data: ${JSON.stringify(item)}\n\n`),
    "text cut anywhere": events(...chunks).match(/[^]{1,37}/g),
    "one text": events(...chunks),
    "the chunks": chunks,
    "lists of chunks": [chunks.slice(0, 1), chunks.slice(1)],
  };
  for (const [name, output] of Object.entries(OUTPUTS)) {
    it(`may have ${name} as its output`, async () => {
      const parts = await partsFrom(Response.json({ id: "1-u1", status: "COMPLETED", output }));
      assertEquals([textOf(parts), goodFinishOf(parts).finishReason.unified], ["Hello", "stop"]);
    });
  }

  it("is an error where there is no queue", async () => {
    const { runpod } = capture(() => Response.json({ id: "1-u1", status: "IN_QUEUE" }), {
      baseURL: "http://localhost:8000/v1",
    });
    const error = await assertRejects(() => runpod("m").doGenerate({ prompt: PROMPT }), APICallError);
    assertStringIncludes(error.message, 'job "1-u1" is still IN_QUEUE');
    assertEquals(error.isRetryable, false);
  });

  it("is not seen in a completion that has a status", async () => {
    const { runpod, sent } = capture(() => completion({ content: "Hi" }, { status: "in_progress" }));
    const { content } = await runpod(MODEL).doGenerate({ prompt: PROMPT });
    assertEquals([content.length, sent.length], [1, 1]);
  });
});

describe("an odd stream", () => {
  const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
  const ODD: Record<string, string> = {
    "with comments and keep-alives": `: ping\n\n${
      events(chunk({ content: "Hel" }), chunk({ content: "lo" }, "stop")).replaceAll(
        "\n\n",
        "\n\n: OPENROUTER PROCESSING\n\n",
      )
    }`,
    "with event names and ids": events(chunk({ content: "Hel" }), chunk({ content: "lo" }, "stop"))
      .replaceAll("data:", "event: message\nid: 7\nretry: 100\ndata:"),
    "with chunks after the finish": events(
      chunk({ content: "Hel" }),
      chunk({ content: "lo" }, "stop"),
      chunk({}),
      chunk({ role: "assistant", content: "" }),
    ),
    "with usage in every chunk": events(
      { ...chunk({ content: "Hel" }), usage: { ...usage, completion_tokens: 1 } },
      { ...chunk({ content: "lo" }, "stop"), usage },
    ),
    "with chunks without choices": events(
      { ...chunk({}), choices: [] },
      { ...chunk({}), choices: null },
      { id: "chatcmpl-1", object: "chat.completion.chunk" },
      chunk({ content: "Hel" }),
      { choices: [{ index: 0, delta: null, finish_reason: null }] },
      chunk({ content: "lo" }, "stop"),
      { choices: [], usage },
    ),
    "with events that are no objects": events(null, 1, "text", [], chunk({ content: "Hello" }, "stop")),
    "with a byte order mark": `\ufeff${events(chunk({ content: "Hello" }, "stop"))}`,
    "with carriage returns": events(chunk({ content: "Hello" }, "stop")).replaceAll("\n", "\r"),
    "without white space": events(chunk({ content: "Hello" }, "stop")).replaceAll("data: ", "data:"),
    "with the whole message in place of a delta": events({
      ...chunk({}),
      choices: [{ index: 0, delta: { role: "assistant", content: "Hello", tool_calls: [] }, finish_reason: "stop" }],
    }),
  };
  for (const [name, body] of Object.entries(ODD)) {
    it(`${name} is read`, async () => {
      const parts = await partsFrom(stream(body));
      assertEquals([textOf(parts), goodFinishOf(parts).finishReason.unified], ["Hello", "stop"]);
    });
  }

  it("with many usages has the last one", async () => {
    const parts = await partsFrom(stream(ODD["with usage in every chunk"]));
    assertEquals(goodFinishOf(parts).usage.raw, usage);
  });

  for (const openaiChunks of ["events", "fragments", "batches", "pretty"] as const) {
    it(`that a worker sends as ${openaiChunks} has the same parts as any other`, async () => {
      const endpoints = { mine: { worker: "chat" as const, reasoning: "reasoning" as const } };
      const ask = async (behavior: EmulatedBehavior) => {
        const { stream } = await emulate({ endpoints, behavior }).runpod("mine").doStream({ prompt: PROMPT });
        return (await Array.fromAsync(stream)).filter(({ type }) => type !== "response-metadata");
      };
      assertEquals(await ask({ openaiChunks }), await ask({}));
    });
  }

  it("that splits a character into bytes has it whole", async () => {
    const bytes = new TextEncoder().encode(events(chunk({ content: "Grüße 👩‍🚀" }), chunk({}, "stop")));
    const body = pieces(Array.from(bytes, (byte) => Uint8Array.of(byte)));
    assertEquals(textOf(await partsFrom(stream(body))), "Grüße 👩‍🚀");
  });
});

describe("an SGLang worker", () => {
  it("has its text, reasoning and errors read", async () => {
    const { runpod } = emulate({
      endpoints: { sgl: { worker: "chat", server: "sglang", reasoning: true, models: ["org/model"] } },
      behavior: { openaiChunks: "pretty" },
    });
    const model = runpod("sgl");
    const whole = await generateText({ model, prompt: "Tell me about sea otters" });
    assertStringIncludes(whole.reasoningText ?? "", "sea otters");
    const live = streamText({ model, prompt: "Tell me about sea otters" });
    assertEquals([await live.text, await live.reasoningText], [whole.text, whole.reasoningText]);
    const quiet = await generateText({ model, prompt: "Tell me about sea otters", reasoning: "none" });
    assertEquals([quiet.text, quiet.reasoningText], [whole.text, undefined]);
    const error = await assertRejects(
      () => generateText({ model, prompt: "Hi", maxOutputTokens: 100_000, maxRetries: 0 }),
      APICallError,
      "cannot be greater than max_model_len",
    );
    assertEquals([error.statusCode, error.isRetryable], [200, false]);
  });
});
