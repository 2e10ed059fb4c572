import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import type { RunpodChatModelSettings } from "@runpod/ai-sdk-provider";
import { generateObject, generateText, isStepCount, streamText, tool } from "ai";
import fc from "fast-check";
import * as z from "zod";
import { describe, it } from "node:test";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { chunk, completion, events, stream } from "./answers.ts";
import { sendChat } from "./calls.ts";
import { capture } from "./capture.ts";
import { emulate } from "./emulated.ts";
import { PROMPT } from "./smallest_calls.ts";

const QWEN = "qwen/qwen3-32b-awq";
const COGITO = "deep-cogito/deep-cogito-v2-llama-70b";
const OWN = "abc123xyz";

/** Blocks of reasoning and text, in order. */
type Blocks = Array<[kind: "reasoning" | "text", text: string]>;

/** The blocks of a whole answer. */
async function whole(content: unknown, id = QWEN, settings: RunpodChatModelSettings = {}, call = {}): Promise<Blocks> {
  const { runpod } = capture(() => completion(typeof content === "string" ? { content } : content as never));
  const result = await runpod(id, { model: id === OWN ? "own" : undefined, ...settings })
    .doGenerate({ prompt: PROMPT, ...call });
  return result.content.flatMap((part) =>
    part.type === "text" || part.type === "reasoning" ? [[part.type, part.text]] : []
  );
}

/** The blocks of an answer that is streamed in these pieces of content. */
async function streamed(
  pieces: Array<string | Record<string, unknown>>,
  id = QWEN,
  settings: RunpodChatModelSettings = {},
  call: Partial<LanguageModelV4CallOptions> = {},
): Promise<Blocks> {
  const chunks = pieces.map((piece) => chunk(typeof piece === "string" ? { content: piece } : piece));
  const { runpod } = capture(() => stream(events(...chunks, chunk({}, "stop"))));
  const result = await runpod(id, { model: id === OWN ? "own" : undefined, ...settings })
    .doStream({ prompt: PROMPT, ...call });
  return blocksOf(await Array.fromAsync(result.stream));
}

function blocksOf(parts: LanguageModelV4StreamPart[]): Blocks {
  const blocks: Blocks = [];
  const open = new Map<string, Blocks[number]>();
  for (const part of parts) {
    if (part.type === "text-start" || part.type === "reasoning-start") {
      const block: Blocks[number] = [part.type === "text-start" ? "text" : "reasoning", ""];
      open.set(part.id, block);
      blocks.push(block);
    } else if (part.type === "text-delta" || part.type === "reasoning-delta") open.get(part.id)![1] += part.delta;
    else if (part.type === "text-end" || part.type === "reasoning-end") open.delete(part.id);
  }
  assertEquals(open.size, 0);
  return blocks;
}

