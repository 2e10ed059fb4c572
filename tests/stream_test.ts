import { APICallError, type LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { createRunpod } from "@runpod/ai-sdk-provider";
import fc from "fast-check";
import { describe, it } from "node:test";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { assertSpyCalls, spy } from "@std/testing/mock";
import { brokenBody, chunk, completion, events, eventsBeforeEnd, pieces, stream } from "./answers.ts";
import { capture, MODEL } from "./capture.ts";
import { errorOf, finishOf, goodFinishOf, partsFrom, partsOfType, textOf } from "./parts.ts";
import { PROMPT } from "./smallest_calls.ts";

/** A chunk with a part of a tool call. */
const call = (index: number | undefined, id: string | undefined, name: string | undefined, args: unknown) =>
  chunk({ tool_calls: [{ index, id, type: "function", function: { name, arguments: args } }] });
const callsOf = (parts: LanguageModelV4StreamPart[]) =>
  partsOfType(parts, "tool-call").map(({ toolName, input }) => ({ name: toolName, input }));
const typesOf = (parts: LanguageModelV4StreamPart[]) => parts.map(({ type }) => type);

const USAGE = {
  id: "chatcmpl-1",
  choices: [],
  usage: {
    prompt_tokens: 10,
    completion_tokens: 7,
    total_tokens: 17,
    prompt_tokens_details: { cached_tokens: 4 },
    completion_tokens_details: { reasoning_tokens: 2 },
  },
};

describe("a streamed chat completion", () => {
  it("is read as reasoning, text and a tool call, with usage and finish reason", async () => {
    const parts = await partsFrom(stream(events(
      chunk({ role: "assistant", content: "" }),
      chunk({ reasoning_content: "Let me " }),
      chunk({ reasoning_content: "think." }),
      chunk({ content: "Hello" }),
      chunk({ content: " world" }),
      call(0, "call_1", "getWeather", ""),
      call(0, undefined, undefined, '{"city":'),
      call(0, undefined, undefined, '"Paris"}'),
      chunk({}, "tool_calls"),
      USAGE,
    )));
    assertEquals(parts, [
      { type: "stream-start", warnings: [] },
      {
        type: "response-metadata",
        id: "chatcmpl-1",
        modelId: "test/model",
        timestamp: new Date(1_700_000_000_000),
      },
      { type: "reasoning-start", id: "reasoning-0" },
      { type: "reasoning-delta", id: "reasoning-0", delta: "Let me " },
      { type: "reasoning-delta", id: "reasoning-0", delta: "think." },
      { type: "reasoning-end", id: "reasoning-0" },
      { type: "text-start", id: "text-1" },
      { type: "text-delta", id: "text-1", delta: "Hello" },
      { type: "text-delta", id: "text-1", delta: " world" },
      { type: "text-end", id: "text-1" },
      { type: "tool-input-start", id: "call_1", toolName: "getWeather" },
      { type: "tool-input-delta", id: "call_1", delta: '{"city":' },
      { type: "tool-input-delta", id: "call_1", delta: '"Paris"}' },
      { type: "tool-input-end", id: "call_1" },
      { type: "tool-call", toolCallId: "call_1", toolName: "getWeather", input: '{"city":"Paris"}' },
      {
        type: "finish",
        finishReason: { unified: "tool-calls", raw: "tool_calls" },
        usage: {
          inputTokens: { total: 10, noCache: 6, cacheRead: 4, cacheWrite: undefined },
          outputTokens: { total: 7, text: 5, reasoning: 2 },
          raw: USAGE.usage,
        },
      },
    ]);
  });

  it("is requested with the usage, and with other stream options", async () => {
    const { runpod, sent } = capture(() => stream(events(chunk({ content: "Hi" }, "stop"))));
    await runpod(MODEL).doStream({
      prompt: PROMPT,
      providerOptions: { runpod: { stream_options: { continuous_usage_stats: true } } },
    });
    assertEquals(sent[0].body.stream, true);
    assertEquals(sent[0].body.stream_options, { continuous_usage_stats: true, include_usage: true });
  });

  it("has reasoning under either name, and once where a server sends both", async () => {
    const deltas = [{ reasoning: "a" }, { reasoning_content: "b" }, { reasoning: "c", reasoning_content: "c" }];
    const parts = await partsFrom(stream(events(...deltas.map((delta) => chunk(delta)), chunk({}, "stop"))));
    assertEquals(partsOfType(parts, "reasoning-delta").map(({ delta }) => delta), ["a", "b", "c"]);
  });

  it("has the raw chunks where they are requested", async () => {
    const sent = [chunk({ content: "Hi" }), chunk({}, "stop")];
    const parts = await partsFrom(stream(events(...sent)), { includeRawChunks: true });
    assertEquals(partsOfType(parts, "raw").map(({ rawValue }) => rawValue), sent);
  });

  it("has the same parts wherever the bytes are split", async () => {
    const text = events(
      chunk({ role: "assistant", reasoning: "Größe 👩‍🚀 " }),
      chunk({ content: "naïve — “quoted” 日本語 " }),
      call(0, "call_1", "search", '{"query":"crème'),
      call(1, "call_2", "open", "{}"),
      call(0, undefined, undefined, ' brûlée"}'),
      chunk({}, "tool_calls"),
      USAGE,
    );
    const bodies = [text, text.replaceAll("\n", "\r\n"), text.replaceAll("data: ", ": keep-alive\ndata:")];
    for (const body of bodies) {
      const bytes = new TextEncoder().encode(body);
      const expected = await partsFrom(stream(pieces([bytes])));
      assertEquals(callsOf(expected).length, 2);

      for (let at = 0; at <= bytes.length; at++) {
        assertEquals(await partsFrom(stream(pieces([bytes.subarray(0, at), bytes.subarray(at)]))), expected);
      }
      const cuts = fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 60 });
      await fc.assert(
        fc.asyncProperty(cuts, async (places) => {
          const edges = [0, ...places.sort((a, b) => a - b), bytes.length];
          const parts = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
          assertEquals(await partsFrom(stream(pieces(parts))), expected);
        }),
        { numRuns: 100 },
      );
    }
  });

  it("has every chunk read as JSON.parse reads it, however similar the chunks are", async () => {
    // With raw chunks, each chunk is parsed by JSON.parse.
    const start = JSON.stringify(call(0, "call_1", "f", ""));
    const alike = async (lines: string[]) => {
      const body = [start, ...lines].map((line) => `data: ${line}\n\n`).join("");
      const parts = await partsFrom(stream(body));
      const parsed = await partsFrom(stream(body), { includeRawChunks: true });
      const inWords = (part: LanguageModelV4StreamPart) =>
        part.type === "error" ? { ...part, error: (part.error as Error).message } : part;
      assertEquals(parts.map(inWords), parsed.filter(({ type }) => type !== "raw").map(inWords));
      return parts;
    };
    const text = fc.oneof(
      fc.constantFrom(
        " word",
        "content",
        "last",
        "elsewhere",
        '"',
        "\\",
        '","content":"x',
        "\u2028é👩‍🚀",
        "\0",
        "",
        "a\nb",
        "<think>",
        '{"a":1}',
      ),
      fc.string({ unit: "grapheme" }),
    );
    const value = fc.oneof(
      { weight: 9, arbitrary: text.map((text) => JSON.stringify(text)) },
      fc.constantFrom(
        "null",
        "7",
        '["a"]',
        '[{"type":"text","text":"part"}]',
        '{"a":1}',
        '"\\u0061"',
        '"half',
        '"a" "b"',
        '"a","content":"b"',
        '"a","role":"b"',
        '"\\u00e9\\/"',
        "",
      ),
    );
    const shapes = [
      '{"id":"c","created":1,"model":"m","choices":[{"index":0,"delta":{"content":?},"logprobs":null,"finish_reason":null}]}',
      '{"id": "c", "choices": [{"index": 0, "delta": {"content": ?, "role": "assistant"}, "finish_reason": null}]}',
      '{"choices":[{"delta":{"content":"twice","content":?}}]}',
      '{"choices":[{"delta":{"content":?,"content":"last"}}]}',
      '{"choices":[{"delta":{"reasoning":?,"content":"both"}}],"usage":{"prompt_tokens":1,"completion_tokens":2}}',
      '{"choices":[{"delta":{"reasoning":?,"reasoning_content":"same"}}]}',
      '{"content":"elsewhere","choices":[{"delta":{"content":?},"logprobs":{"content":[{"token":"a","logprob":-1}]}}]}',
      '{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":?}}]}}]}',
      '{"choices":[{"index":1,"delta":{"content":?}}]}',
      '{"choices":[{"text":?,"finish_reason":"stop"}]}',
      '{"choices":[{"delta":{"content":"content"},"text":?}],"cost":0.5}',
      "?",
    ];
    const run = fc.tuple(fc.constantFrom(...shapes), fc.array(value, { minLength: 1, maxLength: 5 }));
    await fc.assert(
      fc.asyncProperty(fc.array(run, { maxLength: 12 }), async (runs) => {
        await alike(runs.flatMap(([shape, values]) => values.map((value) => shape.replace("?", () => value))));
      }),
      { numRuns: 500 },
    );
    const words = Array.from({ length: 50 }, (_, index) => `w${index % 7 === 0 ? '"\\n' : index} `);
    const parts = await alike(words.map((word) => JSON.stringify(chunk({ content: word }))));
    assertEquals(textOf(parts), words.join(""));
  });

  it("has whole tool calls, however they are split", async () => {
    const inputs = ['{"a":1}', '{"b":[1,2,{"c":"}{"}]}', "{}"];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 5 })), { maxLength: 40 }),
        async (plan) => {
          const left = [...inputs];
          const deltas = inputs.map((_, index) => call(index, `call_${index}`, `tool${index}`, ""));
          for (const [index, length] of plan) {
            deltas.push(call(index, undefined, undefined, left[index].slice(0, length)));
            left[index] = left[index].slice(length);
          }
          left.forEach((rest, index) => deltas.push(call(index, undefined, undefined, rest)));
          const parts = await partsFrom(stream(events(...deltas, chunk({}, "tool_calls"))));
          assertEquals(callsOf(parts), inputs.map((input, index) => ({ name: `tool${index}`, input })));
        },
      ),
      { numRuns: 100 },
    );
  });

  it("has no tool call where a delta has no name", async () => {
    for (const place of [call(0, "", "", ""), call(0, "call_1", undefined, undefined), call(0, "", "  ", undefined)]) {
      const parts = await partsFrom(stream(events(place, chunk({ content: "Hi" }), chunk({}, "stop"))));
      assertEquals([textOf(parts), goodFinishOf(parts).finishReason.unified], ["Hi", "stop"]);
    }
  });

  it("has the id of a tool call that comes before its name", async () => {
    const parts = await partsFrom(
      stream(events(call(0, "call_7", " ", ""), call(0, undefined, "add", "{}"), chunk({}, "stop"))),
    );
    assertEquals(partsOfType(parts, "tool-call").map(({ toolCallId }) => toolCallId), ["call_7"]);
  });

  it("has the first of several choices", async () => {
    const second = {
      ...chunk({ content: "other" }),
      choices: [{ index: 1, delta: { content: "other" }, finish_reason: null }],
    };
    const parts = await partsFrom(stream(events(chunk({ content: "Hi" }), second, chunk({}, "stop"))));
    assertEquals(textOf(parts), "Hi");
  });

  it("that is a refusal has it as text and as the finish reason", async () => {
    const parts = await partsFrom(stream(events(chunk({ refusal: "I cannot" }), chunk({ refusal: true }, "stop"))));
    assertEquals(textOf(parts), "I cannot");
    assertEquals(finishOf(parts).finishReason.unified, "content-filter");
  });

  it("has the cost of a public endpoint, and usage from an event of its own", async () => {
    const parts = await partsFrom(
      stream(events(chunk({ content: "Hi" }, "stop"), { usage: USAGE.usage, choices: [], cost: 0.5 })),
    );
    assertEquals(finishOf(parts).providerMetadata, { runpod: { cost: 0.5 } });
    assertEquals(finishOf(parts).usage.outputTokens.total, 7);
  });

  it("ends at [DONE] and closes the connection", async () => {
    const cancel = spy();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) =>
        controller.enqueue(
          new TextEncoder().encode(events(chunk({ content: "Hi" }, "stop")) + events(chunk({ content: "more" }))),
        ),
      cancel,
    });
    assertEquals(textOf(await partsFrom(stream(body))), "Hi");
    assertSpyCalls(cancel, 1);
  });

  const ODD_CALLS: Record<string, unknown[]> = {
    "without an id": [call(0, undefined, "add", '{"a":1}')],
    "with an empty id": [call(0, "", "add", '{"a":1}')],
    "without an index": [call(undefined, "call_1", "add", '{"a":1}')],
    "with a late name": [call(0, "call_1", undefined, ""), call(0, undefined, "add", '{"a":1}')],
    "with arguments before the name": [call(0, "call_1", undefined, '{"a":'), call(0, undefined, "add", "1}")],
    "with arguments as an object": [call(0, "call_1", "add", { a: 1 })],
    "with an index that starts at 1": [call(1, "call_1", "add", '{"a":'), call(1, undefined, undefined, "1}")],
  };
  for (const [name, deltas] of Object.entries(ODD_CALLS)) {
    it(`has a tool call ${name}`, async () => {
      const parts = await partsFrom(stream(events(...deltas, chunk({}, "tool_calls"))));
      assertEquals(callsOf(parts), [{ name: "add", input: '{"a":1}' }]);
      assertMatch(partsOfType(parts, "tool-call")[0].toolCallId, /\S/);
      assertEquals(finishOf(parts).finishReason.unified, "tool-calls");
    });
  }

  it("has the finish reason tool-calls where the server says stop after a call", async () => {
    const parts = await partsFrom(stream(events(call(0, "call_1", "add", "{}"), chunk({}, "stop"))));
    assertEquals(finishOf(parts).finishReason, { unified: "tool-calls", raw: "stop" });
  });

  it("has an error part for an error in the middle, whatever its shape", async () => {
    const shapes = [
      { error: { message: "CUDA out of memory", type: "InternalServerError", code: 500 } },
      { object: "error", message: "CUDA out of memory", type: "InternalServerError", param: null, code: 500 },
      { error: "CUDA out of memory" },
      { ...chunk({}, "error"), error: { message: "CUDA out of memory", code: 500 } },
    ];
    for (const shape of shapes) {
      const parts = await partsFrom(stream(events(chunk({ content: "Hel" }), shape)));
      assertEquals(textOf(parts), "Hel");
      const error = errorOf(parts);
      assertStringIncludes(error.message, "CUDA out of memory");
      assertEquals([error.statusCode, error.url.endsWith("/chat/completions")], [200, true]);
      assertEquals(finishOf(parts).finishReason.unified, "error");
      assert(typesOf(parts).indexOf("text-end") < typesOf(parts).indexOf("finish"));
    }
  });

  it("is an error when it ends early, and has no partial tool call", async () => {
    const cuts = [
      eventsBeforeEnd(chunk({ content: "Hel" })),
      eventsBeforeEnd(chunk({ content: "Hel" })) + 'data: {"choices":[{"del',
      eventsBeforeEnd(chunk({ content: "Hel" }), call(0, "call_1", "add", '{"a":')),
      events(chunk({ content: "Hel" }), call(0, "call_1", "add", '{"a":')),
    ];
    for (const body of cuts) {
      const parts = await partsFrom(stream(body));
      assertEquals(textOf(parts), "Hel");
      assertStringIncludes(errorOf(parts).message, "the answer was cut");
      assertEquals(finishOf(parts).finishReason.unified, "error");
      assertEquals(callsOf(parts), []);
    }
  });

  it("is an error when the connection breaks", async () => {
    const body = brokenBody(eventsBeforeEnd(chunk({ content: "Hel" })), new TypeError("connection reset"));
    const parts = await partsFrom(stream(body));
    assertEquals(textOf(parts), "Hel");
    assertStringIncludes(errorOf(parts).message, "connection reset");
    assertEquals(finishOf(parts).finishReason.unified, "error");
  });

  it("is an error with [DONE] alone, or with other text between the events, which it shows", async () => {
    assertStringIncludes(errorOf(await partsFrom(stream("data: [DONE]\n\n"))).message, "the answer was cut");
    const appended = eventsBeforeEnd(chunk({ content: "Hel" })) + "upstream connect error\n";
    assertStringIncludes(errorOf(await partsFrom(stream(appended))).message, "upstream connect error");
  });

  it("is complete at [DONE] when there is text", async () => {
    const parts = await partsFrom(stream(events(chunk({ content: "Hi" }))));
    assertEquals(finishOf(parts).finishReason, { unified: "other", raw: undefined });
  });

  it("is complete when the connection breaks after the finish reason", async () => {
    const parts = await partsFrom(stream(brokenBody(eventsBeforeEnd(chunk({ content: "Hi" }, "stop")))));
    assertEquals(goodFinishOf(parts).finishReason.unified, "stop");
  });

  it("is complete without [DONE], and without an empty line at the end", async () => {
    for (const end of ["", "data: [DONE]", "data: [DONE]\n"]) {
      const body = eventsBeforeEnd(chunk({ content: "Hi" }), chunk({}, "stop")) + end;
      const parts = await partsFrom(stream(body));
      assertEquals(textOf(parts), "Hi");
      assertEquals(goodFinishOf(parts).finishReason, { unified: "stop", raw: "stop" });
    }
  });

  it("has an error for an event that is not JSON, which it shows", async () => {
    const parts = await partsFrom(
      stream(`data: ${JSON.stringify(chunk({ content: "Hi" }))}\n\ndata: {oops\n\ndata: [DONE]\n\n`),
    );
    const error = errorOf(parts);
    assertStringIncludes(error.message, "{oops");
    assertEquals(finishOf(parts).finishReason.unified, "error");
  });

  it("may have events of many lines", async () => {
    const pretty = [chunk({ content: "Hi" }), chunk({}, "stop")]
      .map((value) => JSON.stringify(value, null, 2).split("\n").map((line) => `data: ${line}\n`).join("") + "\n")
      .join("");
    assertEquals(textOf(await partsFrom(stream(pretty))), "Hi");
  });

  for (const contentType of ["application/json", "text/event-stream", "text/plain"]) {
    it(`may be an answer of plain JSON as ${contentType}`, async () => {
      const json = await completion({
        content: "Hello",
        reasoning_content: "Hm",
        tool_calls: [{ id: "call_1", type: "function", function: { name: "add", arguments: '{"a":1}' } }],
      }).text();
      const parts = await partsFrom(new Response(json, { headers: { "content-type": contentType } }));
      assertEquals(typesOf(parts), [
        "stream-start",
        "response-metadata",
        "reasoning-start",
        "reasoning-delta",
        "reasoning-end",
        "text-start",
        "text-delta",
        "text-end",
        "tool-input-start",
        "tool-input-delta",
        "tool-input-end",
        "tool-call",
        "finish",
      ]);
      assertEquals(finishOf(parts).usage.inputTokens.total, 3);
      const withRaw = await partsFrom(new Response(json), { includeRawChunks: true });
      assertEquals(partsOfType(withRaw, "raw").map(({ rawValue }) => rawValue), [JSON.parse(json)]);
    });
  }

  it("may have another content type", async () => {
    const body = events(chunk({ content: "Hi" }), chunk({}, "stop"));
    assertEquals(textOf(await partsFrom(new Response(body, { headers: { "content-type": "text/plain" } }))), "Hi");
  });

  const NOT_A_COMPLETION: Record<string, [body: string, says: string]> = {
    "an HTML page": ["<html><head><title>Bad gateway</title></head></html>", "Bad gateway"],
    "nothing": ["", "an empty body"],
    "half a JSON": ['{"choices":[{"mess', '{"choices"'],
    "a flat vLLM error": [
      '{"object":"error","message":"The model `x` does not exist.","type":"NotFoundError","param":null,"code":404}',
      "The model `x` does not exist.",
    ],
    "an error object": ['{"error":{"message":"too long","code":400}}', "too long"],
    "plain words": ["Internal Server Error", "Internal Server Error"],
  };
  for (const [name, [body, says]] of Object.entries(NOT_A_COMPLETION)) {
    it(`is an APICallError with the body when HTTP 200 has ${name}`, async () => {
      const error = await assertRejects(() => partsFrom(new Response(body)), APICallError, says);
      assertStringIncludes(error.message, 'Cannot generate text with "qwen/qwen3-32b-awq"');
      assertEquals(error.responseBody, body);
      assertEquals(error.statusCode, 200);
    });
  }

  it("ends at once with the abort reason, even under a fetch that ignores the signal", async () => {
    const abort = new AbortController();
    const reason = new Error("enough");
    const cancel = spy();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(eventsBeforeEnd(chunk({ content: "Hi" })))),
      cancel,
    });
    const { runpod } = capture(() => stream(body));
    const result = await runpod(MODEL).doStream({ prompt: PROMPT, abortSignal: abort.signal });
    const reader = result.stream.getReader();
    assertEquals((await reader.read()).value?.type, "stream-start");
    const rest = (async () => {
      while (!(await reader.read()).done);
    })();
    abort.abort(reason);
    assertEquals(await assertRejects(() => rest), reason);
    assertSpyCalls(cancel, 1);
  });

  it("ends at once on an abort at any moment, under a fetch that ignores the signal", async () => {
    const never = new Promise<never>(() => {});
    const hanging = () => new ReadableStream<Uint8Array>({ pull: () => never });
    const answers: Record<string, () => Response | Promise<Response>> = {
      "before the headers": () => never,
      "before the body": () => stream(hanging()),
      "in an error's body": () => new Response(hanging(), { status: 500 }),
    };
    for (const [when, answer] of Object.entries(answers)) {
      for (const method of ["doGenerate", "doStream"] as const) {
        const abort = new AbortController();
        const reason = new Error(`${method} ${when}`);
        const { runpod } = capture(answer);
        const pending = runpod(MODEL)[method]({ prompt: PROMPT, abortSignal: abort.signal });
        setTimeout(() => abort.abort(reason), 1);
        assertEquals(await assertRejects(() => pending), reason);
      }
    }
  });

  it("sends nothing after an abort, and removes its listeners", async () => {
    const abort = new AbortController();
    abort.abort(new Error("before"));
    const { runpod, sent } = capture(() => stream(events(chunk({ content: "Hi" }, "stop"))));
    await assertRejects(
      () => runpod(MODEL).doStream({ prompt: PROMPT, abortSignal: abort.signal }),
      Error,
      "before",
    );
    assertEquals(sent.length, 0);

    const { signal } = new AbortController();
    const added = spy(signal, "addEventListener");
    const removed = spy(signal, "removeEventListener");
    const model = createRunpod({
      apiKey: "rpa_FAKE",
      fetch: () => Promise.resolve(stream(events(chunk({ content: "Hi" }, "stop")))),
    })(MODEL);
    const { stream: parts } = await model.doStream({ prompt: PROMPT, abortSignal: signal });
    await Array.fromAsync(parts);
    assert(added.calls.length > 0);
    assertSpyCalls(removed, added.calls.length);
  });

  it("closes the connection when the consumer cancels", async () => {
    const cancel = spy();
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new TextEncoder().encode(eventsBeforeEnd(chunk({ content: "x" })))),
      cancel,
    });
    const { runpod } = capture(() => stream(body));
    const result = await runpod(MODEL).doStream({ prompt: PROMPT });
    await result.stream.cancel();
    assertSpyCalls(cancel, 1);
  });
});
