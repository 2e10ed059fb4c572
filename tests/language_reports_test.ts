/**
 * What people met on real servers and reported in public: each report with two more shapes of its kind, through the
 * functions of `ai`. The servers are scripted to refuse what the real ones refuse.
 */
import { embedMany, generateText, jsonSchema, type ModelMessage, Output, rerank, streamText, tool } from "ai";
import type { RunpodChatModelSettings } from "@runpod/ai-sdk-provider";
import { describe, it } from "node:test";
import { assertEquals, assertMatch } from "@std/assert";
import { chunk, completion, eventsBeforeEnd, stream } from "./answers.ts";
import { capture, type Sent } from "./capture.ts";
import { withVirtualTime } from "./virtual_time.ts";

const DONE = "data: [DONE]\n\n";
const STOP = eventsBeforeEnd(chunk({}, "stop")) + DONE;
const says = (content: string) => eventsBeforeEnd(chunk({ content }));
type Call = Omit<Parameters<typeof generateText>[0], "model"> & { id?: string; settings?: RunpodChatModelSettings };

const refusal = (message: string, status = 400) => Response.json({ error: { message, code: status } }, { status });

/** What a whole call gives: the text, or the error's message, and what was sent. */
async function outcome(answer: (request: Sent, index: number) => Response, call: Partial<Call> = {}) {
  const { runpod, sent } = capture(answer);
  const { id = "mine", settings = { model: "m" }, ...options } = call;
  const model = runpod(id, settings);
  return await withVirtualTime(async () => {
    try {
      const result = await generateText({ prompt: "Hi", ...options, model } as Parameters<typeof generateText>[0]);
      return { result, text: result.text, error: "", sent };
    } catch (error) {
      return { text: "", error: (error as Error).message, sent };
    }
  });
}

/** What a streamed call gives. */
async function streamed(body: string, call: Partial<Call> = {}) {
  const { runpod, sent } = capture(() => stream(body));
  const { settings = { model: "m" }, ...options } = call;
  const errors: string[] = [];
  const result = streamText(
    {
      prompt: "Hi",
      maxRetries: 0,
      onError: ({ error }) => void errors.push((error as Error).message),
      ...options,
      model: runpod("mine", settings),
    } as Parameters<typeof streamText>[0],
  );
  let text = "";
  for await (const part of result.textStream) text += part;
  return { text, errors, reason: errors.length > 0 ? "error" : await result.finishReason, sent };
}

const answered = () => completion({ content: "hello" });
/** A server whose template refuses some messages. */
// deno-lint-ignore no-explicit-any
const template = (refuses: (messages: any[], body: any) => string | false) => ({ body }: Sent) => {
  const reason = refuses(body.messages, body);
  return reason ? refusal(reason, 500) : answered();
};

describe("system messages at the start", () => {
  const CASES: Record<string, ModelMessage[]> = {
    "two": [{ role: "system", content: "a" }, { role: "system", content: "b" }],
    "three": [{ role: "system", content: "a" }, { role: "system", content: "b" }, { role: "system", content: "c" }],
    "one": [{ role: "system", content: "a" }],
  };
  for (const [name, system] of Object.entries(CASES)) {
    it(`${name} of them reach a template that takes one`, async () => {
      const server = template((messages) =>
        messages.slice(1).some(({ role }) => role === "system") && "System message must be at the beginning."
      );
      const call = {
        prompt: undefined,
        allowSystemInMessages: true,
        messages: [...system, { role: "user", content: "Hi" }],
      };
      const { text, sent } = await outcome(server, call as Partial<Call>);
      assertEquals([text, sent[0].body.messages.length], ["hello", 2]);
    });
  }
});

describe("arguments of an earlier call that are no object", () => {
  for (const input of ['{"text": "half', '"a string"', "[1, 2]", "", "null", '"{\\"text\\": \\"half"']) {
    it(`${JSON.stringify(input)} reach a template that reads their entries`, async () => {
      const server = template(([, message]) => {
        const value = JSON.parse(message.tool_calls[0].function.arguments);
        const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
        return !isObject && "Can only get item pairs from a mapping.";
      });
      const messages: ModelMessage[] = [
        { role: "user", content: "Hi" },
        { role: "assistant", content: [{ type: "tool-call", toolCallId: "1", toolName: "say", input }] },
        {
          role: "tool",
          content: [{
            type: "tool-result",
            toolCallId: "1",
            toolName: "say",
            output: { type: "error-text", value: "bad" },
          }],
        },
      ];
      assertEquals((await outcome(server, { prompt: undefined, messages } as Partial<Call>)).text, "hello");
    });
  }
});

