/** Answers of language servers that differ from OpenAI's. Each case stands for its kind. */
import { APICallError } from "@ai-sdk/provider";
import {
  type FinishReason,
  generateText,
  jsonSchema,
  type ModelMessage,
  Output,
  stepCountIs,
  streamText,
  tool,
} from "ai";
import { describe, it } from "node:test";
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { chunk, completion, eventsBeforeEnd, stream } from "./answers.ts";
import { capture } from "./capture.ts";
import { PROMPT } from "./smallest_calls.ts";

const quiet = { maxRetries: 0, onError: () => {} };
const DONE = "data: [DONE]\n\n";
const HEL = eventsBeforeEnd(chunk({ content: "Hel" }));
const LO = eventsBeforeEnd(chunk({ content: "lo" }));
const STOP = eventsBeforeEnd(chunk({}, "stop")) + DONE;
const call = (args: string, index = 0) => ({
  tool_calls: [{ index, id: `call-${index}`, function: { name: "add", arguments: args } }],
});

/** The text, the finish reason and the errors of a stream through the AI SDK. */
async function streamed(body: string) {
  const { runpod, sent } = capture(() => stream(body));
  const errors: string[] = [];
  const result = streamText({
    model: runpod("mine", { model: "m" }),
    prompt: "Hi",
    maxRetries: 0,
    onError: ({ error }) => void errors.push(String((error as Error).message)),
  });
  let text = "";
  for await (const part of result.textStream) text += part;
  const finishReason = errors.length > 0 ? "error" : await result.finishReason;
  return { text, errors, finishReason, requests: sent.length };
}

describe("a heartbeat in a stream", () => {
  const HEARTBEATS = [
    "data:\n\n",
    "event: ping\ndata:\n\n",
    ": keepalive\n\n",
    "data: : keepalive\n\n",
    "data: ping\n\n",
    'data: {"type":"ping"}\n\n',
    "data: null\n\n",
    'data: ""\n\n',
    "\n\n\n",
  ];
  for (const heartbeat of HEARTBEATS) {
    it(`${JSON.stringify(heartbeat)} is ignored, anywhere in the stream`, async () => {
      const { text, errors, finishReason } = await streamed(heartbeat + HEL + heartbeat + LO + heartbeat + STOP);
      assertEquals([text, errors, finishReason], ["Hello", [], "stop"]);
    });
  }
});

describe("an error in a stream", () => {
  const ERRORS: Array<[name: string, body: string, words: RegExp]> = [
    ["as an object", eventsBeforeEnd({ error: { code: 500, message: "CUDA out of memory" } }), /CUDA out of memory/],
    ["as a type", eventsBeforeEnd({ type: "error", message: "CUDA out of memory" }), /CUDA out of memory/],
    ["as an event", 'event: error\ndata: {"message":"CUDA out of memory","code":500}\n\n', /CUDA out of memory/],
    ["as an event of words", "event: error\ndata: CUDA out of memory\n\n", /CUDA out of memory/],
    ["as a field", 'error: {"code":400,"message":"exceeds the available context size"}\n\n', /available context size/],
    ["without a key", eventsBeforeEnd({ detail: "model is loading" }), /model is loading/],
    [
      "as an object of another kind",
      eventsBeforeEnd({ object: "error", message: "no such lora", code: 404 }),
      /no such lora/,
    ],
  ];
  for (const [name, error, words] of ERRORS) {
    it(`${name}, after some text, is one error with the message of the server`, async () => {
      const { text, errors, finishReason } = await streamed(HEL + error + DONE);
      assertEquals([text, errors.length, finishReason], ["Hel", 1, "error"]);
      assertMatch(errors[0], words);
    });

    it(`${name}, before any output, fails the call`, async () => {
      for (const first of ["", eventsBeforeEnd(chunk({ role: "assistant", content: "" }))]) {
        const { runpod } = capture(() => stream(first + error + DONE));
        const model = runpod("mine", { model: "m" });
        const failed = await assertRejects(() => model.doStream({ prompt: PROMPT }), APICallError);
        assertMatch(failed.message, words);
      }
    });
  }

  it("before any output is retried by the AI SDK, if it is transient", async () => {
    const answers = [eventsBeforeEnd({ error: { code: 503, message: "overloaded" } }), HEL + LO + STOP];
    const { runpod, sent } = capture((_, index) => stream(answers[index]));
    assertEquals(
      await streamText({ ...quiet, maxRetries: 1, model: runpod("mine", { model: "m" }), prompt: "Hi" }).text,
      "Hello",
    );
    assertEquals(sent.length, 2);
  });
});

