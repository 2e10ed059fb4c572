/** What is read from answers beside their text: constraints, parts in their order, fields of the server, reruns. */
import { RunpodJobError } from "@runpod/ai-sdk-provider";
import type { EmulatedHandler } from "@runpod/ai-sdk-provider/testing";
import { generateText, jsonSchema, type ModelMessage, Output, streamText, tool } from "ai";
import { describe, it } from "node:test";
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { chunk, completion, eventsBeforeEnd, stream } from "./answers.ts";
import { capture } from "./capture.ts";
import { emulate } from "./emulated.ts";
import { errorOf, finishOf, goodFinishOf, partsOfType, reasoningOf, textOf } from "./parts.ts";
import { PROMPT } from "./smallest_calls.ts";
import { withVirtualTime } from "./virtual_time.ts";

const DONE = "data: [DONE]\n\n";
const quiet = { maxRetries: 0, onError: () => {} };

/** The parts that a job's yields become. */
async function partsOfJob(worker: EmulatedHandler, call = {}) {
  const { runpod } = emulate({ endpoints: { abc123: { worker, models: ["m"] } } });
  const model = runpod("abc123", { model: "m", transport: "queue" });
  return await Array.fromAsync((await model.doStream({ prompt: PROMPT, ...call })).stream);
}

/** The chunks of one run of a job. */
const run = (id: string, ...deltas: Array<Record<string, unknown>>) =>
  [{ role: "assistant", content: "" }, ...deltas].map((delta) => ({ ...chunk(delta), id }));
const end = (id: string, reason = "stop") => ({ ...chunk({}, reason), id });
const texts = (...words: string[]) => words.map((content) => ({ content }));
const toolDelta = (id: string, name: string | undefined, args: string) => ({
  tool_calls: [{
    index: 0,
    ...(name && { id, type: "function" }),
    function: { ...(name && { name }), arguments: args },
  }],
});

describe("a job that begins again in the middle", () => {
  const runs: Array<[name: string, chunks: unknown[]]> = [
    ["in other pieces", [
      ...run("a", ...texts("one ", "two ", "three ")),
      ...run("b", ...texts("one t", "wo three four", " five")),
      end("b"),
    ]],
    ["twice", [
      ...run("a", ...texts("one ", "two ")),
      ...run("b", ...texts("one ")),
      ...run("c", ...texts("one two three", " four five")),
      end("c"),
    ]],
    ["after reasoning", [
      ...run("a", { reasoning_content: "Hm" }, { content: "one two" }),
      ...run("b", { reasoning_content: "Hm" }, { content: "one two three four five" }),
      end("b"),
    ]],
  ];
  for (const [name, chunks] of runs) {
    it(`${name} says nothing twice, as objects and as text`, async () => {
      await withVirtualTime(async () => {
        const asText = (chunk: unknown) => eventsBeforeEnd(chunk);
        for (const items of [chunks, [...chunks.map(asText), DONE]]) {
          const parts = await partsOfJob(function* () {
            yield* items;
          });
          assertEquals(textOf(parts), "one two three four five");
          assertEquals(goodFinishOf(parts).finishReason.unified, "stop");
          assertEquals(reasoningOf(parts), name === "after reasoning" ? "Hm" : "");
        }
      });
    });
  }

  it("in the middle of an event says nothing twice", async () => {
    await withVirtualTime(async () => {
      const event = eventsBeforeEnd(run("a", { content: " three" })[1]);
      for (const length of [3, 8, 40, event.length - 3, event.length - 1]) {
        const parts = await partsOfJob(function* () {
          yield eventsBeforeEnd(...run("a", ...texts("one", " two"))) + event.slice(0, length);
          yield eventsBeforeEnd(...run("b", ...texts("one", " two", " three", ' data: {"id'))) +
            eventsBeforeEnd(end("b")) + DONE;
        });
        assertEquals(textOf(parts), 'one two three data: {"id');
        assertEquals(goodFinishOf(parts).finishReason.unified, "stop");
      }
    });
  });

  it("makes no tool call twice", async () => {
    await withVirtualTime(async () => {
      const parts = await partsOfJob(function* () {
        yield* run("a", toolDelta("call-a", "add", ""), toolDelta("", undefined, '{"a":'));
        yield* run(
          "b",
          toolDelta("call-b", "add", ""),
          toolDelta("", undefined, '{"a"'),
          toolDelta("", undefined, ":1}"),
        );
        yield end("b", "tool_calls");
      });
      goodFinishOf(parts);
      assertEquals(partsOfType(parts, "tool-call").map(({ toolCallId, input }) => [toolCallId, input]), [
        ["call-a", '{"a":1}'],
      ]);
    });
  });

  it("fails and says why where the second answer differs, or is shorter", async () => {
    await withVirtualTime(async () => {
      const others = [
        [...run("b", ...texts("one four")), end("b")],
        [...run("b", ...texts("one")), end("b")],
        [...run("b", { reasoning_content: "one" }), end("b")],
        [...run("b", toolDelta("call", "add", "{}")), end("b")],
      ];
      for (const other of others) {
        const parts = await partsOfJob(function* () {
          yield* run("a", ...texts("one ", "two "));
          yield* other;
        });
        assertEquals(textOf(parts), "one two ");
        const { message } = errorOf(parts, RunpodJobError);
        assertStringIncludes(message, "the job ran again in the middle of its answer");
        assertEquals(finishOf(parts).finishReason.unified, "error");
      }
    });
  });

  it("is not seen where every chunk has an id of its own, or the last one has", async () => {
    await withVirtualTime(async () => {
      const parts = await partsOfJob(function* () {
        for (const [index, content] of ["ha ", "ha ", "ha"].entries()) {
          yield { ...chunk({ role: "assistant", content }), id: `chunk-${index}` };
        }
        yield end("last");
      });
      goodFinishOf(parts);
      assertEquals(textOf(parts), "ha ha ha");
    });
  });
});

