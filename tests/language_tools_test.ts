import { APICallError, type LanguageModelV4StreamPart } from "@ai-sdk/provider";
import type { EmulatedBehavior, EmulatedToolDeltas } from "@runpod/ai-sdk-provider/testing";
import { generateText, isStepCount, streamText, tool, ToolLoopAgent } from "ai";
import * as z from "zod";
import { describe, it } from "node:test";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { spy } from "@std/testing/mock";
import { chunk, completion, events, stream } from "./answers.ts";
import { capture, MODEL } from "./capture.ts";
import { emulate } from "./emulated.ts";
import { partsFrom, partsOfType } from "./parts.ts";
import { PROMPT } from "./smallest_calls.ts";

const KINDS: EmulatedToolDeltas[] = [
  "usual",
  "whole",
  "object",
  "no-id",
  "empty-id",
  "no-type",
  "no-index",
  "late-name",
  "repeated",
  "index-1",
];

const weather = tool({
  description: "The weather of a city",
  inputSchema: z.object({ city: z.string() }),
  execute: ({ city }) => ({ city, sky: "clear" }),
});
const question = "What is the weather in San Francisco?";

type Delta = { index?: number; id?: string; type?: string; function?: Record<string, unknown> };

/** The parts of a stream of tool call deltas. */
async function partsOfCalls(...deltas: Delta[]): Promise<LanguageModelV4StreamPart[]> {
  const body = events(...deltas.map((delta) => chunk({ tool_calls: [delta] })), chunk({}, "tool_calls"));
  return await partsFrom(stream(body));
}

const callsIn = (parts: LanguageModelV4StreamPart[]) =>
  partsOfType(parts, "tool-call").map(({ toolName, input }) => [toolName, input]);
const idsIn = (parts: LanguageModelV4StreamPart[]) =>
  partsOfType(parts, "tool-call").map(({ toolCallId }) => toolCallId);