describe("the end of a stream", () => {
  it("is an error where the finish reason is null or empty", async () => {
    for (const reason of [null, ""]) {
      const { text, errors } = await streamed(eventsBeforeEnd(chunk({ content: "Hel" }, reason)));
      assertEquals([text, errors.length], ["Hel", 1]);
      assertMatch(errors[0], /cut/);
    }
  });

  it("is right where every chunk has an empty finish reason and the last one has a reason", async () => {
    const { text, errors, finishReason } = await streamed(eventsBeforeEnd(chunk({ content: "Hello" }, "")) + STOP);
    assertEquals([text, errors, finishReason], ["Hello", [], "stop"]);
  });

  const add = tool({
    inputSchema: jsonSchema<{ a: number }>({ type: "object", properties: { a: { type: "number" } } }),
    execute: ({ a }) => a + 1,
  });

  it("runs a whole tool call before [DONE] alone, and not a partial one", async () => {
    for (const [args, ran] of [['{"a":1}', 1], ['{"a":', 0]] as const) {
      const answers = [eventsBeforeEnd(chunk(call(args), null)) + DONE, HEL + LO + STOP];
      const { runpod, sent } = capture((_, index) => stream(answers[Math.min(index, 1)]));
      const { steps } = streamText({
        ...quiet,
        model: runpod("mine", { model: "m" }),
        prompt: "Hi",
        tools: { add },
        stopWhen: stepCountIs(2),
      });
      const results = await Promise.resolve(steps).then(
        (all) => all.flatMap(({ toolResults }) => toolResults),
        () => [],
      );
      assertEquals([results.length, sent.length], [ran, ran + 1]);
    }
  });
});

describe("a finish reason", () => {
  const REASONS: Array<[raw: string, unified: FinishReason, withCalls: FinishReason]> = [
    ["stop", "stop", "tool-calls"],
    ["eos_token", "stop", "tool-calls"],
    ["stop_sequence", "stop", "tool-calls"],
    ["end_turn", "stop", "tool-calls"],
    ["tool_calls", "tool-calls", "tool-calls"],
    ["tool_call", "tool-calls", "tool-calls"],
    ["tool_use", "tool-calls", "tool-calls"],
    ["max_tokens", "length", "length"],
    ["length", "length", "length"],
    ["repetition", "other", "tool-calls"],
    ["STOP", "stop", "tool-calls"],
  ];
  for (const [raw, unified, withCalls] of REASONS) {
    it(`"${raw}" is ${unified} for text and ${withCalls} for a tool call`, async () => {
      for (const [message, expected] of [[{ content: "Hi" }, unified], [call("{}"), withCalls]] as const) {
        const { runpod } = capture(() =>
          completion({}, { choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: raw }] })
        );
        const model = runpod("mine", { model: "m" });
        assertEquals((await model.doGenerate({ prompt: PROMPT })).finishReason, { unified: expected, raw });
      }
    });
  }
});