describe("a ranking", () => {
  const results = [{ index: 1, relevance_score: 0.12 }, { index: 0, relevance_score: 0.93 }];
  const scores = results.map(({ index, relevance_score: score }) => ({ index, score, document: "d", meta_info: {} }));
  const SHAPES: Record<string, unknown> = {
    "SGLang's bare list": scores,
    "TEI's bare list": scores.map(({ index, score }) => ({ index, score })),
    "vLLM's results": { id: "r", model: "m", results },
    "the data of /score": { object: "list", data: scores.map(({ index, score }) => ({ index, score })) },
  };
  for (const [name, body] of Object.entries(SHAPES)) {
    it(`in the form of ${name} is by score`, async () => {
      const { runpod } = capture(() => Response.json(body));
      const model = runpod.rerankingModel("mine", { model: "m", transport: "rerank" });
      const { ranking } = await rerank({ model, query: "q", documents: ["a", "b"] });
      assertEquals(ranking.map(({ originalIndex, score }) => [originalIndex, score]), [[0, 0.93], [1, 0.12]]);
    });
  }
});

describe("a heartbeat", () => {
  const BEATS = [
    "data:\n\n",
    "event: ping\ndata: \n\n",
    "data: : keepalive\n\n",
    "data: keep-alive\n\n",
    ":\n\n",
    "data: {}\n\n",
  ];
  for (const beat of BEATS) {
    it(`${JSON.stringify(beat)} is nothing`, async () => {
      const { text, errors, reason } = await streamed(beat + says("hel") + beat + says("lo") + beat + STOP);
      assertEquals([text, errors, reason], ["hello", [], "stop"]);
    });
  }
});

describe("an error in a stream", () => {
  const overflow = '"message":"the request exceeds the available context size"';
  const ERRORS = [
    `error: {"code":400,${overflow},"type":"exceed_context_size_error"}\n\n`,
    `data: {"error":{"code":500,${overflow}}}\n\n`,
    `event: error\ndata: {${overflow},"code":500}\n\n`,
    `data: {"error":"the request exceeds the available context size","error_type":"validation"}\n\n`,
    `data: {"object":"error",${overflow},"code":400}\n\n`,
    `data: {"type":"error","error":{${overflow}}}\n\n`,
  ];
  for (const error of ERRORS) {
    it(`${JSON.stringify(error.slice(0, 40))} is one error, at the start and in the middle`, async () => {
      for (const before of ["", says("he")]) {
        const { text, errors, reason } = await streamed(before + error + DONE);
        assertEquals([text, errors.length, reason], [before && "he", 1, "error"]);
        assertMatch(errors[0], /exceeds the available context size/);
        assertEquals(/cut/.test(errors[0]), false);
      }
    });
  }

  it("may come as plain JSON with HTTP 200", async () => {
    const { runpod } = capture(() => Response.json({ error: { code: 400, message: "no such model" } }));
    const errors: unknown[] = [];
    const onError = ({ error }: { error: unknown }) => void errors.push((error as Error).message);
    await streamText({ model: runpod("mine", { model: "m" }), prompt: "Hi", maxRetries: 0, onError }).consumeStream();
    assertMatch(String(errors), /no such model/);
    assertEquals(errors.length, 1);
  });
});