const OPEN = { reasoningTags: { startWithReasoning: true } };
const CASES: Record<string, [text: string, blocks: Blocks, settings?: RunpodChatModelSettings, id?: string]> = {
  "between tags": ["<think>\nHm.\n</think>\n\nHello", [["reasoning", "Hm."], ["text", "Hello"]]],
  "between tags without white space": ["<think>Hm.</think>Hello", [["reasoning", "Hm."], ["text", "Hello"]]],
  "with white space of its own": ["<think>\na\n\n b \n</think>\n\nx\n y\n", [["reasoning", "a\n\n b"], [
    "text",
    "x\n y\n",
  ]]],
  "that is empty": ["<think>\n\n</think>\n\nHello", [["text", "Hello"]]],
  "that is empty and all there is": ["<think></think>", []],
  "that is empty before more": ["<think>\n</think>\n<think>b</think>c", [["reasoning", "b"], ["text", "c"]]],
  "in two blocks": ["<think>a</think>\n<think>b</think>\nc", [["reasoning", "a\nb"], ["text", "c"]]],
  "that was cut before its end": ["<think>\nHm", [["reasoning", "Hm"]]],
  "that was cut in its closing tag": ["<think>Hm</thi", [["reasoning", "Hm</thi"]]],
  "that speaks of tags": ["<think>a < b, </b>, </thin k></think>c", [["reasoning", "a < b, </b>, </thin k>"], [
    "text",
    "c",
  ]]],
  "that is not there": ["Hello </b> <th", [["text", "Hello </b> <th"]]],
  "that is only spoken of": ["The tags are <think> and </think>.", [["text", "The tags are <think> and </think>."]]],
  "that only seems to begin": ["<thin", [["text", "<thin"]]],
  "without an opening tag": ["Hm.\n</think>\n\nHello", [["reasoning", "Hm."], ["text", "Hello"]], OPEN, OWN],
  "with an opening tag after all": ["<think>Hm.</think>Hello", [["reasoning", "Hm."], ["text", "Hello"]], OPEN, OWN],
  "without any tag yet": ["Hm.", [["reasoning", "Hm."]], OPEN, OWN],
  "between other tags": [
    "<|channel>thought\nHm<channel|>Hello",
    [["reasoning", "thought\nHm"], ["text", "Hello"]],
    { reasoningTags: { opening: "<|channel>", closing: "<channel|>" } },
    OWN,
  ],
  "between tags, on an endpoint that is said to have them": [
    "<think>Hm</think>Hello",
    [["reasoning", "Hm"], ["text", "Hello"]],
    { reasoningTags: true },
    OWN,
  ],
  "between tags, of a model that is not known": [
    "<think>Hm</think>Hello",
    [["reasoning", "Hm"], ["text", "Hello"]],
    {},
    OWN,
  ],
  "before a tag that a text of such a model mentions": [
    "The tag </think> ends it",
    [["text", "The tag </think> ends it"]],
    {},
    OWN,
  ],
  "between tags, where that is turned off": ["<think>Hm</think>x", [["text", "<think>Hm</think>x"]], {
    reasoningTags: false,
  }],
};

