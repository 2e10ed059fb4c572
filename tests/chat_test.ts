import {
  APICallError,
  InvalidArgumentError,
  type LanguageModelV4CallOptions,
  type LanguageModelV4Prompt,
  UnsupportedFunctionalityError,
} from "@ai-sdk/provider";
import { describe, it } from "node:test";
import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { completion } from "./answers.ts";
import { sendChat } from "./calls.ts";
import { capture, MODEL } from "./capture.ts";
import { textOf } from "./parts.ts";
import { PROMPT } from "./smallest_calls.ts";

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const PNG_START = "iVBORw0KGgo=";

const messagesFor = async (prompt: LanguageModelV4Prompt) => (await sendChat({ prompt })).body.messages;

describe("a chat request", () => {
  it("has the served name, the message and nothing else", async () => {
    const { body } = await sendChat({});
    assertEquals(body, { model: "Qwen/Qwen3-32B-AWQ", messages: [{ role: "user", content: "Hi" }] });
  });

  it("has every sampling setting", async () => {
    const { body, warnings } = await sendChat({
      maxOutputTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      presencePenalty: 0.1,
      frequencyPenalty: 0.2,
      stopSequences: ["END"],
      seed: 7,
    });
    const { model: _, messages: __, ...settings } = body;
    assertEquals(settings, {
      max_tokens: 100,
      temperature: 0.5,
      top_p: 0.9,
      top_k: 40,
      presence_penalty: 0.1,
      frequency_penalty: 0.2,
      stop: ["END"],
      seed: 7,
    });
    assertEquals(warnings, []);
  });

  it("has reasoning effort, verbosity and strictness under the server's names", async () => {
    const schema = { type: "object" as const };
    const { body } = await sendChat({
      reasoning: "low",
      responseFormat: { type: "json", schema },
      providerOptions: { runpod: { reasoningEffort: "high", textVerbosity: "low", strictJsonSchema: false } },
    });
    assertEquals([body.reasoning_effort, body.verbosity], ["high", "low"]);
    assertEquals(body.response_format.json_schema.strict, false);
    assertEquals([body.reasoningEffort, body.textVerbosity, body.strictJsonSchema], [undefined, undefined, undefined]);
  });

  it("has the messages of the call, whatever the options say, and options that are null", async () => {
    const { body, warnings } = await sendChat({ providerOptions: { runpod: { messages: [], seed: null } } });
    assertEquals(body.messages, [{ role: "user", content: "Hi" }]);
    const details = "the messages are those of the call";
    assertEquals(warnings, [{ type: "unsupported", feature: "providerOptions.runpod.messages", details }]);
    assertEquals(body.seed, null);
  });

  it("has the text of a file, in either alphabet of base64", async () => {
    for (const data of ["Pz8/Pj4+fn5+", "Pz8_Pj4-fn5-"]) {
      const file = { type: "file" as const, mediaType: "text/plain", data: { type: "data" as const, data } };
      const [{ content }] = await messagesFor([{ role: "user", content: [file] }]);
      assertEquals(content, "???>>>~~~");
    }
  });

  it("is refused with values that JSON does not have", async () => {
    const { runpod, sent } = capture(() => completion({}));
    await assertRejects(
      () => runpod(MODEL).doGenerate({ prompt: PROMPT, providerOptions: { runpod: { big: 1n as never } } }),
      InvalidArgumentError,
      "cannot be written as JSON",
    );
    assertEquals(sent.length, 0);
  });

  it("has tool input that is JSON text already, a BigInt or a cycle", async () => {
    const cycle: Record<string, unknown> = { a: 1n };
    cycle.self = cycle;
    const call = (input: unknown) => ({ type: "tool-call" as const, toolCallId: "1", toolName: "t", input });
    const [message] = await messagesFor([{
      role: "assistant",
      content: [call('{"a":1}'), call("{half"), call(cycle)],
    }]);
    const [json, text, odd] = message.tool_calls.map((call: { function: { arguments: string } }) =>
      call.function.arguments
    );
    assertEquals([json, text], ['{"a":1}', '{"input":"{half"}']);
    assertMatch(odd, /"a":"?1/);
  });

  it("has other options as they are, in place of the settings", async () => {
    const { body } = await sendChat({
      temperature: 0.5,
      providerOptions: { runpod: { min_p: 0.1, temperature: 0.7, chat_template_kwargs: { enable_thinking: false } } },
    });
    assertEquals(body.min_p, 0.1);
    assertEquals(body.temperature, 0.7);
    assertEquals(body.chat_template_kwargs, { enable_thinking: false });
  });

  it("has a JSON schema as the response format", async () => {
    const schema = { type: "object" as const, properties: { a: { type: "number" as const } } };
    const named = await sendChat({
      responseFormat: { type: "json", schema, name: "answer", description: "An answer" },
    });
    assertEquals(named.body.response_format, {
      type: "json_schema",
      json_schema: { name: "answer", description: "An answer", schema, strict: true },
    });
    const bare = await sendChat({ responseFormat: { type: "json" } });
    assertEquals(bare.body.response_format, { type: "json_object" });
    const text = await sendChat({ responseFormat: { type: "text" } });
    assertEquals(text.body.response_format, undefined);
  });

  it("has tools, with every tool choice", async () => {
    const inputSchema = { type: "object" as const, properties: {} };
    const tools: LanguageModelV4CallOptions["tools"] = [
      { type: "function", name: "now", description: "The time", inputSchema, strict: true },
    ];
    const choices = [
      [undefined, undefined],
      [{ type: "auto" }, "auto"],
      [{ type: "none" }, "none"],
      [{ type: "required" }, "required"],
      [{ type: "tool", toolName: "now" }, { type: "function", function: { name: "now" } }],
    ] as const;
    for (const [toolChoice, expected] of choices) {
      const { body } = await sendChat({ tools, toolChoice });
      assertEquals(body.tools, [
        { type: "function", function: { name: "now", description: "The time", parameters: inputSchema, strict: true } },
      ]);
      assertEquals(body.tool_choice, expected);
    }
  });

  it("has no tool choice without tools, and no provider-defined tools, with a warning", async () => {
    const { body, warnings } = await sendChat({
      tools: [{ type: "provider", id: "openai.web_search", name: "web_search", args: {} }],
      toolChoice: { type: "required" },
    });
    assertEquals([body.tools, body.tool_choice], [undefined, undefined]);
    assertEquals(warnings.length, 1);
    assertStringIncludes(JSON.stringify(warnings), "openai.web_search");
  });

  it("has messages of every role and part", async () => {
    assertEquals(
      await messagesFor([
        { role: "system", content: "Be brief" },
        {
          role: "user",
          content: [
            { type: "text", text: "Look" },
            { type: "file", mediaType: "image/png", data: { type: "data", data: PNG } },
            { type: "file", mediaType: "image/*", data: { type: "data", data: PNG_START } },
            { type: "file", mediaType: "image", data: { type: "url", url: new URL("https://example.com/a.png") } },
            { type: "file", mediaType: "video/mp4", data: { type: "url", url: new URL("https://example.com/a.mp4") } },
            { type: "file", mediaType: "audio/wav", data: { type: "data", data: "UklGRg==" } },
            { type: "file", mediaType: "audio/flac", data: { type: "data", data: "ZkxhQw==" } },
            { type: "file", mediaType: "audio/mpeg", data: { type: "url", url: new URL("https://example.com/a.mp3") } },
            { type: "file", mediaType: "application/pdf", data: { type: "data", data: "JVBERi0=" }, filename: "a.pdf" },
            { type: "file", mediaType: "text/plain", data: { type: "data", data: new TextEncoder().encode("näive") } },
            { type: "file", mediaType: "text/markdown", data: { type: "text", text: "# Title" } },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "reasoning", text: "Hm" },
            { type: "text", text: "I see" },
            { type: "tool-call", toolCallId: "1", toolName: "look", input: { at: "x" } },
          ],
        },
        { role: "assistant", content: [{ type: "tool-call", toolCallId: "2", toolName: "look", input: {} }] },
      ]),
      [
        { role: "system", content: "Be brief" },
        {
          role: "user",
          content: [
            { type: "text", text: "Look" },
            { type: "image_url", image_url: { url: `data:image/png;base64,${PNG_START}` } },
            { type: "image_url", image_url: { url: `data:image/png;base64,${PNG_START}` } },
            { type: "image_url", image_url: { url: "https://example.com/a.png" } },
            { type: "video_url", video_url: { url: "https://example.com/a.mp4" } },
            { type: "input_audio", input_audio: { data: "UklGRg==", format: "wav" } },
            { type: "audio_url", audio_url: { url: "data:audio/flac;base64,ZkxhQw==" } },
            { type: "audio_url", audio_url: { url: "https://example.com/a.mp3" } },
            { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERi0=" } },
            { type: "text", text: "näive" },
            { type: "text", text: "# Title" },
          ],
        },
        {
          role: "assistant",
          content: "I see",
          reasoning_content: "Hm",
          tool_calls: [{ id: "1", type: "function", function: { name: "look", arguments: '{"at":"x"}' } }],
        },
        {
          role: "assistant",
          content: null,
          tool_calls: [{ id: "2", type: "function", function: { name: "look", arguments: "{}" } }],
        },
      ],
    );
  });

  it("has every kind of tool result", async () => {
    const results = [
      [{ type: "text", value: "done" }, "done"],
      [{ type: "json", value: { a: [1] } }, '{"a":[1]}'],
      [{ type: "error-text", value: "broke" }, "broke"],
      [{ type: "error-json", value: { code: 1 } }, '{"code":1}'],
      [{ type: "execution-denied", reason: "No" }, "No"],
      [{ type: "execution-denied" }, "The user denied the execution of this tool call."],
      [{ type: "content", value: [{ type: "text", text: "a" }, { type: "text", text: "b" }] }, "a\nb"],
      [
        {
          type: "content",
          value: [{ type: "text", text: "a" }, {
            type: "file",
            mediaType: "image/png",
            data: { type: "data", data: PNG },
          }],
        },
        [{ type: "text", text: "a" }, { type: "image_url", image_url: { url: `data:image/png;base64,${PNG_START}` } }],
      ],
    ] as const;
    const messages = await messagesFor([{
      role: "tool",
      content: [
        ...results.map(([output], index) => ({
          type: "tool-result" as const,
          toolCallId: String(index),
          toolName: "t",
          output: output as never,
        })),
        { type: "tool-approval-response", approvalId: "x", approved: true },
      ],
    }]);
    assertEquals(
      messages,
      results.map(([, content], index) => ({ role: "tool", tool_call_id: String(index), content })),
    );
  });

  it("has no parts that messages cannot have, with warnings", async () => {
    const { warnings } = await sendChat({
      prompt: [
        { role: "assistant", content: [{ type: "file", mediaType: "image/png", data: { type: "data", data: PNG } }] },
        {
          role: "tool",
          content: [{
            type: "tool-result",
            toolCallId: "1",
            toolName: "t",
            output: { type: "content", value: [{ type: "custom" }] },
          }],
        },
      ],
    });
    assertEquals(warnings.map(({ type }) => type), ["unsupported", "unsupported"]);
  });

  it("has the id of a file that was uploaded to the endpoint", async () => {
    const [message] = await messagesFor([{
      role: "user",
      content: [{
        type: "file",
        mediaType: "application/pdf",
        data: { type: "reference", reference: { runpod: "f-1" } },
      }],
    }]);
    assertEquals(message.content, [{ type: "file", file: { file_id: "f-1" } }]);
  });

  it("may be changed by the caller's fetch: its body and its URL", async () => {
    const sent: Request[] = [];
    const fetch = (input: RequestInfo | URL, init?: RequestInit) => {
      const url = new URL(input instanceof Request ? input.url : input);
      url.searchParams.set("api-version", "1");
      const body = JSON.stringify({ ...JSON.parse(String(init?.body)), custom: true });
      sent.push(new Request(url, { ...init, body }));
      return Promise.resolve(completion({ content: "Hi" }));
    };
    await capture(() => completion({}), { fetch }).runpod(MODEL).doGenerate({ prompt: PROMPT });
    assertEquals(new URL(sent[0].url).search, "?api-version=1");
    assertEquals((await sent[0].json()).custom, true);
  });

  it("is refused with files that cannot be sent", async () => {
    const files = [
      { mediaType: "application/zip", data: { type: "data" as const, data: "UEs=" } },
      { mediaType: "application/pdf", data: { type: "url" as const, url: new URL("https://example.com/a.pdf") } },
      { mediaType: "text/plain", data: { type: "url" as const, url: new URL("https://example.com/a.txt") } },
      { mediaType: "image/png", data: { type: "reference" as const, reference: { openai: "file-1" } } },
    ];
    for (const file of files) {
      const { runpod, sent } = capture(() => completion({}));
      await assertRejects(
        () => runpod(MODEL).doGenerate({ prompt: [{ role: "user", content: [{ type: "file", ...file }] }] }),
        UnsupportedFunctionalityError,
        "Cannot send",
      );
      assertEquals(sent.length, 0);
    }
  });

  it("is refused with options that are not an object, or that choose streaming", async () => {
    for (const options of [["a"], { stream: true }]) {
      const { runpod, sent } = capture(() => completion({}));
      const call = { prompt: PROMPT, providerOptions: { runpod: options as never } };
      const error = await assertRejects(
        () => runpod(MODEL).doGenerate(call),
        InvalidArgumentError,
        "providerOptions.runpod",
      );
      assertMatch(error.message, /is not an object|streamText streams/);
      assertEquals(sent.length, 0);
    }
  });
});

describe("a chat completion", () => {
  it("is read as content, usage, metadata, request and response", async () => {
    const { runpod, sent } = capture(() =>
      completion({
        content: "Hello",
        reasoning: "Hm",
        tool_calls: [{ id: "1", type: "function", function: { name: "add", arguments: '{"a":1}' } }],
      }, { cost: 0.25 })
    );
    const result = await runpod(MODEL).doGenerate({ prompt: PROMPT });
    assertEquals(result.content, [
      { type: "reasoning", text: "Hm", providerMetadata: { runpod: { reasoningEcho: "reasoning" } } },
      { type: "text", text: "Hello" },
      { type: "tool-call", toolCallId: "1", toolName: "add", input: '{"a":1}' },
    ]);
    assertEquals(result.finishReason, { unified: "tool-calls", raw: "stop" });
    assertEquals(result.usage, {
      inputTokens: { total: 3, noCache: 3, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: 2, text: 2, reasoning: undefined },
      raw: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    });
    assertEquals(result.providerMetadata, { runpod: { cost: 0.25 } });
    assertEquals(result.request?.url, sent[0].url);
    assertEquals(result.request?.body, sent[0].body);
    assertEquals(result.response?.id, "chatcmpl-1");
    assertEquals(result.response?.modelId, "test/model");
    assertEquals(result.response?.timestamp, new Date(1_700_000_000_000));
    assertMatch(result.response?.headers?.["content-type"] ?? "", /^application\/json/);
  });

  const FINISH_REASONS: Array<[string | null, string]> = [
    ["stop", "stop"],
    ["length", "length"],
    ["content_filter", "content-filter"],
    ["abort", "error"],
    ["something new", "other"],
    [null, "other"],
  ];
  for (const [raw, unified] of FINISH_REASONS) {
    it(`with finish reason ${raw} ends as ${unified}`, async () => {
      const { runpod } = capture(() =>
        completion({}, { choices: [{ message: { content: "Hi" }, finish_reason: raw }], usage: undefined })
      );
      const { finishReason, usage } = await runpod(MODEL).doGenerate({ prompt: PROMPT });
      assertEquals(finishReason, { unified: unified as "stop", raw: raw ?? undefined });
      assertEquals(usage.inputTokens.total, undefined);
    });
  }

  const WRAPPED: Record<string, (json: unknown) => unknown> = {
    "a list": (json) => [json],
    "a finished job": (json) => ({ id: "1-u1", status: "COMPLETED", output: json }),
    "a finished job's list": (json) => ({ id: "1-u1", status: "COMPLETED", output: [json] }),
    "JSON as text": (json) => JSON.stringify(json),
    "a finished job's list of JSON as text": (json) => ({
      id: "1",
      status: "completed",
      output: [JSON.stringify(json)],
    }),
  };
  for (const [name, wrap] of Object.entries(WRAPPED)) {
    it(`is read from ${name}, whole and streamed`, async () => {
      const { runpod } = capture(async () => Response.json(wrap(await completion({ content: "Hello" }).json())));
      assertEquals((await runpod(MODEL).doGenerate({ prompt: PROMPT })).content, [{ type: "text", text: "Hello" }]);
      const { stream } = await runpod(MODEL).doStream({ prompt: PROMPT });
      assertEquals(textOf(await Array.fromAsync(stream)), "Hello");
    });
  }

  it("with an error beside its choices is an error", async () => {
    const { runpod } = capture(() => completion({ content: "Hel" }, { error: { message: "upstream died" } }));
    await assertRejects(() => runpod(MODEL).doGenerate({ prompt: PROMPT }), APICallError, "upstream died");
  });

  it("has no negative token counts, and no timestamp where the server has none", async () => {
    const { runpod } = capture(() =>
      completion({ content: "Hi" }, {
        created: 0,
        usage: { prompt_tokens: 1, completion_tokens: 2, completion_tokens_details: { reasoning_tokens: 5 } },
      })
    );
    const { usage, response } = await runpod(MODEL).doGenerate({ prompt: PROMPT });
    assertEquals([usage.outputTokens.text, response?.timestamp], [0, undefined]);
  });

  it("may have its reasoning in parts of its content", async () => {
    const content = [{ type: "thinking", thinking: [{ type: "text", text: "Hm" }] }, { type: "text", text: "Hello" }];
    const { runpod } = capture(() => completion({ content }));
    assertEquals((await runpod(MODEL).doGenerate({ prompt: PROMPT })).content, [
      { type: "reasoning", text: "Hm" },
      { type: "text", text: "Hello" },
    ]);
  });

  it("may be in a list, as the output of a job is, with arguments as an object and no id", async () => {
    const { runpod } = capture(async () =>
      Response.json([
        await completion({ content: null, tool_calls: [{ function: { name: "add", arguments: { a: 1 } } }] }).json(),
      ])
    );
    const { content } = await runpod(MODEL).doGenerate({ prompt: PROMPT });
    const [call] = content;
    assertEquals(call.type === "tool-call" && [call.toolName, call.input], ["add", '{"a":1}']);
    assertMatch(call.type === "tool-call" ? call.toolCallId : "", /\S/);
  });

  it("that is a refusal has it as text and as the finish reason", async () => {
    const { runpod } = capture(() => completion({ content: null, refusal: "I cannot" }));
    const { content, finishReason } = await runpod(MODEL).doGenerate({ prompt: PROMPT });
    assertEquals(content, [{ type: "text", text: "I cannot" }]);
    assertEquals(finishReason.unified, "content-filter");
  });
});

describe("the served model name", () => {
  const models = () => Response.json({ object: "list", data: [{ id: "org/served" }] });

  it("is read once for all models of a provider", async () => {
    const { runpod, sent } = capture(({ url }) => url.endsWith("/models") ? models() : completion({ content: "Hi" }));
    await runpod("abc123").doGenerate({ prompt: PROMPT });
    await runpod("abc123").doGenerate({ prompt: PROMPT });
    await runpod("https://console.runpod.io/serverless/user/endpoint/abc123").doGenerate({ prompt: PROMPT });
    assertEquals(sent.filter(({ method }) => method === "GET").length, 1);
    assertEquals(
      sent.filter(({ method }) => method === "POST").map(({ body }) => body.model),
      Array(3).fill("org/served"),
    );
  });

  it("is not read when it is given", async () => {
    const { runpod, sent } = capture(() => completion({ content: "Hi" }));
    await runpod("abc123", { model: "mine" }).doGenerate({ prompt: PROMPT });
    assertEquals(sent.map(({ body }) => body.model), ["mine"]);
  });

  it("is read again after a failure, whose error says what to do", async () => {
    let isUp = false;
    const { runpod } = capture(({ url }) =>
      !url.endsWith("/models")
        ? completion({ content: "Hi" })
        : isUp
        ? models()
        : Response.json({ object: "list", data: [] })
    );
    await assertRejects(
      () => runpod("abc123").doGenerate({ prompt: PROMPT }),
      APICallError,
      "name one yourself",
    );
    isUp = true;
    const { content } = await runpod("abc123").doGenerate({ prompt: PROMPT });
    assertEquals(content, [{ type: "text", text: "Hi" }]);
  });

  it("is read with the headers of the call, also from a list", async () => {
    const { runpod, sent } = capture(
      async ({ url }) =>
        url.endsWith("/models") ? Response.json([await models().json()]) : completion({ content: "Hi" }),
      {
        apiKey: undefined,
      },
    );
    await runpod("abc123").doGenerate({ prompt: PROMPT, headers: { Authorization: "Bearer of-this-call" } });
    assertEquals(sent.map(({ headers }) => headers.get("authorization")), Array(2).fill("Bearer of-this-call"));
    assertEquals(sent[1].body.model, "org/served");
  });

  it("is read again when the endpoint no longer serves it", async () => {
    let served = "org/old";
    const { runpod, sent } = capture(({ url, body }) =>
      url.endsWith("/models")
        ? Response.json({ data: [{ id: served }] })
        : body.model === served
        ? completion({ content: "Hi" })
        : Response.json({ error: { message: "does not exist", code: 404 } }, { status: 404 })
    );
    await runpod("abc123").doGenerate({ prompt: PROMPT });
    served = "org/new";
    await assertRejects(() => runpod("abc123").doGenerate({ prompt: PROMPT }), APICallError);
    await runpod("abc123").doGenerate({ prompt: PROMPT });
    assertEquals(sent.at(-1)?.body.model, "org/new");
  });

  it("is read by each call itself while another request for it hangs", async () => {
    const { promise: firstIsAsked, resolve } = Promise.withResolvers<void>();
    let asked = 0;
    const { runpod } = capture(({ url }) => {
      if (!url.endsWith("/models")) return completion({ content: "Hi" });
      if (asked++ > 0) return models();
      resolve();
      return new Promise<Response>(() => {});
    });
    const abort = new AbortController();
    const hanging = Promise.resolve(runpod("abc123").doGenerate({ prompt: PROMPT, abortSignal: abort.signal })).catch(
      () => {},
    );
    await firstIsAsked;
    await runpod("abc123").doGenerate({ prompt: PROMPT });
    abort.abort();
    await hanging;
  });

  it("is not waited for after an abort", async () => {
    const { runpod } = capture(() => new Promise<Response>(() => {}));
    const abort = new AbortController();
    const pending = runpod("abc123").doGenerate({ prompt: PROMPT, abortSignal: abort.signal });
    const reason = new Error("enough");
    abort.abort(reason);
    assertEquals(await assertRejects(() => pending), reason);
  });
});
