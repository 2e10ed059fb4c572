import { APICallError, InvalidArgumentError, UnsupportedFunctionalityError } from "@ai-sdk/provider";
import type { EmulatedBehavior } from "@runpod/ai-sdk-provider/testing";
import { generateText, streamText } from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { eventsBeforeEnd, stream } from "./answers.ts";
import { featuresOf } from "./calls.ts";
import { capture } from "./capture.ts";
import { emulate } from "./emulated.ts";
import { errorOf } from "./parts.ts";
import { PROMPT } from "./smallest_calls.ts";

const TEXT = { id: "cmpl-1", object: "text_completion", created: 1_700_000_000, model: "m" };
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
const answer = (text: string, more = {}) =>
  Response.json({ ...TEXT, choices: [{ index: 0, text, finish_reason: "length", logprobs: null }], usage, ...more });

/** An emulator with the endpoint "mine", which serves a base model. */
const withBaseModel = (behavior: EmulatedBehavior = {}) =>
  emulate({ behavior, endpoints: { mine: { worker: "chat", models: ["org/base"] } } });

describe("a completion model", () => {
  it("sends its request as a job where the setting says so, whole and streamed", async () => {
    const { emulator, runpod } = withBaseModel();
    const model = runpod.completionModel("mine", { transport: "queue", model: "org/base" });
    const call = { model, maxOutputTokens: 500, prompt: "Once upon a time" };
    const whole = await generateText(call);
    const byRoute = await generateText({ ...call, model: runpod.completionModel("mine") });
    assertEquals([whole.text, whole.finishReason, whole.usage], [
      byRoute.text,
      byRoute.finishReason,
      byRoute.usage,
    ]);
    assertEquals(await streamText(call).text, whole.text);
    const inputs = emulator.jobs.map(({ input }) => input as Record<string, unknown>);
    assertEquals(inputs[0].openai_route, "/v1/completions");
    const body = inputs[0].openai_input as Record<string, unknown>;
    assertEquals([body.model, body.prompt], ["org/base", "Once upon a time"]);
    const { jobId } = whole.providerMetadata!.runpod;
    const again = await generateText({ ...call, providerOptions: { runpod: { jobId } } });
    assertEquals(again.text, whole.text);
  });

  it("continues a text, whole and streamed, with the finish reason and the usage", async () => {
    const { emulator, runpod } = withBaseModel();
    const model = runpod.completionModel("mine");
    assertEquals([model.provider, model.modelId], ["runpod.completion", "mine"]);
    const cut = await generateText({ model, prompt: "Once upon a time" });
    // The server's own limit.
    assertEquals([cut.finishReason, cut.usage.outputTokens], ["length", 16]);
    const maxOutputTokens = 500;
    const whole = await generateText({ model, maxOutputTokens, prompt: "Once upon a time" });
    assert(whole.text.length > 0);
    assertEquals(whole.finishReason, "stop");
    assert(whole.usage.inputTokens! > 0 && whole.usage.outputTokens! > 0);

    const streaming = streamText({ model, maxOutputTokens, prompt: "Once upon a time" });
    const deltas = await Array.fromAsync(streaming.textStream);
    assertEquals(deltas.join(""), whole.text);
    assert(deltas.length > 1);
    // vLLM's own fields differ a little between whole and streamed answers.
    assertEquals({ ...await streaming.usage, raw: undefined }, { ...whole.usage, raw: undefined });
    assertEquals(await streaming.finishReason, "stop");

    const inputs = emulator.jobs.map(({ input }) => input);
    const routes = inputs.map(({ openai_route }) => openai_route);
    assertEquals(routes, ["/v1/models", "/v1/completions", "/v1/completions", "/v1/completions"]);
    assertEquals(inputs[1].openai_input, { model: "org/base", prompt: "Once upon a time" });
    assertEquals(inputs[3].openai_input, {
      model: "org/base",
      prompt: "Once upon a time",
      max_tokens: 500,
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it("streams the same text however the worker splits its events", async () => {
    const { text } = await generateText({
      model: withBaseModel().runpod.completionModel("mine"),
      prompt: "Tell me a story",
    });
    for (const openaiChunks of ["fragments", "batches", "pretty"] as const) {
      const model = withBaseModel({ openaiChunks }).runpod.completionModel("mine");
      assertEquals(await streamText({ model, prompt: "Tell me a story" }).text, text);
    }
  });

  it("sends settings and options under the server's names, and nothing else", async () => {
    const { runpod, sent } = capture(() => answer("x"));
    const model = runpod.completionModel("mine", { model: "m" });
    await model.doGenerate({
      prompt: PROMPT,
      maxOutputTokens: 9,
      temperature: 0,
      topP: 0.5,
      topK: 3,
      presencePenalty: 1,
      frequencyPenalty: 2,
      seed: 4,
      stopSequences: ["END"],
      responseFormat: { type: "json", schema: { type: "object" } },
      providerOptions: { runpod: { minP: 0.1, repetitionPenalty: 1.1, logprobs: 2, echo: true, best_of: 2 } },
    });
    assertEquals(sent[0].body, {
      model: "m",
      prompt: "Hi",
      max_tokens: 9,
      temperature: 0,
      top_p: 0.5,
      top_k: 3,
      presence_penalty: 1,
      frequency_penalty: 2,
      stop: ["END"],
      seed: 4,
      structured_outputs: { json: { type: "object" } },
      min_p: 0.1,
      repetition_penalty: 1.1,
      logprobs: 2,
      echo: true,
      best_of: 2,
    });
    assertEquals(new URL(sent[0].url).pathname, "/v2/mine/openai/v1/completions");
  });

  it("sends a conversation as a transcript, and stops where the user would speak", async () => {
    const { runpod, sent } = capture(() => answer("x"));
    await runpod.completionModel("mine", { model: "m" }).doGenerate({
      prompt: [
        { role: "system", content: "Be brief." },
        ...PROMPT,
        { role: "assistant", content: [{ type: "reasoning", text: "…" }, { type: "text", text: "Hello" }] },
        { role: "user", content: [{ type: "text", text: "Bye" }] },
      ],
    });
    assertEquals(sent[0].body.prompt, "Be brief.\n\nuser:\nHi\n\nassistant:\nHello\n\nuser:\nBye\n\nassistant:\n");
    assertEquals(sent[0].body.stop, ["\nuser:"]);
  });

  it("warns of settings that completions do not have, and refuses files", async () => {
    const { runpod, sent } = capture(() => answer("x"));
    const model = runpod.completionModel("mine", { model: "m" });
    const { warnings } = await model.doGenerate({
      prompt: PROMPT,
      reasoning: "high",
      responseFormat: { type: "json" },
      tools: [{ type: "function", name: "f", inputSchema: { type: "object" } }],
      providerOptions: { runpod: { parallelToolCalls: true } },
    });
    assertEquals(featuresOf(warnings), [
      "providerOptions.runpod.parallelToolCalls",
      "tools",
      "reasoning",
      "responseFormat",
    ]);
    assertEquals(sent[0].body, { model: "m", prompt: "Hi" });
    await assertRejects(
      () => model.doGenerate({ prompt: PROMPT, providerOptions: { runpod: { logprobs: true } } }),
      InvalidArgumentError,
      "providerOptions.runpod.logprobs: true is not a whole number",
    );
    await assertRejects(
      () =>
        model.doGenerate({
          prompt: [{
            role: "user",
            content: [{
              type: "file",
              mediaType: "image/png",
              data: { type: "url", url: new URL("https://a.b/c.png") },
            }],
          }],
        }),
      UnsupportedFunctionalityError,
      "it takes only text",
    );
    assertEquals(sent.length, 1);
  });

  it("reports a stream that ends early, and the server's errors", async () => {
    const { runpod } = capture(() => stream(eventsBeforeEnd({ ...TEXT, choices: [{ index: 0, text: "Once" }] })));
    const { stream: parts } = await runpod.completionModel("mine", { model: "m" }).doStream({ prompt: PROMPT });
    assertStringIncludes(errorOf(await Array.fromAsync(parts)).message, "the answer was cut");

    const error = await assertRejects(
      () => withBaseModel().runpod.completionModel("mine", { model: "org/other" }).doGenerate({ prompt: PROMPT }),
      APICallError,
    );
    assert(error.message.includes('it serves "org/base"'), error.message);
    assertEquals(error.isRetryable, false);
  });
});