describe("reasoning in the text", () => {
  for (const [name, [text, blocks, settings = {}, id = QWEN]] of Object.entries(CASES)) {
    it(`${name} is separated, whole and however the stream is split`, async () => {
      assertEquals(await whole(text, id, settings), blocks);
      assertEquals(await streamed([text], id, settings), blocks);
      assertEquals(await streamed([...text], id, settings), blocks);
      const places = fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(places, async (cuts) => {
          const edges = [0, ...cuts.sort((a, b) => a - b), text.length];
          const pieces = edges.slice(1).map((end, index) => text.slice(edges[index], end));
          assertEquals(await streamed(pieces, id, settings), blocks);
        }),
        { numRuns: 30 },
      );
    });
  }

  it("has no opening tag where the chat template wrote it into the prompt, which a whole answer shows", async () => {
    assertEquals(await whole("Hm.\n</think>\n\nHello"), [["reasoning", "Hm."], ["text", "Hello"]]);
  });

  it("begins at once where the template of the model opens it and the call asks for reasoning", async () => {
    const pieces = ["Hm", ".\n</think>", "\n\nHello"];
    assertEquals(await streamed(pieces, COGITO, {}, { reasoning: "high" }), [["reasoning", "Hm."], ["text", "Hello"]]);
    assertEquals(await streamed(["Hello"], COGITO), [["text", "Hello"]]);
    assertEquals(await streamed(["Hello"], COGITO, {}, { reasoning: "none" }), [["text", "Hello"]]);
    assertEquals(await streamed(["Hello"], OWN, OPEN, { reasoning: "none" }), [["text", "Hello"]]);
  });

  it("is not looked for where the server separates it", async () => {
    const deltas = [{ reasoning: "Hm" }, { content: "<think> is a tag" }];
    assertEquals(await streamed(deltas, COGITO, {}, { reasoning: "high" }), [["reasoning", "Hm"], [
      "text",
      "<think> is a tag",
    ]]);
    assertEquals(await whole({ reasoning: "Hm", content: "</think> is a tag" }), [
      ["reasoning", "Hm"],
      ["text", "</think> is a tag"],
    ]);
  });

  it("streams at once, but for what may be a tag", async () => {
    const { runpod } = capture(() =>
      stream(
        events(
          ...["<think>a", " b", "</", "b></th", "ink>c", "d"].map((content) => chunk({ content })),
          chunk({}, "stop"),
        ),
      )
    );
    const { stream: parts } = await runpod(QWEN).doStream({ prompt: PROMPT });
    const deltas = (await Array.fromAsync(parts)).flatMap((part) => "delta" in part ? [part.delta] : []);
    assertEquals(deltas, ["a", " b", "</b>", "c", "d"]);
  });

  it("ends before a tool call", async () => {
    const { runpod } = capture(() =>
      stream(events(
        chunk({ content: "<think>Hm</think>\n\n" }),
        chunk({ tool_calls: [{ index: 0, id: "1", function: { name: "now", arguments: "{}" } }] }),
        chunk({}, "tool_calls"),
      ))
    );
    const { stream: parts } = await runpod(QWEN).doStream({ prompt: PROMPT });
    assertEquals((await Array.fromAsync(parts)).map(({ type }) => type), [
      "stream-start",
      "response-metadata",
      "reasoning-start",
      "reasoning-delta",
      "reasoning-end",
      "tool-input-start",
      "tool-input-delta",
      "tool-input-end",
      "tool-call",
      "finish",
    ]);
  });

  it("is the reasoning of generateText and streamText", async () => {
    const { runpod } = capture(() => completion({ content: "<think>\nHm.\n</think>\n\nHello" }));
    const { text, reasoningText } = await generateText({ model: runpod(QWEN), prompt: "Hi" });
    assertEquals([text, reasoningText], ["Hello", "Hm."]);
    const { runpod: streaming } = capture(() =>
      stream(events(chunk({ content: "<thi" }), chunk({ content: "nk>Hm.</think>Hello" }), chunk({}, "stop")))
    );
    const result = streamText({ model: streaming(QWEN), prompt: "Hi" });
    assertEquals([await result.text, await result.reasoningText], ["Hello", "Hm."]);
  });
});

describe("an endpoint with reasoning", () => {
  for (const reasoning of ["reasoning", "reasoning_content", "both", "inline", "unopened"] as const) {
    it(`in the form "${reasoning}" is read, and has none where the call says so`, async () => {
      const { runpod } = emulate({ endpoints: { mine: { worker: "chat", reasoning } } });
      const isTagged = reasoning === "inline" || reasoning === "unopened";
      const model = runpod(
        "mine",
        isTagged ? { reasoningTags: { startWithReasoning: reasoning === "unopened" } } : {},
      );
      const prompt = "Tell me about sea otters";
      const schema = z.object({ name: z.string() });
      for (const setting of ["high", "none"] as const) {
        const result = await generateText({ model, prompt, reasoning: setting });
        assertEquals(result.reasoningText?.startsWith("The user asks about"), setting === "high" ? true : undefined);
        assertEquals(result.text.includes("think>"), false);
        const live = streamText({ model, prompt, reasoning: setting });
        assertEquals([await live.text, await live.reasoningText], [result.text, result.reasoningText]);
        const { object } = await generateObject({ model, prompt, schema, reasoning: setting });
        schema.parse(object);
      }
    });
  }
});