describe("characters that a worker breaks between its yields", () => {
  it("are told in the metadata of the end", async () => {
    await withVirtualTime(async () => {
      const text = eventsBeforeEnd(chunk({ content: "a\uFFFD\uFFFDb" }), chunk({}, "stop")) + DONE;
      const middle = text.indexOf("\uFFFD") + 1;
      for (
        const [pieces, lost] of [[[text.slice(0, middle), text.slice(middle)], true], [[text], undefined]] as const
      ) {
        const parts = await partsOfJob(function* () {
          yield* pieces;
        });
        assertEquals(goodFinishOf(parts).providerMetadata?.runpod.hasLostCharacters, lost);
        const { runpod } = emulate({ endpoints: { abc123: { worker: () => [...pieces], models: ["m"] } } });
        const model = runpod("abc123", { model: "m", transport: "queue" });
        const { providerMetadata } = await generateText({ model, prompt: "Hi" });
        assertEquals(providerMetadata?.runpod.hasLostCharacters, lost);
      }
    });
  });
});

/** A whole answer and the same answer as a stream, each read by `ai`. */
async function bothWays(
  message: Record<string, unknown>,
  { reason = "stop", more = {}, choice = {}, settings = {}, ...call }: {
    reason?: string;
    more?: Record<string, unknown>;
    choice?: Record<string, unknown>;
    settings?: Record<string, unknown>;
    // deno-lint-ignore no-explicit-any
    [option: string]: any;
  } = {},
) {
  const whole = capture(() =>
    completion({}, {
      choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: reason, ...choice }],
      ...more,
    })
  );
  const chunks = [chunk(message), {
    ...chunk({}, reason),
    ...more,
    choices: [{ index: 0, delta: {}, ...choice, finish_reason: reason }],
  }];
  const streamed = capture(() => stream(eventsBeforeEnd(...chunks) + DONE));
  const options = { ...quiet, prompt: "Hi", ...call };
  const first = await generateText({ ...options, model: whole.runpod("mine", { model: "m", ...settings }) });
  const second = streamText({ ...options, model: streamed.runpod("mine", { model: "m", ...settings }) });
  await second.consumeStream({ onError: () => {} });
  return { first, second, sent: [whole.sent[0].body, streamed.sent[0].body] };
}