describe("the answer to a request that was not streamed", () => {
  const whole = async (body: string, contentType = "text/event-stream") => {
    const { runpod } = capture(() => new Response(body, { headers: { "content-type": contentType } }));
    return await generateText({ ...quiet, model: runpod("mine", { model: "m" }), prompt: "Hi" });
  };

  it("may be a stream of events", async () => {
    const { text, finishReason } = await whole(HEL + LO + STOP);
    assertEquals([text, finishReason], ["Hello", "stop"]);
  });

  it("may have the end of a stream after its JSON", async () => {
    const { text } = await whole(`${await completion({ content: "Hello" }).text()}\n\n${DONE}`, "application/json");
    assertEquals(text, "Hello");
  });

  it("is an error where the events have one", async () => {
    await assertRejects(
      async () => await whole(HEL + eventsBeforeEnd({ error: { message: "CUDA out of memory" } }) + DONE),
      APICallError,
      "CUDA out of memory",
    );
  });
});

describe("the usage of an answer", () => {
  it("includes reasoning that the server counts separately, and tokens written to a cache", async () => {
    const usage = {
      prompt_tokens: 12,
      completion_tokens: 1,
      total_tokens: 241,
      completion_tokens_details: { reasoning_tokens: 228 },
      cache_creation_input_tokens: 4,
    };
    const { runpod } = capture(() => completion({ content: "9" }, { usage }));
    const { usage: told } = await generateText({ model: runpod("mine", { model: "m" }), prompt: "Hi" });
    assertEquals([told.outputTokens, told.outputTokenDetails.textTokens, told.outputTokenDetails.reasoningTokens], [
      229,
      1,
      228,
    ]);
    assertEquals(told.inputTokenDetails.cacheWriteTokens, 4);
  });
});

describe("a chat request", () => {
  /** The body that a prompt is sent as. */
  async function bodyOf(options: Omit<Parameters<typeof generateText>[0], "model">) {
    const { runpod, sent } = capture(() => completion({ content: "Hi" }));
    await generateText({ ...options, model: runpod("mine", { model: "m" }) } as Parameters<typeof generateText>[0]);
    return sent[0].body;
  }

  it("has one system message where the conversation starts with several", async () => {
    const { messages } = await bodyOf({
      allowSystemInMessages: true,
      messages: [
        { role: "system", content: "Be brief." },
        { role: "system", content: "Be kind." },
        { role: "user", content: "Hi" },
      ],
    });
    assertEquals(messages, [{ role: "system", content: "Be brief.\n\nBe kind." }, { role: "user", content: "Hi" }]);
  });

  it("has text alone as one string, and parts beside an image", async () => {
    const parts = [{ type: "text" as const, text: "Context" }, { type: "text" as const, text: "Question?" }];
    const alone = await bodyOf({ messages: [{ role: "user", content: parts }] });
    assertEquals(alone.messages[0].content, "Context\nQuestion?");
    const image = { type: "image" as const, image: new URL("https://a.b/c.png") };
    const beside = await bodyOf({ messages: [{ role: "user", content: [...parts, image] }] });
    assertEquals(beside.messages[0].content.map(({ type }: { type: string }) => type), ["text", "text", "image_url"]);
  });

  it("has files of text of any type as text", async () => {
    for (
      const mediaType of ["text/csv", "application/json", "application/xml", "application/yaml", "application/ld+json"]
    ) {
      const file = { type: "file" as const, mediaType, data: new TextEncoder().encode("a: 1") };
      const { messages } = await bodyOf({ messages: [{ role: "user", content: [file] }] });
      assertEquals(messages[0].content, "a: 1");
    }
  });

  it("has the arguments of past calls as an object, whatever they were", async () => {
    for (
      const [input, sent] of [['{"a":1}', '{"a":1}'], ['{"text": "half', '{"input":"{\\"text\\": \\"half"}'], [
        [1],
        '{"input":[1]}',
      ], [null, "{}"]] as const
    ) {
      const { messages } = await bodyOf({
        messages: [
          { role: "user", content: "Hi" },
          { role: "assistant", content: [{ type: "tool-call", toolCallId: "1", toolName: "t", input }] },
          {
            role: "tool",
            content: [{ type: "tool-result", toolCallId: "1", toolName: "t", output: { type: "text", value: "ok" } }],
          },
        ],
      });
      assertEquals(messages[1].tool_calls[0].function.arguments, sent);
    }
  });

  it("has the fields that options of messages and parts set, also those of openai-compatible", async () => {
    const { messages } = await bodyOf({
      messages: [{
        role: "user",
        content: [
          {
            type: "text",
            text: "Look",
            providerOptions: { openaiCompatible: { cache_control: { type: "ephemeral" } } },
          },
          { type: "image", image: new URL("https://a.b/c.png"), providerOptions: { runpod: { uuid: "u-1" } } },
        ],
        providerOptions: { runpod: { name: "ada" } },
      }],
    });
    assertEquals(messages[0], {
      role: "user",
      name: "ada",
      content: [
        { type: "text", text: "Look", cache_control: { type: "ephemeral" } },
        { type: "image_url", image_url: { url: "https://a.b/c.png" }, uuid: "u-1" },
      ],
    });
  });

  it("has the stream options of the caller", async () => {
    for (
      const [given, sent] of [[null, undefined], [{ include_usage: false }, { include_usage: false }], [undefined, {
        include_usage: true,
      }]] as const
    ) {
      const { runpod, sent: requests } = capture(() => stream(HEL + STOP));
      const providerOptions = { runpod: { ...(given !== undefined && { stream_options: given }) } };
      await streamText({ model: runpod("mine", { model: "m" }), prompt: "Hi", providerOptions }).text;
      assertEquals(requests[0].body.stream_options, sent);
    }
  });
});