describe("a tool call", () => {
  for (const toolDeltas of KINDS) {
    it(`streamed with ${toolDeltas} deltas is run by an agent, and its result is used`, async () => {
      const endpoints = { mine: { worker: "chat" as const, models: ["org/model"], toolDeltas } };
      const { emulator, runpod } = emulate({ endpoints });
      const model = runpod("mine");
      const agent = new ToolLoopAgent({ model, tools: { weather }, stopWhen: isStepCount(4) });
      const result = await agent.stream({ prompt: question });
      assertStringIncludes(await result.text, "sky is clear");
      const [first, second] = await result.steps;
      assertEquals([first.finishReason, second.finishReason], ["tool-calls", "stop"]);
      assertEquals(first.toolCalls.map(({ toolName, input }) => [toolName, input]), [["weather", {
        city: "San Francisco",
      }]]);
      assertMatch(first.toolCalls[0].toolCallId, /\S/);

      const sent = emulator.requests.at(-1)!.body as {
        messages: Array<{ tool_calls?: Array<{ id: string }>; tool_call_id?: string }>;
      };
      assertEquals(sent.messages[1].tool_calls?.[0].id, sent.messages[2].tool_call_id);
    });
  }

  it("in interleaved parts is joined by its index", async () => {
    const parts = await partsOfCalls(
      { index: 0, id: "a", type: "function", function: { name: "one", arguments: "" } },
      { index: 1, id: "b", type: "function", function: { name: "two", arguments: '{"b":' } },
      { index: 0, function: { arguments: '{"a":' } },
      { index: 1, function: { arguments: "2}" } },
      { index: 0, function: { arguments: "1}" } },
    );
    assertEquals(callsIn(parts), [["one", '{"a":1}'], ["two", '{"b":2}']]);
    assertEquals(idsIn(parts), ["a", "b"]);
  });

  it("that has the index of another is separated by its name or id", async () => {
    const parts = await partsOfCalls(
      { index: 0, id: "a", function: { name: "one", arguments: '{"a":1}' } },
      { index: 0, id: "b", function: { name: "two", arguments: '{"b":2}' } },
      { index: 0, id: "c", function: { name: "two", arguments: '{"b":3}' } },
    );
    assertEquals(callsIn(parts), [["one", '{"a":1}'], ["two", '{"b":2}'], ["two", '{"b":3}']]);
  });

  it("that has the id of another gets its own", async () => {
    const parts = await partsOfCalls(
      { index: 0, id: "same", function: { name: "one", arguments: "{}" } },
      { index: 1, id: "same", function: { name: "one", arguments: "{}" } },
    );
    assertEquals(new Set(idsIn(parts)).size, 2);
  });

  it("without arguments has an empty object", async () => {
    const now = tool({ inputSchema: z.object({}), execute: () => "noon" });
    for (const args of ["", undefined, null, "{}", {}]) {
      const call = { index: 0, id: "a", type: "function", function: { name: "now", arguments: args } };
      const whole = capture((_, at) => at === 0 ? completion({ tool_calls: [call] }) : completion({ content: "Noon" }));
      const { steps } = await generateText({
        model: whole.runpod(MODEL),
        prompt: "Time?",
        tools: { now },
        stopWhen: isStepCount(2),
      });
      assertEquals(steps[0].toolResults.map(({ output }) => output), ["noon"]);
      const live = capture((_, at) =>
        stream(
          at === 0
            ? events(chunk({ tool_calls: [call] }), chunk({}, "tool_calls"))
            : events(chunk({ content: "Noon" }, "stop")),
        )
      );
      const result = streamText({
        model: live.runpod(MODEL),
        prompt: "Time?",
        tools: { now },
        stopWhen: isStepCount(2),
      });
      assertEquals((await result.steps)[0].toolResults.map(({ output }) => output), ["noon"]);
    }
  });

  it("of a tool that returns an image sends it to the model", async () => {
    const look = tool({
      inputSchema: z.object({}),
      execute: () => "iVBORw0KGgo=",
      toModelOutput: ({ output: data }) => ({
        type: "content",
        value: [{ type: "text", text: "The camera's picture" }, {
          type: "file",
          mediaType: "image/png",
          data: { type: "data", data },
        }],
      }),
    });
    const call = { id: "a", type: "function", function: { name: "look", arguments: "{}" } };
    const { runpod, sent } = capture((_, at) =>
      at === 0 ? completion({ tool_calls: [call] }) : completion({ content: "A cat" })
    );
    await generateText({ model: runpod(MODEL), prompt: "Look", tools: { look }, stopWhen: isStepCount(2) });
    assertEquals(sent[1].body.messages[2], {
      role: "tool",
      tool_call_id: "a",
      content: [
        { type: "text", text: "The camera's picture" },
        { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
      ],
    });
  });

  it("may be strict, and has no choice without tools", async () => {
    const { runpod, sent } = capture(() => completion({ content: "Hi" }));
    const strict = tool({ inputSchema: z.object({}), strict: true });
    await generateText({ model: runpod(MODEL), prompt: "Hi", tools: { strict } });
    await runpod(MODEL).doGenerate({ prompt: PROMPT, tools: [], toolChoice: { type: "required" } });
    assertEquals(sent[0].body.tools[0].function.strict, true);
    assertEquals([sent[1].body.tools, sent[1].body.tool_choice], [undefined, undefined]);
  });
});

describe("an endpoint without a tool parser", () => {
  const ways: Array<EmulatedBehavior["openaiError"]> = ["job", "error", "flat", "own"];
  for (const openaiError of ways) {
    it(`has an error that says how to get one, as "${openaiError}"`, async () => {
      const { runpod } = emulate({
        endpoints: { mine: { worker: "chat", models: ["org/model"], toolParser: false } },
        behavior: { openaiError },
      });
      const model = runpod("mine");
      const tools = { weather };
      const whole = await assertRejects(
        () => generateText({ model, prompt: question, tools, maxRetries: 0 }),
        APICallError,
        "set ENABLE_AUTO_TOOL_CHOICE=true and TOOL_CALL_PARSER=",
      );
      assertStringIncludes(whole.message, '"auto" tool choice requires --enable-auto-tool-choice');
      assertEquals(whole.isRetryable, false);
      const onError = spy((_: { error: unknown }) => {});
      await streamText({ model, prompt: question, tools, maxRetries: 0, onError }).consumeStream();
      const [{ error }] = onError.calls[0].args;
      assert(APICallError.isInstance(error));
      assertStringIncludes(error.message, "set ENABLE_AUTO_TOOL_CHOICE=true");

      // A tool choice that names a tool works without a parser.
      const { toolCalls } = await generateText({
        model,
        prompt: question,
        tools,
        toolChoice: { type: "tool", toolName: "weather" },
      });
      assertEquals(toolCalls.length, 1);
    });
  }
});
