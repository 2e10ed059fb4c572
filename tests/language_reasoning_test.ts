import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { createRunpod, type RunpodChatModelSettings } from "@runpod/ai-sdk-provider";
import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import { generateObject, generateText, isStepCount, streamText, tool } from "ai";
import fc from "fast-check";
import * as z from "zod";
import { describe, it } from "node:test";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { chunk, completion, events, stream } from "./answers.ts";
import { capture, KEY } from "./capture.ts";
import { PROMPT } from "./smallest_calls.ts";

const QWEN = "qwen/qwen3-32b-awq";
const COGITO = "deep-cogito/deep-cogito-v2-llama-70b";
const OWN = "abc123xyz";

type Told = Array<[kind: "reasoning" | "text", text: string]>;

/** What a model tells, whole. */
async function whole(content: unknown, id = QWEN, settings: RunpodChatModelSettings = {}, call = {}): Promise<Told> {
  const { runpod } = capture(() => completion(typeof content === "string" ? { content } : content as never));
  const result = await runpod(id, { model: id === OWN ? "own" : undefined, ...settings })
    .doGenerate({ prompt: PROMPT, ...call });
  return result.content.flatMap((part) =>
    part.type === "text" || part.type === "reasoning" ? [[part.type, part.text]] : []
  );
}

/** What a model tells, streamed in the given pieces of content. */
async function streamed(
  pieces: Array<string | Record<string, unknown>>,
  id = QWEN,
  settings: RunpodChatModelSettings = {},
  call: Partial<LanguageModelV4CallOptions> = {},
): Promise<Told> {
  const chunks = pieces.map((piece) => chunk(typeof piece === "string" ? { content: piece } : piece));
  const { runpod } = capture(() => stream(events(...chunks, chunk({}, "stop"))));
  const result = await runpod(id, { model: id === OWN ? "own" : undefined, ...settings })
    .doStream({ prompt: PROMPT, ...call });
  return toldBy(await Array.fromAsync(result.stream));
}

function toldBy(parts: LanguageModelV4StreamPart[]): Told {
  const told: Told = [];
  const open = new Map<string, Told[number]>();
  for (const part of parts) {
    if (part.type === "text-start" || part.type === "reasoning-start") {
      const block: Told[number] = [part.type === "text-start" ? "text" : "reasoning", ""];
      open.set(part.id, block);
      told.push(block);
    } else if (part.type === "text-delta" || part.type === "reasoning-delta") open.get(part.id)![1] += part.delta;
    else if (part.type === "text-end" || part.type === "reasoning-end") open.delete(part.id);
  }
  assertEquals(open.size, 0);
  return told;
}

const OPEN = { reasoningTags: { startWithReasoning: true } };
const CASES: Record<string, [text: string, told: Told, settings?: RunpodChatModelSettings, id?: string]> = {
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
  "between tags that mean nothing there": ["<think>Hm</think>Hello", [["text", "<think>Hm</think>Hello"]], {}, OWN],
  "between tags, where that is turned off": ["<think>Hm</think>x", [["text", "<think>Hm</think>x"]], {
    reasoningTags: false,
  }],
};