describe("an answer, whole and streamed,", () => {
  it("has its parts in their order", async () => {
    const content = [
      { type: "text", text: "First. " },
      { type: "thinking", thinking: [{ type: "text", text: "Hm" }] },
      { type: "text", text: "Second." },
    ];
    const { first, second } = await bothWays({ content });
    for (const parts of [first.content, await second.content]) {
      assertEquals(parts.map((part) => "text" in part ? [part.type, part.text] : []), [
        ["text", "First. "],
        ["reasoning", "Hm"],
        ["text", "Second."],
      ]);
    }
  });

  it("may have its only choice under another index", async () => {
    const { first } = await bothWays({ content: "Hi" }, { choice: { index: 1 } });
    assertEquals(first.text, "Hi");
    const body = eventsBeforeEnd(
      { ...chunk({}), choices: [{ index: 1, delta: { content: "Hi" }, finish_reason: null }] },
      { ...chunk({}), choices: [{ index: 1, delta: {}, finish_reason: "stop" }] },
    );
    const { runpod } = capture(() => stream(body + DONE));
    assertEquals(await streamText({ ...quiet, model: runpod("mine", { model: "m" }), prompt: "Hi" }).text, "Hi");
  });

  it("gets back with a call what the server sent with it", async () => {
    const extra_content = { google: { thought_signature: "c2ln" } };
    const calls = [{
      index: 0,
      id: "call-1",
      type: "function",
      function: { name: "now", arguments: "{}" },
      extra_content,
      unset: null,
    }];
    const tools = { now: tool({ inputSchema: jsonSchema({ type: "object", properties: {} }) }) };
    const { first, second } = await bothWays({ tool_calls: calls }, { reason: "tool_calls", tools });
    for (const { messages } of [first.response, await second.response]) {
      const { runpod, sent } = capture(() => completion({ content: "Noon" }));
      const result: ModelMessage = {
        role: "tool",
        content: [{
          type: "tool-result",
          toolCallId: "call-1",
          toolName: "now",
          output: { type: "text", value: "12" },
        }],
      };
      await generateText({
        model: runpod("mine", { model: "m" }),
        tools,
        messages: [{ role: "user", content: "Hi" }, ...messages, result],
      });
      assertEquals(sent[0].body.messages[1].tool_calls, [{
        id: "call-1",
        type: "function",
        function: { name: "now", arguments: "{}" },
        extra_content,
      }]);
    }
  });

  it("has what vLLM tells besides in its metadata", async () => {
    const metrics = { time_to_first_token: 0.1 };
    const { first, second } = await bothWays({ content: "Hi" }, {
      choice: { stop_reason: "END", token_ids: [1, 2] },
      more: { metrics, prompt_token_ids: [7], prompt_logprobs: null, kv_transfer_params: null },
    });
    for (const told of [first.providerMetadata, await second.providerMetadata]) {
      const { stopReason, tokenIds, metrics: read, promptTokenIds } = told!.runpod;
      assertEquals([stopReason, tokenIds, read, promptTokenIds], ["END", [1, 2], metrics, [7]]);
      assertEquals("promptLogprobs" in told!.runpod, false);
    }
    const prompt_logprobs = [null, { "5": { logprob: -1, rank: 1, decoded_token: "a" } }];
    const whole = (await bothWays({ content: "Hi" }, { more: { prompt_logprobs } })).first;
    assertEquals(whole.providerMetadata!.runpod.promptLogprobs, prompt_logprobs);
  });

  it("has the ids of its tokens from all chunks", async () => {
    const chunks = [[1], [2, 3], []].map((token_ids, index) => ({
      ...chunk({}),
      choices: [{ index: 0, delta: { content: "a" }, token_ids, finish_reason: index === 2 ? "stop" : null }],
    }));
    const { runpod } = capture(() => stream(eventsBeforeEnd(...chunks) + DONE));
    const { providerMetadata } = streamText({ ...quiet, model: runpod("mine", { model: "m" }), prompt: "Hi" });
    assertEquals((await providerMetadata)!.runpod.tokenIds, [1, 2, 3]);
  });

  it("is what its reasoning says where the model was told not to think", async () => {
    const schema = jsonSchema<{ n: number }>({ type: "object", properties: { n: { type: "number" } } });
    const output = Output.object({ schema });
    for (const field of ["reasoning", "reasoning_content"]) {
      const off: Array<Record<string, unknown>> = [
        { reasoning: "none" },
        { providerOptions: { runpod: { chatTemplateKwargs: { enable_thinking: false } } } },
        { providerOptions: { runpod: { reasoningEffort: "none" } } },
      ];
      for (const options of off) {
        const { first, second } = await bothWays({ content: null, [field]: '{"n":4}' }, { output, ...options });
        assertEquals([first.output, await second.output], [{ n: 4 }, { n: 4 }]);
        assertEquals([first.reasoningText, await second.reasoningText], [undefined, undefined]);
      }
    }
    const plain = await bothWays({ content: null, reasoning: "Four" }, { reasoning: "none" });
    assertEquals([plain.first.text, await plain.second.text], ["Four", "Four"]);
  });

  it("keeps its reasoning apart where text or a call comes after it, or the model may think", async () => {
    const cases: Array<[message: Record<string, unknown>, reasoning: "none" | "high", text: string]> = [
      [{ reasoning: "Hm", content: "Four" }, "none", "Four"],
      [{ reasoning: "Hm", content: null }, "high", ""],
      [{ reasoning: "Hm", content: null, isCut: true }, "none", ""],
    ];
    for (const [{ isCut, ...message }, reasoning, text] of cases) {
      const { first, second } = await bothWays(message, { reasoning, reason: isCut ? "length" : "stop" });
      assertEquals([first.reasoningText, first.text], ["Hm", text]);
      assertEquals([await second.reasoningText, await second.text], ["Hm", text]);
    }
  });

  it("that begins with <think> begins with reasoning, whatever the model, unless the setting says no", async () => {
    const content = "<think>Hm</think>\n\nFour";
    const { first, second } = await bothWays({ content });
    assertEquals([first.reasoningText, first.text], ["Hm", "Four"]);
    assertEquals([await second.reasoningText, await second.text], ["Hm", "Four"]);
    const off = await bothWays({ content }, { settings: { reasoningTags: false } });
    assertEquals([off.first.text, await off.second.text], [content, content]);
    const inside = await bothWays({ content: `In HTML: ${content}` });
    assertEquals([inside.first.text, await inside.second.text], [`In HTML: ${content}`, `In HTML: ${content}`]);
  });
});