describe("an object by a tool", () => {
  const OBJECT = { name: "json", arguments: '{"name":"soup"}' };
  const output = Output.object({ schema: jsonSchema<{ name: string }>({ type: "object", properties: {} }) });
  const model = (answer: () => Response) =>
    capture(answer).runpod("mine", { model: "m", structuredOutputMode: "tool" });
  const call = (index: number) => ({ tool_calls: [{ index, id: `call-${index}`, function: OBJECT }] });

  it("has none of the words beside its call, and is the first of two", async () => {
    const message = { content: "Here is the recipe:", tool_calls: [...call(0).tool_calls, ...call(1).tool_calls] };
    const whole = await generateText({ model: model(() => completion(message)), prompt: "Soup", output });
    assertEquals([whole.text, whole.output], [OBJECT.arguments, { name: "soup" }]);

    const chunks = [{ content: "Here is the " }, { content: "recipe:" }, call(0), { content: "Enjoy!" }, call(1)];
    const body = chunks.map((delta) => eventsBeforeEnd(chunk(delta))).join("") +
      eventsBeforeEnd(chunk({}, "tool_calls")) + DONE;
    const streamed = streamText({ model: model(() => stream(body)), prompt: "Soup", output });
    assertEquals([await streamed.text, await streamed.output], [OBJECT.arguments, { name: "soup" }]);
    assertEquals(await streamed.finishReason, "stop");
  });

  it("may also be the text of a server that does not call it", async () => {
    const whole = await generateText({
      model: model(() => completion({ content: OBJECT.arguments })),
      prompt: "S",
      output,
    });
    assertEquals(whole.output, { name: "soup" });
    const body = eventsBeforeEnd(chunk({ content: '{"name":' }), chunk({ content: '"soup"}' })) + STOP;
    assertEquals(await streamText({ model: model(() => stream(body)), prompt: "S", output }).output, { name: "soup" });
  });
});

