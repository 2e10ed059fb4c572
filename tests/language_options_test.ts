import { InvalidArgumentError } from "@ai-sdk/provider";
import type { RunpodChatModelOptions } from "@runpod/ai-sdk-provider";
import { generateText, streamText } from "ai";
import { describe, it } from "node:test";
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { chunk, completion, events, stream } from "./answers.ts";
import { sendChat } from "./calls.ts";
import { capture, MODEL } from "./capture.ts";
import { PROMPT } from "./smallest_calls.ts";

/** What a call with these options sends, without model and messages. */
async function sentFor(options: RunpodChatModelOptions) {
  const { model: _, messages: __, ...body } = (await sendChat({ providerOptions: { runpod: options } })).body;
  return body;
}

describe("an option of a chat model", () => {
  const WIRE: Array<[options: RunpodChatModelOptions, body: Record<string, unknown>]> = [
    [{ minP: 0.1 }, { min_p: 0.1 }],
    [{ repetitionPenalty: 1.1 }, { repetition_penalty: 1.1 }],
    [{ lengthPenalty: 0.5 }, { length_penalty: 0.5 }],
    [{ ignoreEos: true }, { ignore_eos: true }],
    [{ skipSpecialTokens: false }, { skip_special_tokens: false }],
    [{ chatTemplateKwargs: { enable_thinking: false } }, { chat_template_kwargs: { enable_thinking: false } }],
    [{ structuredOutputs: { regex: "\\d+" } }, { structured_outputs: { regex: "\\d+" } }],
    [{ structuredOutputs: { choice: ["yes", "no"] } }, { structured_outputs: { choice: ["yes", "no"] } }],
    [{ structuredOutputs: { grammar: 'root ::= "a"' } }, { structured_outputs: { grammar: 'root ::= "a"' } }],
    [{ structuredOutputs: { json: { type: "object" }, whitespace_pattern: " " } }, {
      structured_outputs: { json: { type: "object" }, whitespace_pattern: " " },
      // llama.cpp reads a schema from here only.
      response_format: {
        type: "json_schema",
        json_schema: { name: "response", schema: { type: "object" }, strict: true },
      },
    }],
    [{ logprobs: true }, { logprobs: true }],
    [{ logprobs: 5 }, { logprobs: true, top_logprobs: 5 }],
    [{ logprobs: 0 }, { logprobs: true, top_logprobs: 0 }],
    [{ logprobs: false }, { logprobs: false }],
    [{ logitBias: { "50256": -100 } }, { logit_bias: { "50256": -100 } }],
    [{ parallelToolCalls: false }, { parallel_tool_calls: false }],
    [{ user: "user-1" }, { user: "user-1" }],
    [{ priority: -1 }, { priority: -1 }],
    [{ reasoningEffort: "high" }, { reasoning_effort: "high" }],
    [{ reasoningEffort: null }, { reasoning_effort: null }],
    [{ textVerbosity: "low" }, { verbosity: "low" }],
    // Options of the provider are not sent, and unknown ones are sent as they are.
    [{ strictJsonSchema: false, structuredOutputMode: "tool", reasoningTags: true, reasoningEcho: "none" }, {}],
    [{ thinkingTokenBudget: 0, minTokens: 2, cacheSalt: "a" }, {
      thinking_token_budget: 0,
      min_tokens: 2,
      cache_salt: "a",
    }],
    [{ repetitionDetection: { maxPatternSize: 8, minCount: 3 } }, {
      repetition_detection: { max_pattern_size: 8, min_count: 3 },
    }],
    [{ continueFinalMessage: true }, { continue_final_message: true, add_generation_prompt: false }],
    [{ continueFinalMessage: true, add_generation_prompt: null }, {
      continue_final_message: true,
      add_generation_prompt: null,
    }],
    [{ min_p: 0.2, minTokens: 4, guided_regex: "x", documents: [{ text: "a" }], unset: undefined }, {
      min_p: 0.2,
      min_tokens: 4,
      guided_regex: "x",
      documents: [{ text: "a" }],
    }],
    [{ minP: 0.1, min_p: 0.2 }, { min_p: 0.2 }],
  ];
  for (const [options, body] of WIRE) {
    it(`${JSON.stringify(options)} is sent under the server's names`, async () => {
      assertEquals(await sentFor(options), body);
    });
  }

  const BAD: Array<[options: Record<string, unknown>, message: string]> = [
    [{ minP: 2 }, "providerOptions.runpod.minP: 2 is not a number from 0 to 1"],
    [{ minP: "0.1" }, 'providerOptions.runpod.minP: "0.1" is not a number from 0 to 1'],
    [{ repetitionPenalty: 0 }, "providerOptions.runpod.repetitionPenalty: 0 is not a number above 0"],
    [{ lengthPenalty: true }, "providerOptions.runpod.lengthPenalty: true is not a number"],
    [{ ignoreEos: 1 }, "providerOptions.runpod.ignoreEos: 1 is not true or false"],
    [{ skipSpecialTokens: "no" }, 'providerOptions.runpod.skipSpecialTokens: "no" is not true or false'],
    [{ chatTemplateKwargs: [] }, "providerOptions.runpod.chatTemplateKwargs: [] is not an object with the template's"],
    [{ structuredOutputs: { regex: "a", choice: ["a"] } }, "is not an object with one of regex, choice, grammar, json"],
    [{ structuredOutputs: "a" }, 'structuredOutputs: "a" is not an object with one of regex, choice, grammar, json'],
    [
      { structuredOutputs: { choice: [] } },
      "providerOptions.runpod.structuredOutputs.choice: [] is not a list of strings",
    ],
    [{ structuredOutputs: { json: 1 } }, "providerOptions.runpod.structuredOutputs.json: 1 is not a JSON schema"],
    [{ logprobs: -1 }, "providerOptions.runpod.logprobs: -1 is not true, false, or a whole number, 0 or more"],
    [
      { logitBias: { a: "b" } },
      'providerOptions.runpod.logitBias: {"a":"b"} is not an object with numbers by token id',
    ],
    [{ parallelToolCalls: "yes" }, 'providerOptions.runpod.parallelToolCalls: "yes" is not true or false'],
    [{ user: 1 }, "providerOptions.runpod.user: 1 is not a string"],
    [{ priority: 0.5 }, "providerOptions.runpod.priority: 0.5 is not a whole number"],
    [{ reasoningEffort: 1 }, 'providerOptions.runpod.reasoningEffort: 1 is not an effort such as "low"'],
    [{ textVerbosity: 1 }, 'providerOptions.runpod.textVerbosity: 1 is not a verbosity such as "low"'],
    [{ strictJsonSchema: 1 }, "providerOptions.runpod.strictJsonSchema: 1 is not true or false"],
    [
      { structuredOutputMode: "json" },
      'structuredOutputMode: "json" is not one of "json_schema", "json_object", "tool"',
    ],
    [
      { reasoningTags: "think" },
      'reasoningTags: "think" is not true, false or { opening, closing, startWithReasoning }',
    ],
    [{ reasoningTags: { opening: "" } }, "providerOptions.runpod.reasoningTags"],
    [
      { reasoningEcho: "text" },
      'reasoningEcho: "text" is not one of "reasoning", "reasoning_content", "inline", "none"',
    ],
    [{ stream: true }, "providerOptions.runpod.stream: streamText streams, and an option cannot change that"],
  ];
  for (const [options, message] of BAD) {
    it(`${JSON.stringify(options)} is refused before any request`, async () => {
      const { runpod, sent } = capture(() => completion({ content: "Hi" }));
      const providerOptions = { runpod: options as never };
      for (const method of ["doGenerate", "doStream"] as const) {
        await assertRejects(
          () => runpod(MODEL)[method]({ prompt: PROMPT, providerOptions }),
          InvalidArgumentError,
          message,
        );
      }
      assertEquals(sent.length, 0);
    });
  }

  it("may be a setting of the model where it is about the endpoint, which the call overrides", async () => {
    const { runpod, sent } = capture(() => completion({ content: '{"a":1}' }));
    const model = runpod(MODEL, { structuredOutputMode: "json_object" });
    const responseFormat = { type: "json" as const, schema: { type: "object" as const } };
    await model.doGenerate({ prompt: PROMPT, responseFormat });
    const providerOptions = { runpod: { structuredOutputMode: "json_schema" } };
    await model.doGenerate({ prompt: PROMPT, responseFormat, providerOptions });
    assertEquals(sent.map(({ body }) => body.response_format.type), ["json_object", "json_schema"]);
    assertThrows(
      () => runpod(MODEL, { structuredOutputMode: "json" as never }),
      InvalidArgumentError,
      "structuredOutputMode",
    );
  });
});