describe("a constraint that a server ignored", () => {
  const CASES: Array<[structuredOutputs: Record<string, unknown>, text: string, ignored: string | undefined]> = [
    [{ choice: ["yes", "no"] }, "yes", undefined],
    [{ choice: ["yes", "no"] }, "\n\nyes", undefined],
    [{ choice: ["yes", "no"] }, "Well, yes", "choice"],
    [{ regex: "\\d{4}" }, "1984", undefined],
    [{ regex: "\\d{4}" }, "in 1984", "regex"],
    [{ regex: "(?P<a>x" }, "in 1984", undefined],
    [{ grammar: 'root ::= "a"' }, "b", undefined],
  ];
  for (const [structuredOutputs, content, ignored] of CASES) {
    it(`${JSON.stringify(structuredOutputs)} is ${ignored ? "told" : "no case"} for ${JSON.stringify(content)}`, async () => {
      const { first, second } = await bothWays({ content }, { providerOptions: { runpod: { structuredOutputs } } });
      assertEquals(first.warnings?.length, ignored ? 1 : 0);
      for (const told of [first.providerMetadata, await second.providerMetadata]) {
        assertEquals(told?.runpod?.ignoredConstraint, ignored);
      }
    });
  }

  it("is not told of an answer that was cut", async () => {
    const structuredOutputs = { choice: ["yes", "no"] };
    const cut = await bothWays({ content: "ye" }, {
      reason: "length",
      providerOptions: { runpod: { structuredOutputs } },
    });
    assertEquals(cut.first.warnings, []);
  });

  it("under a name that vLLM no longer reads is told, and sent all the same", async () => {
    const { first, second, sent } = await bothWays({ content: "a" }, {
      providerOptions: { runpod: { guided_regex: "a", guided_choice: ["a"] } },
    });
    for (const warnings of [first.warnings, await second.warnings]) {
      assertEquals(warnings?.map((warning) => "feature" in warning && warning.feature), [
        "providerOptions.runpod.guided_regex",
        "providerOptions.runpod.guided_choice",
      ]);
    }
    assertEquals(sent.map(({ guided_regex }) => guided_regex), ["a", "a"]);
  });
});