describe("a schema in a request", () => {
  const PIN = "^(?=.*[0-9])(?=.*[a-z]).+$";
  const tuple = { type: "array", items: [{ type: "string" }, { type: "number" }], additionalItems: { type: "null" } };
  const newTuple = {
    type: "array",
    prefixItems: [{ type: "string" }, { type: "number" }],
    items: { type: "null" },
  };

  /** The schemas of a tool and of an object, as sent, and the warnings. */
  async function sentFor(schema: Parameters<typeof jsonSchema>[0]) {
    const { runpod, sent } = capture(() => completion({ content: "{}" }));
    const { warnings } = await generateText({
      model: runpod("mine", { model: "m", structuredOutputMode: "json_schema" }),
      prompt: "Hi",
      tools: { lookUp: tool({ inputSchema: jsonSchema(schema) }) },
      output: Output.object({ schema: jsonSchema(schema) }),
    });
    const { tools, response_format } = sent[0].body;
    return [tools[0].function.parameters, response_format.json_schema.schema, warnings];
  }

  it("has tuples as grammars read them, wherever they are, and then no older draft", async () => {
    const written = (tuple: unknown) => ({
      type: "object",
      properties: { items: tuple, list: { type: "array", items: { anyOf: [tuple, { type: "null" }] } } },
      $defs: { pair: tuple },
      additionalProperties: false,
    });
    const draft = "http://json-schema.org/draft-07/schema#";
    const [ofTool, ofObject, warnings] = await sentFor({ $schema: draft, ...written(tuple) } as object);
    assertEquals([ofTool, ofObject, warnings], [written(newTuple), written(newTuple), []]);
  });

  it("leaves what only looks like a schema as it is", async () => {
    const schema = {
      type: "object",
      properties: {
        pattern: { type: "string", pattern: "^[a-z]+$" },
        kind: { const: { pattern: PIN, items: [1] } },
        choice: { enum: [{ items: [{ pattern: PIN }] }], default: { items: [PIN] } },
      },
    };
    assertEquals(await sentFor(schema as object), [schema, schema, []]);
  });

  it("has no pattern that looks ahead or behind, which a warning tells", async () => {
    const schema = (rest: object) => ({
      type: "object",
      properties: { pin: { type: "string", format: "pin", ...rest } },
    });
    const [ofTool, ofObject, warnings] = await sentFor(schema({ pattern: PIN }) as object);
    assertEquals([ofTool, ofObject], [schema({}), schema({})]);
    const told = (warnings as Array<{ type: string; feature: string }>).map(({ type, feature }) =>
      `${type}: ${feature}`
    );
    assertEquals(told, [
      `compatibility: the pattern /${PIN}/ in the schema of the object`,
      `compatibility: the pattern /${PIN}/ in the schema of tool "lookUp"`,
    ]);
  });

  it("has properties in the schema of a tool without input", async () => {
    for (const schema of [{}, { type: "object" }, { type: "object", additionalProperties: {} }]) {
      const [ofTool] = await sentFor(schema as object);
      assertEquals(ofTool, { type: "object", properties: {}, ...schema });
    }
    const composed = { anyOf: [{ type: "object", properties: {} }] };
    assertEquals((await sentFor(composed as object))[0], composed);
  });
});

describe("an earlier tool call without reasoning", () => {
  const history: ModelMessage[] = [
    { role: "user", content: "Hi" },
    { role: "assistant", content: [{ type: "tool-call", toolCallId: "1", toolName: "t", input: {} }] },
    {
      role: "tool",
      content: [{ type: "tool-result", toolCallId: "1", toolName: "t", output: { type: "text", value: "ok" } }],
    },
  ];
  async function reasoningSent(modelId: string, options: Record<string, string> = {}) {
    const { runpod, sent } = capture(() => completion({ content: "Hi" }));
    await generateText({ model: runpod(modelId), messages: history, ...options });
    return sent[0].body.messages[1].reasoning_content;
  }

  it("has an empty one for models that refuse it otherwise", async () => {
    assertEquals(await reasoningSent("moonshotai/kimi-k2.6"), "");
    assertEquals(await reasoningSent("moonshotai/kimi-k2.7-code"), "");
  });

  it("stays without where the model does not think, or does not mind", async () => {
    assertEquals(await reasoningSent("moonshotai/kimi-k2.6", { reasoning: "none" }), undefined);
    assertEquals(await reasoningSent("qwen/qwen3-32b-awq"), undefined);
  });
});