describe("the reasoning setting", () => {
  async function sentFor(
    id: string,
    reasoning: LanguageModelV4CallOptions["reasoning"],
    options: Record<string, unknown> = {},
  ) {
    const call = { reasoning, providerOptions: { runpod: options as never } };
    const { body, warnings } = await sendChat(call, id, id === OWN ? { model: "own/model" } : {});
    const { reasoning_effort: effort, chat_template_kwargs: kwargs } = body;
    return { effort, kwargs, warnings: warnings.map((warning) => "details" in warning ? warning.details : "") };
  }

  const both = (isOn: boolean) => ({ enable_thinking: isOn, thinking: isOn });
  const TABLE: Array<
    [id: string, reasoning: LanguageModelV4CallOptions["reasoning"], effort: unknown, kwargs: unknown, warns: number]
  > = [
    [QWEN, "none", undefined, { enable_thinking: false }, 0],
    [QWEN, "high", undefined, { enable_thinking: true }, 1],
    [COGITO, "none", undefined, { enable_thinking: false }, 0],
    [COGITO, "low", undefined, { enable_thinking: true }, 1],
    ["openai/gpt-oss-120b", "low", "low", undefined, 0],
    ["openai/gpt-oss-120b", "max", "high", undefined, 1],
    ["openai/gpt-oss-120b", "minimal", "low", undefined, 1],
    ["openai/gpt-oss-120b", "none", "low", undefined, 1],
    ["moonshotai/kimi-k2.6", "none", undefined, { thinking: false }, 0],
    ["moonshotai/kimi-k2.6", "high", undefined, { thinking: true }, 1],
    ["moonshotai/kimi-k2.7-code", "none", undefined, undefined, 1],
    ["moonshotai/kimi-k2.7-code", "high", undefined, undefined, 1],
    ["moonshotai/kimi-k3", "max", "max", undefined, 0],
    ["moonshotai/kimi-k3", "medium", "low", undefined, 1],
    ["moonshotai/kimi-k3", "none", "low", undefined, 1],
    ["ibm-granite/granite-4.0-h-small", "high", undefined, undefined, 1],
    [OWN, "none", "none", both(false), 0],
    [OWN, "xhigh", "xhigh", both(true), 0],
    [OWN, "provider-default", undefined, undefined, 0],
    [QWEN, undefined, undefined, undefined, 0],
  ];
  for (const [id, reasoning, effort, kwargs, warns] of TABLE) {
    it(`"${reasoning}" for "${id}" is sent as that model expects it`, async () => {
      const sent = await sentFor(id, reasoning);
      assertEquals([sent.effort, sent.kwargs, sent.warnings.length], [effort, kwargs, warns]);
    });
  }

  it("is found by the served name too, and not for other names", async () => {
    const sent = await sendChat({ reasoning: "none" }, "abc123", { model: "Qwen/Qwen3-32B-AWQ" });
    assertEquals(sent.body.chat_template_kwargs, { enable_thinking: false });
    const other = await sendChat({ reasoning: "none" }, QWEN, { model: "other" });
    assertEquals(other.body.chat_template_kwargs, both(false));
  });

  it("is overridden by options of the server, each by itself", async () => {
    assertEquals(await sentFor("openai/gpt-oss-120b", "none", { reasoningEffort: "high" }), {
      effort: "high",
      kwargs: undefined,
      warnings: [],
    });
    assertEquals((await sentFor(OWN, "high", { reasoning_effort: "none" })).effort, "none");
    assertEquals((await sentFor(OWN, undefined, { reasoningEffort: null })).effort, null);
    const mixed = await sentFor(OWN, "none", {
      chatTemplateKwargs: { thinking: true, custom: 1 },
      chat_template_kwargs: { custom: 2 },
    });
    assertEquals(mixed.kwargs, { enable_thinking: false, thinking: true, custom: 2 });
  });
});