describe("an error that no retry will mend", () => {
  const MESSAGES = [
    "Context size has been exceeded.",
    "input (979 tokens) is too large to process. increase the physical batch size (current batch size: 512)",
    "the input length exceeds the context length",
    "image input is not supported - hint: if this is unexpected, you may need to provide the mmproj",
    "Failed to initialize samplers: failed to parse grammar",
  ];
  for (const message of MESSAGES) {
    it(`"${message.slice(0, 40)}…" is told at once`, async () => {
      const fails = () => Response.json({ error: { code: 500, message, type: "server_error" } }, { status: 500 });
      const { error, sent } = await outcome(fails);
      assertEquals(sent.length, 1);
      assertMatch(error, new RegExp(message.slice(0, 30).replace(/[()]/g, ".")));
      await withVirtualTime(async () => {
        const { runpod, sent } = capture(fails);
        const model = runpod.embeddingModel("mine", { model: "m" });
        await embedMany({ model, values: ["a"] }).catch(() => {});
        assertEquals(sent.length, 1);
      });
    });
  }

  it("is not one that may pass", async () => {
    const { text, sent } = await outcome((_, index) => index === 0 ? refusal("CUDA out of memory", 500) : answered());
    assertEquals([text, sent.length], ["hello", 2]);
  });
});

describe("the answer to a request without stream", () => {
  const whole = JSON.stringify({ choices: [{ index: 0, message: { content: "hey" }, finish_reason: "stop" }] });
  const BODIES: Record<string, string> = {
    "events": says("he") + says("y") + STOP,
    "events without [DONE]": says("he") + says("y") + eventsBeforeEnd(chunk({}, "stop")),
    "JSON with [DONE] glued on": `${whole}\n\n${DONE}`,
    "JSON with [DONE] on the same line": `${whole}data: [DONE]`,
    "one event with the whole answer": `data: ${whole}\n\n${DONE}`,
  };
  for (const [name, body] of Object.entries(BODIES)) {
    it(`may be ${name}`, async () => {
      assertEquals((await outcome(() => new Response(body))).text, "hey");
    });
  }
});

describe("text parts alone", () => {
  const CASES: Array<Exclude<ModelMessage["content"], string>> = [
    [{ type: "text", text: "a cat" }],
    [{ type: "text", text: "a cat" }, { type: "text", text: "what?" }],
    [{ type: "text", text: "a cat" }, {
      type: "file",
      data: new TextEncoder().encode("what?"),
      mediaType: "text/plain",
    }],
  ];
  for (const content of CASES) {
    it(`${content.map(({ type }) => type)} reach a template that takes strings`, async () => {
      const server = template((messages) =>
        typeof messages[0].content !== "string" && "sequence item 0: expected str instance, list found"
      );
      const messages = [{ role: "user", content }] as ModelMessage[];
      const { text, sent } = await outcome(server, { prompt: undefined, messages } as Partial<Call>);
      assertEquals([text, sent[0].body.messages[0].content.includes("a cat")], ["hello", true]);
    });
  }
});