describe("an answer of a server that", () => {
  it("has no such route says so, and what the server can do", async () => {
    const served = { id: "m", object: "model", owned_by: "infinity", capabilities: ["rerank"] };
    const { runpod } = capture(({ url }) =>
      url.endsWith("/models")
        ? Response.json({ object: "list", data: [served] })
        : Response.json({ detail: "Not Found" }, { status: 404 })
    );
    const embed = () => runpod.embeddingModel("mine", { model: "m" }).doEmbed({ values: ["a"] });
    const { message } = await assertRejects(embed, APICallError);
    assertEquals(
      message,
      'Cannot embed with "mine": Not Found (HTTP 404); this server has no such route ("/embeddings"); ' +
        'it serves "m" (rerank, infinity)',
    );
  });

  it("is empty names the likely cause", async () => {
    for (const body of ["", DONE]) {
      const { runpod } = capture(() => stream(body));
      const model = runpod("mine", { model: "m" });
      const error = await assertRejects(() => generateText({ ...quiet, model, prompt: "Hi" }), APICallError);
      if (body === "") assertMatch(error.message, /longer than the model's context/);
      assertMatch((await streamed(body)).errors[0], /longer than the model's context/);
    }
  });
});

describe("a level of thinking that a server refuses", () => {
  const ERRORS: Array<[message: string, status: number]> = [
    ['think value "high" is not supported for this model', 400],
    ['"tiny" does not support thinking', 400],
    [
      "1 validation error:\n  {'type': 'literal_error', 'loc': ('body', 'reasoning_effort'), 'msg': 'Input should be'}",
      422,
    ],
    ["Unrecognized request argument supplied: reasoning_effort", 400],
  ];
  for (const [message, status] of ERRORS) {
    it(`is left out once ${JSON.stringify(message)} was the answer, and from then on`, async () => {
      const refuses = (body: { reasoning_effort?: string; stream?: boolean }) =>
        body.reasoning_effort === "high" || (body.reasoning_effort === "none" && /validation|argument/.test(message));
      const { runpod, sent } = capture(({ body }) => {
        if (refuses(body)) return Response.json({ error: { message } }, { status });
        return body.stream ? stream(HEL + LO + STOP) : completion({ content: "Hello" });
      });
      const model = runpod("mine", { model: "m" });
      const efforts = () => sent.splice(0).map(({ body }) => body.reasoning_effort);
      for (const expected of [["high", undefined], [undefined]]) {
        const whole = await generateText({ ...quiet, model, prompt: "Hi", reasoning: "high" });
        assertEquals([whole.text, whole.warnings?.length, efforts()], ["Hello", 1, expected]);
      }
      const streamed = streamText({ ...quiet, model, prompt: "Hi", reasoning: "high" });
      assertEquals([await streamed.text, (await streamed.warnings)?.length, efforts()], ["Hello", 1, [undefined]]);
      for (let call = 0; call < 2; call++) {
        const off = await generateText({ ...quiet, model, prompt: "Hi", reasoning: "none" });
        assertEquals([off.text, off.warnings], ["Hello", []]);
      }
      assertEquals(
        efforts(),
        refuses({ reasoning_effort: "none" }) ? ["none", undefined, undefined] : ["none", "none"],
      );
    });
  }

  it("stays an error where the caller chose it in the server's words, or for another reason", async () => {
    const { runpod, sent } = capture(() => Response.json({ error: "bad reasoning_effort" }, { status: 400 }));
    const model = runpod("mine", { model: "m" });
    for (const runpod of [{ reasoningEffort: "odd" }, { reasoning_effort: "odd" }]) {
      await assertRejects(
        () => generateText({ ...quiet, model, prompt: "Hi", providerOptions: { runpod } }),
        APICallError,
      );
    }
    await assertRejects(() => generateText({ ...quiet, model, prompt: "Hi" }), APICallError);
    assertEquals(sent.length, 3);
  });
});