describe("past reasoning", () => {
  const past = (runpod?: Record<string, unknown>): LanguageModelV4CallOptions => ({
    prompt: [...PROMPT, {
      role: "assistant",
      content: [
        { type: "reasoning", text: "Hm", ...(runpod ? { providerOptions: { runpod: runpod as never } } : {}) },
        { type: "text", text: "Hello" },
      ],
    }, ...PROMPT],
  });

  const TABLE: Array<[cameFrom: string | undefined, echo: string | undefined, message: Record<string, unknown>]> = [
    [undefined, undefined, { content: "Hello", reasoning_content: "Hm" }],
    ["reasoning", undefined, { content: "Hello", reasoning: "Hm" }],
    ["inline", undefined, { content: "<think>\nHm\n</think>\n\nHello" }],
    // A conversation from elsewhere cannot set other fields.
    ["role", undefined, { content: "Hello", reasoning_content: "Hm" }],
    ["content", undefined, { content: "Hello", reasoning_content: "Hm" }],
    ["reasoning", "reasoning_content", { content: "Hello", reasoning_content: "Hm" }],
    [undefined, "reasoning", { content: "Hello", reasoning: "Hm" }],
    ["inline", "none", { content: "Hello" }],
    ["reasoning", "inline", { content: "<think>\nHm\n</think>\n\nHello" }],
  ];
  for (const [cameFrom, reasoningEcho, message] of TABLE) {
    it(`from ${cameFrom ?? "elsewhere"}, with the option ${reasoningEcho ?? "unset"}, is sent where the server reads it`, async () => {
      const call = past(cameFrom ? { reasoningEcho: cameFrom } : undefined);
      const providerOptions = reasoningEcho ? { runpod: { reasoningEcho } } : undefined;
      const byOption = await sendChat({ ...call, providerOptions }, OWN, { model: "own" });
      const bySetting = await sendChat(call, OWN, { model: "own", reasoningEcho: reasoningEcho as "none" });
      for (const { body } of [byOption, bySetting]) {
        assertEquals(body.messages[1], { role: "assistant", ...message });
      }
    });
  }

  const weather = tool({ inputSchema: z.object({ city: z.string() }), execute: ({ city }) => `${city} is sunny` });
  const SOURCES: Record<string, [fields: Record<string, unknown>, back: Record<string, unknown>]> = {
    "the newer field": [{ reasoning: "Hm", content: null }, { content: null, reasoning: "Hm" }],
    "the older field": [{ reasoning_content: "Hm", content: null }, { content: null, reasoning_content: "Hm" }],
    "both fields": [{ reasoning: "Hm", reasoning_content: "Hm", content: null }, { content: null, reasoning: "Hm" }],
    "the text": [{ content: "<think>Hm</think>" }, { content: "<think>\nHm\n</think>\n\n" }],
  };
  for (const [name, [fields, back]] of Object.entries(SOURCES)) {
    it(`from ${name} is sent back there in a tool loop, whole and streamed`, async () => {
      const calls = [{
        index: 0,
        id: "1",
        type: "function",
        function: { name: "weather", arguments: '{"city":"Rome"}' },
      }];
      const prompt = "How is the weather in Rome?";
      const whole = capture((_, index) =>
        index === 0 ? completion({ ...fields, tool_calls: calls }) : completion({ content: "Sunny" })
      );
      const { steps } = await generateText({
        model: whole.runpod(QWEN),
        prompt,
        tools: { weather },
        stopWhen: isStepCount(3),
      });
      assertEquals(steps.length, 2);
      const live = capture((_, index) =>
        stream(
          index === 0
            ? events(chunk(fields), chunk({ tool_calls: calls }), chunk({}, "tool_calls"))
            : events(chunk({ content: "Sunny" }), chunk({}, "stop")),
        )
      );
      await streamText({ model: live.runpod(QWEN), prompt, tools: { weather }, stopWhen: isStepCount(3) })
        .consumeStream();
      for (const { sent } of [whole, live]) {
        const { tool_calls, ...message } = sent[1].body.messages[1];
        assertEquals(message, { role: "assistant", ...back });
        assertEquals(tool_calls[0].function.name, "weather");
        assertStringIncludes(sent[1].body.messages[2].content, "Rome is sunny");
      }
    });
  }
});