describe("a schema that a grammar refuses", () => {
  const pattern = (pattern: string) => ({ type: "string", pattern });
  const CASES: Record<string, [property: Record<string, unknown>, refused: RegExp]> = {
    "a look ahead": [pattern("^(?=.*[0-9]).+$"), /\(\?/],
    "a negative look ahead": [pattern("^(?!\\.)a$"), /\(\?/],
    "a look behind": [pattern("(?<=a)b"), /\(\?/],
    "a tuple of draft 07": [{ type: "array", items: [{ type: "string" }, { type: "number" }] }, /"items":\[/],
    "a tuple in a union": [{ anyOf: [{ type: "array", items: [{ type: "string" }] }, { type: "null" }] }, /"items":\[/],
  };
  for (const [name, [property, refused]] of Object.entries(CASES)) {
    it(`because of ${name} is not sent so, for a tool and for an object`, async () => {
      const schema = jsonSchema({ type: "object", properties: { p: property } } as Parameters<typeof jsonSchema>[0]);
      const server = ({ body }: Sent) => {
        const written = JSON.stringify([body.tools, body.response_format]);
        return refused.test(written) ? refusal("failed to parse grammar") : completion({ content: '{"p":null}' });
      };
      assertEquals((await outcome(server, { tools: { lookUp: tool({ inputSchema: schema }) } })).error, "");
      assertEquals((await outcome(server, { output: Output.object({ schema }) })).error, "");
    });
  }

  for (const schema of [{}, { type: "object" }, { type: "object", additionalProperties: {} }]) {
    it(`${JSON.stringify(schema)} of a tool has properties`, async () => {
      const server = ({ body }: Sent) =>
        body.tools[0].function.parameters.properties ? answered() : refusal("object schema missing properties");
      const inputSchema = jsonSchema(schema as Parameters<typeof jsonSchema>[0]);
      assertEquals((await outcome(server, { tools: { ping: tool({ inputSchema }) } })).text, "hello");
    });
  }
});

describe("a PDF that a server does not take", () => {
  const ERRORS: Array<[message: string, status: number]> = [
    ["Unsupported chat content part type: 'file'. Supported types: text, image_url, audio_url", 400],
    ["Unknown part type: file", 500],
    ["unsupported content[].type", 400],
    ["Input tag 'file' found using 'type' does not match any of the expected tags: 'text', 'image_url'", 422],
  ];
  for (const [message, status] of ERRORS) {
    it(`by "${message.slice(0, 30)}…" has advice`, async () => {
      const file = { type: "file" as const, data: new TextEncoder().encode("%PDF-1.4"), mediaType: "application/pdf" };
      const messages = [{ role: "user", content: [{ type: "text", text: "Read" }, file] }];
      const { error } = await outcome(() => refusal(message, status), {
        prompt: undefined,
        messages,
        maxRetries: 0,
      } as Partial<Call>);
      assertEquals(error.includes(message), true);
      assertMatch(error, /send its pages as images, or its text$/);
    });
  }
});

describe("a server with a limit of values in one request", () => {
  const LIMITS: Array<[status: number, body: (count: number) => unknown]> = [
    [413, (count) => ({ message: `batch size ${count} > maximum allowed batch size 32`, type: "Validation" })],
    [422, (count) => ({ error: `batch size ${count} > maximum allowed batch size 32`, error_type: "Validation" })],
    [400, () => ({ error: { message: "too many inputs: maximum allowed batch size 32" } })],
  ];
  for (const [status, body] of LIMITS) {
    it(`says so with HTTP ${status}, and its error names the setting`, async () => {
      const { runpod, sent } = capture(({ body: { input } }) =>
        input.length > 32
          ? Response.json(body(input.length), { status })
          : Response.json({ data: input.map((_: string, index: number) => ({ index, embedding: [1] })) })
      );
      const values = Array.from({ length: 40 }, (_, index) => `value ${index}`);
      const limited = runpod.embeddingModel("mine", { model: "m", maxEmbeddingsPerCall: 32 });
      assertEquals((await embedMany({ model: limited, values })).embeddings.length, 40);
      assertEquals(sent.length, 2);
      const error = await embedMany({ model: runpod.embeddingModel("mine", { model: "m" }), values }).catch(String);
      assertMatch(error as string, /maximum allowed batch size 32.*maxEmbeddingsPerCall/);
    });
  }
});

describe("the errors of TGI and TEI", () => {
  const sentence = "Input validation error: `inputs` must have less than 4096 tokens. Given: 5000";
  const BODIES: unknown[] = [
    { error: sentence, error_type: "validation" },
    { message: sentence, type: "Validation" },
    { message: sentence, error_type: "validation", code: 422 },
    { error: { message: sentence, http_status_code: 422 } },
  ];
  for (const body of BODIES) {
    it(`${Object.keys(body as object)} say their own sentence, of chats, embeddings and streams`, async () => {
      const fails = () => Response.json(body, { status: 422 });
      const errors = [(await outcome(fails)).error, (await streamed(says("a") + eventsBeforeEnd(body))).errors[0]];
      const model = capture(fails).runpod.embeddingModel("mine", { model: "m" });
      errors.push(String(await embedMany({ model, values: ["a"] }).catch(String)));
      for (const error of errors) assertEquals(error.includes(sentence), true, error);
    });
  }
});

describe("the words of an overflow or of a validation", () => {
  const long = "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens.";
  const html = "<html><head><title>413 Request Entity Too Large</title></head><body></body></html>";
  const extra = "Extra inputs are not permitted";
  const CASES: Array<[body: unknown, status: number, words: RegExp]> = [
    [
      { error: { message: long, type: "BadRequestError", param: null, code: 400 } },
      400,
      /maximum context length is 4096/,
    ],
    [{ object: "error", message: long, type: "BadRequestError", code: 400 }, 400, /maximum context length is 4096/],
    [
      { detail: [{ type: "missing", loc: ["body", "messages"], msg: "Field required" }] },
      422,
      /body\.messages: Field req/,
    ],
    [{ detail: [{ loc: ["body", "x"], msg: extra }, { loc: ["body", "y"], msg: extra }] }, 422, /body\.x: .*body\.y: /],
    [{ detail: "Validation Error", errors: [{ loc: ["body", "stop"], msg: extra }] }, 400, /body\.stop: Extra inputs/],
    [{ message: "Validation Error", errors: [{ field: "stop", message: extra }] }, 400, /stop: Extra inputs/],
    [
      { message: `[{'type': 'extra_forbidden', 'loc': ('body', 'x'), 'msg': '${extra}'}]` },
      400,
      /body\.x: Extra inputs/,
    ],
    [
      {
        error: {
          message: `2 validation errors:\n  {'loc': 'body.x', 'msg': '${extra}'}\n  {'loc': 'body.y', 'msg': 'odd'}`,
        },
      },
      400,
      /body\.x: Extra inputs are not permitted; body\.y: odd/,
    ],
    [html, 413, /413 Request Entity Too Large/],
  ];
  for (const [body, status, words] of CASES) {
    it(`${String(words)} are in the message, and asked for once`, async () => {
      const answer = () => typeof body === "string" ? new Response(body, { status }) : Response.json(body, { status });
      const { error, sent } = await outcome(answer);
      assertMatch(error, words);
      assertEquals(sent.length, 1);
    });
  }

  it("are those of a proxy that fails too", async () => {
    const { error } = await outcome(() => new Response("<h1>Internal Server Error</h1>", { status: 500 }), {
      maxRetries: 0,
    });
    assertMatch(error, /Internal Server Error/);
  });
});

describe("an earlier tool call of Kimi", () => {
  const result = {
    type: "tool-result" as const,
    toolCallId: "1",
    toolName: "t",
    output: { type: "text" as const, value: "ok" },
  };
  const call = { type: "tool-call" as const, toolCallId: "1", toolName: "t", input: {} };
  const history = (
    ...content: Array<typeof call | { type: "reasoning"; text: string } | { type: "text"; text: string }>
  ) =>
    [{ role: "user", content: "Hi" }, { role: "assistant", content }, {
      role: "tool",
      content: [result],
    }] as ModelMessage[];
  const CASES: Record<string, [messages: ModelMessage[], reasoning: string]> = {
    "whose reasoning was pruned": [history(call), ""],
    "with text": [history({ type: "text", text: "Wait" }, call), ""],
    "with its reasoning": [history({ type: "reasoning", text: "Hm" }, call), "Hm"],
  };
  for (const [name, [messages, reasoning]] of Object.entries(CASES)) {
    it(`${name} is taken`, async () => {
      const server = template(([, { reasoning_content }]) =>
        reasoning_content === undefined && "thinking is enabled but reasoning_content is missing"
      );
      for (const [id, settings] of [["moonshotai/kimi-k2.6", {}], ["mine", { model: "Kimi-K2.5" }]] as const) {
        const { text, sent } = await outcome(server, { id, settings, prompt: undefined, messages } as Partial<Call>);
        assertEquals([text, sent[0].body.messages[1].reasoning_content], ["hello", reasoning]);
      }
    });
  }
});

describe("a file that is text", () => {
  for (
    const mediaType of [
      "text/csv",
      "text/markdown",
      "application/json",
      "application/xml",
      "application/yaml",
      "application/x-ndjson",
    ]
  ) {
    it(`of type ${mediaType} goes as text`, async () => {
      const file = { type: "file" as const, data: new TextEncoder().encode("a,b"), mediaType };
      const content = [{ type: "text" as const, text: "Read" }, file];
      const { text, sent } = await outcome(
        answered,
        { prompt: undefined, messages: [{ role: "user", content }] } as Partial<Call>,
      );
      assertEquals([text, sent[0].body.messages[0].content], ["hello", "Read\na,b"]);
    });
  }
});

describe("a stream whose finish reasons say nothing", () => {
  const calls = (args: string) => ({
    tool_calls: [{ index: 0, id: "c1", type: "function", function: { name: "add", arguments: args } }],
  });
  it("runs a call that is whole where [DONE] comes", async () => {
    for (const reason of [null, "", "end_turn"]) {
      const bodies = [eventsBeforeEnd(chunk(calls('{"a":1}'), reason)) + DONE, says("done") + STOP];
      const { runpod } = capture((_, index) => stream(bodies[index]));
      let ran = 0;
      const add = tool({ inputSchema: jsonSchema({ type: "object", properties: {} }), execute: () => ++ran });
      const result = streamText({
        model: runpod("mine", { model: "m" }),
        prompt: "Hi",
        tools: { add },
        stopWhen: ({ steps }) => steps.length === 2,
      });
      assertEquals([await result.text, ran], ["done", 1]);
    }
  });

  it("is whole with a reason at its end, and cut without one", async () => {
    for (const reason of ["", null]) {
      const chunks = eventsBeforeEnd(chunk({ content: "hel" }, reason), chunk({ content: "lo" }, reason));
      assertEquals((await streamed(chunks + STOP)).text, "hello");
      const { errors } = await streamed(chunks);
      assertEquals([errors.length, /cut/.test(errors[0])], [1, true]);
    }
  });
});

describe("stream options that a server refuses", () => {
  for (const stream_options of [null, { include_usage: false }, {}]) {
    it(`${JSON.stringify(stream_options)} of the caller are sent`, async () => {
      const { runpod, sent } = capture(() => stream(says("ok") + STOP));
      const result = streamText({
        model: runpod("mine", { model: "m" }),
        prompt: "Hi",
        providerOptions: { runpod: { stream_options } },
      });
      assertEquals(await result.text, "ok");
      const expected = stream_options === null ? undefined : { include_usage: true, ...stream_options };
      assertEquals(sent[0].body.stream_options, expected);
    });
  }
});

describe("options of messages and parts", () => {
  for (const name of ["runpod", "openaiCompatible"]) {
    it(`under ${name} are sent`, async () => {
      const options = (own: Record<string, string>) => ({ providerOptions: { [name]: own } });
      const messages = [
        { role: "system", content: "Brief", ...options({ cache: "s" }) },
        {
          role: "user",
          content: [
            { type: "text", text: "Look", ...options({ cache: "p" }) },
            { type: "image", image: new URL("https://a.b/c.png"), ...options({ uuid: "u" }) },
          ],
          ...options({ name: "ada" }),
        },
        { role: "assistant", content: "Yes", ...options({ cache: "a" }) },
        { role: "user", content: "Go on" },
      ];
      const call = { prompt: undefined, allowSystemInMessages: true, messages };
      const { sent } = await outcome(answered, call as unknown as Partial<Call>);
      const [system, user, assistant] = sent[0].body.messages;
      assertEquals([system.cache, user.name, user.content[0].cache, user.content[1].uuid, assistant.cache], [
        "s",
        "ada",
        "p",
        "u",
        "a",
      ]);
    });
  }
});

describe("an agent", () => {
  for (
    const reason of [
      "tool_calls",
      "tool_call",
      "tool_use",
      "end_turn",
      "stop",
      "function_call",
      "eos_token",
      "TOOL_CALLS",
    ]
  ) {
    it(`goes on after calls that end with "${reason}"`, async () => {
      const add = tool({ inputSchema: jsonSchema({ type: "object", properties: {} }), execute: () => 2 });
      const call = { tool_calls: [{ id: "c1", type: "function", function: { name: "add", arguments: "{}" } }] };
      const choices = [{ index: 0, message: { role: "assistant", ...call }, finish_reason: reason }];
      const { text, result } = await outcome(
        (_, index) => index === 0 ? completion({}, { choices }) : answered(),
        { tools: { add }, stopWhen: ({ steps }) => steps.length === 2 },
      );
      assertEquals([text, result?.steps[0].finishReason], ["hello", "tool-calls"]);
    });
  }
});