describe("log probabilities", () => {
  const token = (text: string, logprob: number) => ({ token: text, logprob, bytes: [65], top_logprobs: [] });
  const tokens = [token("Hel", -0.1), token("lo", -0.2), token("!", -3)];

  it("are metadata of the result, whole and streamed", async () => {
    const choices = [{
      index: 0,
      message: { content: "Hello!" },
      logprobs: { content: tokens },
      finish_reason: "stop",
    }];
    const whole = await generateText({
      model: capture(() => completion({}, { choices, cost: 0.5 })).runpod(MODEL),
      prompt: "Hi",
    });
    assertEquals(whole.providerMetadata, { runpod: { cost: 0.5, logprobs: tokens } });

    const withLogprobs = (content: string, list: unknown[]) => {
      const one = chunk({ content });
      return { ...one, choices: [{ index: 0, delta: { content }, logprobs: { content: list }, finish_reason: null }] };
    };
    const body = events(
      chunk({ role: "assistant" }),
      withLogprobs("Hel", tokens.slice(0, 1)),
      withLogprobs("lo!", tokens.slice(1)),
      chunk({}, "stop"),
    );
    const live = streamText({ model: capture(() => stream(body)).runpod(MODEL), prompt: "Hi" });
    assertEquals(await live.providerMetadata, { runpod: { logprobs: tokens } });
  });

  it("include those of a refusal, and are absent where the server sends null", async () => {
    const answer = (logprobs: unknown) =>
      capture(() => completion({}, { choices: [{ message: { refusal: "No" }, logprobs, finish_reason: "stop" }] }));
    const metadataFor = async (logprobs: unknown) =>
      (await answer(logprobs).runpod(MODEL).doGenerate({ prompt: PROMPT })).providerMetadata;
    assertEquals(await metadataFor({ content: null, refusal: tokens }), { runpod: { logprobs: tokens } });
    assertEquals(await metadataFor({ content: [], refusal: null }), { runpod: { logprobs: [] } });
    assertEquals(await metadataFor(null), undefined);
  });
});