describe("an object", () => {
  const schema = { type: "object" as const, properties: { n: { type: "number" as const } } };
  const output = Output.object({ schema: jsonSchema<{ n: number }>(schema) });
  const now = tool({ inputSchema: jsonSchema({ type: "object", properties: {} }) });

  it("by a tool is as strict as the options say, and required", async () => {
    for (const [strictJsonSchema, strict] of [[undefined, true], [false, false]] as const) {
      const { runpod, sent } = capture(() => completion({ content: '{"n":1}' }));
      const model = runpod("mine", { model: "m", structuredOutputMode: "tool" });
      await generateText({ model, prompt: "Hi", output, providerOptions: { runpod: { strictJsonSchema } } });
      assertEquals([sent[0].body.tools[0].function.strict, sent[0].body.tool_choice], [strict, "required"]);
    }
  });

  it("as JSON has its schema beside the type too", async () => {
    const { runpod, sent } = capture(() => completion({ content: '{"n":1}' }));
    await generateText({
      model: runpod("mine", { model: "m", structuredOutputMode: "json_object" }),
      prompt: "Hi",
      output,
    });
    assertEquals(sent[0].body.response_format, { type: "json_object", schema });
  });

  it("beside tools is warned of, unless the caller chose how it is asked for", async () => {
    for (
      const [settings, toolChoice, count] of [
        [{}, "auto", 1],
        [{}, undefined, 1],
        [{}, "none", 0],
        [{ structuredOutputMode: "json_schema" }, "auto", 0],
      ] as const
    ) {
      const { runpod } = capture(() => completion({ content: '{"n":1}' }));
      const model = runpod("mine", { model: "m", ...settings });
      const { warnings } = await generateText({ model, prompt: "Hi", output, tools: { now }, toolChoice });
      assertEquals(
        warnings?.filter((warning) => "feature" in warning && /with tools/.test(warning.feature)).length,
        count,
      );
    }
  });

  it("by a tool comes after the calls of other tools", async () => {
    const call = (name: string, args: string) => ({ tool_calls: [{ id: name, function: { name, arguments: args } }] });
    const answers = [call("weather", "{}"), call("json", '{"n":21}')];
    const { runpod } = capture((_, index) => completion({ content: null, ...answers[index] }));
    let ran = 0;
    const weather = tool({ ...now, execute: () => ++ran });
    const model = runpod("mine", { model: "m", structuredOutputMode: "tool" });
    const { output: object } = await generateText({
      model,
      prompt: "Hi",
      output,
      tools: { weather },
      stopWhen: ({ steps }) => steps.length === 3,
    });
    assertEquals([ran, object], [1, { n: 21 }]);
  });
});