describe("reasoning in the text", () => {
  for (const [name, [text, told, settings = {}, id = QWEN]] of Object.entries(CASES)) {
    it(`${name} is told apart, whole and however the stream is cut`, async () => {
      assertEquals(await whole(text, id, settings), told);
      assertEquals(await streamed([text], id, settings), told);
      assertEquals(await streamed([...text], id, settings), told);
      const places = fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(places, async (cuts) => {
          const edges = [0, ...cuts.sort((a, b) => a - b), text.length];
          const pieces = edges.slice(1).map((end, index) => text.slice(edges[index], end));
          assertEquals(await streamed(pieces, id, settings), told);
        }),
        { numRuns: 30 },
      );
    });
  }

  it("has no opening tag where the chat template wrote it into the prompt, and a whole answer shows that", async () => {
    assertEquals(await whole("Hm.\n</think>\n\nHello"), [["reasoning", "Hm."], ["text", "Hello"]]);
  });

  it("begins at once where the model's template opens it, as soon as the call asks for it", async () => {
    const pieces = ["Hm", ".\n</think>", "\n\nHello"];
    assertEquals(await streamed(pieces, COGITO, {}, { reasoning: "high" }), [["reasoning", "Hm."], ["text", "Hello"]]);
    assertEquals(await streamed(["Hello"], COGITO), [["text", "Hello"]]);
    assertEquals(await streamed(["Hello"], COGITO, {}, { reasoning: "none" }), [["text", "Hello"]]);
    assertEquals(await streamed(["Hello"], OWN, OPEN, { reasoning: "none" }), [["text", "Hello"]]);
  });

  it("is not looked for where the server tells it apart by itself", async () => {
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

  it("streams as it comes, and holds back no more than what may be a tag", async () => {
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

  it("reaches the AI SDK's users", async () => {
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

describe("an endpoint that thinks", () => {
  for (const reasoning of ["reasoning", "reasoning_content", "both", "inline", "unopened"] as const) {
    it(`in its own way (${reasoning}) is understood, and thinks no more when told so`, async () => {
      const emulator = createRunpodEmulator({ endpoints: { mine: { worker: "chat", reasoning } } });
      const isTagged = reasoning === "inline" || reasoning === "unopened";
      const model = createRunpod({ apiKey: KEY, fetch: emulator.fetch })(
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
    const { runpod, sent } = capture(() => completion({ content: "Hi" }));
    const { warnings } = await runpod(id, id === OWN ? { model: "own/model" } : {}).doGenerate({
      prompt: PROMPT,
      reasoning,
      providerOptions: { runpod: options as never },
    });
    const { reasoning_effort: effort, chat_template_kwargs: kwargs } = sent[0].body;
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
    [OWN, "none", undefined, both(false), 0],
    [OWN, "xhigh", "xhigh", both(true), 0],
    [OWN, "provider-default", undefined, undefined, 0],
    [QWEN, undefined, undefined, undefined, 0],
  ];
  for (const [id, reasoning, effort, kwargs, warns] of TABLE) {
    it(`"${reasoning}" for "${id}" is sent in the words of that model`, async () => {
      const sent = await sentFor(id, reasoning);
      assertEquals([sent.effort, sent.kwargs, sent.warnings.length], [effort, kwargs, warns]);
    });
  }

  it("is known by the served name too, and leaves other names alone", async () => {
    const { runpod, sent } = capture(() => completion({ content: "Hi" }));
    await runpod("abc123", { model: "Qwen/Qwen3-32B-AWQ" }).doGenerate({ prompt: PROMPT, reasoning: "none" });
    await runpod(QWEN, { model: "other" }).doGenerate({ prompt: PROMPT, reasoning: "none" });
    assertEquals(sent.map(({ body }) => body.chat_template_kwargs), [{ enable_thinking: false }, both(false)]);
  });

  it("gives way to what the caller says in the server's words, switch by switch", async () => {
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
    // Nobody who hands in a conversation can make other fields of it.
    ["role", undefined, { content: "Hello", reasoning_content: "Hm" }],
    ["content", undefined, { content: "Hello", reasoning_content: "Hm" }],
    ["reasoning", "reasoning_content", { content: "Hello", reasoning_content: "Hm" }],
    [undefined, "reasoning", { content: "Hello", reasoning: "Hm" }],
    ["inline", "none", { content: "Hello" }],
    ["reasoning", "inline", { content: "<think>\nHm\n</think>\n\nHello" }],
  ];
  for (const [cameFrom, reasoningEcho, message] of TABLE) {
    it(`from ${cameFrom ?? "elsewhere"}, with the option ${reasoningEcho ?? "unset"}, goes where it is read`, async () => {
      const { runpod, sent } = capture(() => completion({ content: "Hi" }));
      const call = past(cameFrom ? { reasoningEcho: cameFrom } : undefined);
      const providerOptions = reasoningEcho ? { runpod: { reasoningEcho } } : undefined;
      await runpod(OWN, { model: "own" }).doGenerate({ ...call, providerOptions });
      await runpod(OWN, { model: "own", reasoningEcho: reasoningEcho as "none" }).doGenerate(call);
      for (const { body } of sent) assertEquals(body.messages[1], { role: "assistant", ...message });
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
    it(`from ${name} goes back to where it came from in a tool loop, whole and streamed`, async () => {
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
