import type { RunpodStructuredOutputMode } from "@runpod/ai-sdk-provider";
import { generateObject, generateText, isStepCount, Output, streamObject, streamText, tool } from "ai";
import * as z from "zod";
import { describe, it } from "node:test";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { chunk, completion, events, stream } from "./answers.ts";
import { capture, MODEL } from "./capture.ts";
import { emulate } from "./emulated.ts";
import { finishOf, partsFrom, partsOfType } from "./parts.ts";
import { PROMPT } from "./smallest_calls.ts";

const recipe = z.object({ name: z.string(), steps: z.array(z.string()), minutes: z.number() });
const MODES: RunpodStructuredOutputMode[] = ["json_schema", "json_object", "tool", "none"];

/** A model with this mode, and the requests that the emulator got. */
function withMode(structuredOutputMode: RunpodStructuredOutputMode) {
  const { emulator, runpod } = emulate();
  return { model: runpod(MODEL, { structuredOutputMode }), requests: emulator.requests };
}

const bodyOf = (request: { body?: unknown }) => request.body as Record<string, never>;

describe("an object", () => {
  for (const mode of MODES) {
    it(`is generated with structuredOutputMode "${mode}", whole and streamed`, async () => {
      const { model, requests } = withMode(mode);
      const prompt = "A recipe for pancakes";
      const { object, warnings, finishReason } = await generateObject({ model, schema: recipe, prompt });
      recipe.parse(object);
      assertEquals(finishReason, "stop");
      assertEquals(warnings?.length ?? 0, mode === "json_schema" ? 0 : 1);
      if (mode !== "json_schema") {
        assertStringIncludes(JSON.stringify(warnings), `structuredOutputMode is \\"${mode}\\"`);
      }

      const { output } = await generateText({ model, output: Output.object({ schema: recipe }), prompt });
      assertEquals(output, object);

      const live = streamObject({ model, schema: recipe, prompt });
      const partials = await Array.fromAsync(live.partialObjectStream);
      assert(partials.length > 3, `Expected the object to grow, got ${partials.length} steps`);
      assertEquals(await live.object, object);
      assertEquals(await live.finishReason, "stop");

      const text = streamText({ model, output: Output.object({ schema: recipe }), prompt });
      assert((await Array.fromAsync(text.partialOutputStream)).length > 3);
      assertEquals(await text.output, object);
      assertEquals(await text.toolCalls, []);

      for (const { response_format: format, tools, tool_choice: choice, messages } of requests.map(bodyOf)) {
        const isInPrompt = JSON.stringify(messages).includes("JSON schema:");
        assertEquals(
          [(format as { type?: string } | undefined)?.type, (tools as unknown[] | undefined)?.length, isInPrompt],
          {
            json_schema: ["json_schema", undefined, false],
            json_object: ["json_object", undefined, true],
            tool: [undefined, 1, false],
            none: [undefined, undefined, true],
          }[mode] as never,
        );
        assertEquals(Boolean(choice), mode === "tool");
      }
    });
  }

  it("may be an enumeration, an array or without a schema", async () => {
    for (const mode of MODES) {
      const { model } = withMode(mode);
      const { object: word } = await generateObject({
        model,
        output: "enum",
        enum: ["sunny", "rainy"],
        prompt: "rainy",
      });
      assertEquals(word, "rainy");
      const { object: list } = await generateObject({ model, output: "array", schema: recipe, prompt: "Two recipes" });
      z.array(recipe).parse(list);
    }
    const { model, requests } = withMode("json_object");
    await generateObject({ model, output: "no-schema", prompt: "Any" });
    assertEquals(bodyOf(requests[0]).response_format, { type: "json_object" });
  });

  it("is not taken for a call of the caller's tools, which may be called first", async () => {
    const { model, requests } = withMode("tool");
    const weather = tool({
      description: "The weather of a city",
      inputSchema: z.object({ city: z.string() }),
      execute: ({ city }) => ({ city, sky: "clear" }),
    });
    const { output, steps } = await generateText({
      model,
      output: Output.object({ schema: z.object({ sky: z.string() }) }),
      prompt: "What is the weather in San Francisco?",
      tools: { weather },
      stopWhen: isStepCount(3),
    });
    assertEquals(steps.map(({ finishReason }) => finishReason), ["tool-calls", "stop"]);
    assertEquals(steps[0].toolCalls.map(({ toolName }) => toolName), ["weather"]);
    assertEquals(typeof output.sky, "string");
    assertEquals(bodyOf(requests[0]).tool_choice, "required" as never);
  });

  it("has a tool of its own name, and does not change the caller's tool choice", async () => {
    const { runpod, sent } = capture(() => completion({ content: "{}" }));
    const model = runpod(MODEL, { structuredOutputMode: "tool" });
    const responseFormat = { type: "json" as const, schema: { type: "object" as const } };
    const tools = [{ type: "function" as const, name: "json", inputSchema: { type: "object" as const } }];
    await model.doGenerate({ prompt: PROMPT, responseFormat, tools });
    await model.doGenerate({ prompt: PROMPT, responseFormat, tools, toolChoice: { type: "tool", toolName: "json" } });
    await model.doGenerate({ prompt: PROMPT, responseFormat, tools, toolChoice: { type: "none" } });
    assertEquals(sent.map(({ body }) => body.tools.map((tool: { function: { name: string } }) => tool.function.name)), [
      ["json", "json_"],
      ["json"],
      ["json", "json_"],
    ]);
    assertEquals(sent.map(({ body }) => body.tool_choice.function?.name ?? body.tool_choice), [
      "required",
      "json",
      "json_",
    ]);
  });

  it("is text where other tools are called beside its tool, in either order", async () => {
    const call = (index: number, name: string, args: string) => ({
      index,
      id: `call_${index}`,
      type: "function",
      function: { name, arguments: args },
    });
    for (
      const calls of [[call(0, "json", '{"a":1}'), call(1, "now", "{}")], [
        call(0, "now", "{}"),
        call(1, "json", '{"a":1}'),
      ]]
    ) {
      const call = {
        prompt: PROMPT,
        responseFormat: { type: "json" as const, schema: { type: "object" as const } },
        tools: [{ type: "function" as const, name: "now", inputSchema: { type: "object" as const } }],
        providerOptions: { runpod: { structuredOutputMode: "tool" } },
      };
      const whole = await capture(() => completion({ content: null, tool_calls: calls })).runpod(MODEL).doGenerate(
        call,
      );
      const content = whole.content.map((part) => part.type === "text" ? part.text : part.type);
      assertEquals(content.sort(), ["tool-call", '{"a":1}']);
      assertEquals(whole.finishReason.unified, "tool-calls");
      const body = events(...calls.map((delta) => chunk({ tool_calls: [delta] })), chunk({}, "tool_calls"));
      const parts = await partsFrom(stream(body), call);
      assertEquals(partsOfType(parts, "text-delta").map(({ delta }) => delta), ['{"a":1}']);
      assertEquals(partsOfType(parts, "tool-call").map(({ toolName }) => toolName), ["now"]);
      assertEquals(partsOfType(parts, "text-end").length, partsOfType(parts, "text-start").length);
      assertEquals(finishOf(parts).finishReason.unified, "tool-calls");
    }
  });
});