describe("an empty answer without a finish reason", () => {
  it("has a warning with the likely cause", async () => {
    const { runpod } = capture(() =>
      completion({}, { choices: [{ index: 0, message: { role: "assistant", content: "" }, finish_reason: "" }] })
    );
    const { warnings } = await generateText({ model: runpod("mine", { model: "m" }), prompt: "Hi" });
    assertMatch((warnings?.[0] as { message: string }).message, /longer than the model's context/);
  });
});

describe("the log probabilities of a completion", () => {
  it("have the form of a chat's, whole and streamed", async () => {
    const logprobs = (tokens: string[]) => ({
      tokens,
      token_logprobs: tokens.map(() => -0.5),
      top_logprobs: tokens.map((token) => ({ [token]: -0.5, other: -1 })),
      text_offset: tokens.map((_, index) => index),
    });
    const expected = ["a", "b"].map((token, index) => ({
      token,
      logprob: -0.5,
      top_logprobs: [{ token, logprob: -0.5 }, { token: "other", logprob: -1 }],
      text_offset: index,
    }));
    const choice = (text: string, tokens: string[], finish_reason: string | null) => ({
      id: "cmpl-1",
      object: "text_completion",
      choices: [{ index: 0, text, logprobs: logprobs(tokens), finish_reason }],
    });
    const call = { ...quiet, prompt: "Hi", providerOptions: { runpod: { logprobs: 2 } } };
    const whole = capture(() => Response.json(choice("ab", ["a", "b"], "stop"))).runpod.completionModel("mine", {
      model: "m",
    });
    assertEquals((await generateText({ ...call, model: whole })).providerMetadata?.runpod.logprobs, expected);

    const body = eventsBeforeEnd(choice("a", ["a"], null), choice("b", ["b"], "stop")) + DONE;
    const streamed = capture(() => stream(body)).runpod.completionModel("mine", { model: "m" });
    const told = (await streamText({ ...call, model: streamed }).providerMetadata)?.runpod.logprobs as unknown[];
    assertEquals(told, expected.map((token) => ({ ...token, text_offset: 0 })));
    const missing = capture(() =>
      Response.json({ choices: [{ text: "a", logprobs: { tokens: ["a"] }, finish_reason: "stop" }] })
    );
    const { providerMetadata } = await generateText({
      ...call,
      model: missing.runpod.completionModel("mine", { model: "m" }),
    });
    assertEquals(providerMetadata?.runpod.logprobs, [{ token: "a", top_logprobs: [] }]);
  });
});

describe("an option for the server under a name that no server reads", () => {
  it("is sent as it is, and a warning has the name that servers read", async () => {
    const runpod = { topLogprobs: 2, stopTokenIds: [1], cachePrompt: true, top_logprobs: 3 };
    const { first, second, sent } = await bothWays({ content: "Hi" }, { providerOptions: { runpod } });
    for (const warnings of [first.warnings, await second.warnings]) {
      assertEquals(warnings?.map((warning) => "feature" in warning && `${warning.feature}: ${warning.details}`), [
        'providerOptions.runpod.topLogprobs: it is sent as it is, and servers read "top_logprobs"',
        'providerOptions.runpod.stopTokenIds: it is sent as it is, and servers read "stop_token_ids"',
      ]);
    }
    const { topLogprobs, stopTokenIds, cachePrompt, top_logprobs } = sent[0];
    assertEquals({ topLogprobs, stopTokenIds, cachePrompt, top_logprobs }, runpod);
  });
});

describe("an image in the result of a tool", () => {
  const image = { type: "image-data" as const, data: "iVBORw0KGgo=", mediaType: "image/png" };
  const result = (id: string, ...value: Array<typeof image | { type: "text"; text: string }>) => ({
    type: "tool-result" as const,
    toolCallId: id,
    toolName: "camera",
    output: { type: "content" as const, value },
  });
  const call = (id: string) => ({ type: "tool-call" as const, toolCallId: id, toolName: "camera", input: {} });
  const messages: ModelMessage[] = [
    { role: "user", content: "What is there?" },
    { role: "assistant", content: [call("1"), call("2"), call("3")] },
    {
      role: "tool",
      content: [
        result("1", { type: "text", text: "A photo." }, image),
        result("2", image),
        result("3", { type: "text", text: "dark" }),
      ],
    },
  ];
  async function sentBy(id: string, settings: Record<string, unknown> = {}) {
    const { runpod, sent } = capture(() => completion({ content: "a cat" }));
    assertEquals((await generateText({ model: runpod(id, settings), messages })).text, "a cat");
    // deno-lint-ignore no-explicit-any
    return sent[0].body.messages.slice(2) as any[];
  }

  it("goes into a message of the user after the results, where the server takes text alone there", async () => {
    for (
      const [id, settings] of [
        ["moonshotai/kimi-k2.6", {}],
        ["mine", { model: "moonshotai/Kimi-K2.5" }],
        ["mine", { model: "m", imagesInToolResults: false }],
      ] as const
    ) {
      const sent = await sentBy(id, settings);
      assertEquals(sent.map(({ role }) => role), ["tool", "tool", "tool", "user"]);
      assertEquals(sent.slice(0, 3).map(({ content }) => content), [
        "A photo.",
        "The result is in the next message.",
        "dark",
      ]);
      const url = "data:image/png;base64,iVBORw0KGgo=";
      const moved = [{ type: "text", text: "From camera:" }, { type: "image_url", image_url: { url } }];
      assertEquals(sent[3].content, [...moved, ...moved]);
    }
  });

  it("stays in the result elsewhere", async () => {
    for (
      const [id, settings] of [
        ["mine", { model: "m" }],
        ["moonshotai/kimi-k2.6", { imagesInToolResults: true }],
      ] as const
    ) {
      const sent = await sentBy(id, settings);
      assertEquals(sent.map(({ role }) => role), ["tool", "tool", "tool"]);
      assertEquals(sent[0].content.map(({ type }: { type: string }) => type), ["text", "image_url"]);
    }
  });
});

describe("a message that the model goes on with", () => {
  it("is the assistant's last one", async () => {
    const { sent } = await bothWays({ content: "ris" }, {
      prompt: undefined,
      messages: [{ role: "user", content: "Capital of France?" }, { role: "assistant", content: "Pa" }],
      providerOptions: { runpod: { continueFinalMessage: true } },
    });
    for (const { messages, continue_final_message, add_generation_prompt } of sent) {
      assertEquals(messages.at(-1), { role: "assistant", content: "Pa" });
      assertEquals([continue_final_message, add_generation_prompt], [true, false]);
    }
  });
});
