import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "node:test";
import { createRunpodEmulator, type EmulatedEndpoint } from "@runpod/ai-sdk-provider/testing";
import { ask, call, events, type Json } from "./emulator_client.ts";

const root = "https://mine.api.runpod.ai";

const open = (config: Partial<EmulatedEndpoint> = {}) =>
  createRunpodEmulator({ endpoints: { mine: { worker: "chat", models: ["m"], ...config } } });

const chatWith = async (more: Json, config?: Partial<EmulatedEndpoint>) =>
  (await call(open(config), `${root}/v1/chat/completions`, ask("Tell me about tea", more))).body;

const completeWith = async (more: Json) =>
  (await call(open(), `${root}/v1/completions`, { model: "m", prompt: "Tea is", ...more })).body;

const weather = {
  type: "function",
  function: { name: "weather", parameters: { type: "object", properties: { city: { type: "string" } } } },
};
const named = { type: "function", function: { name: "weather" } };

describe("vLLM's worker as a proxy", () => {
  const run = async (input: Json, config?: Partial<EmulatedEndpoint>) =>
    (await call(open(config), "mine/runsync", { input })).body;

  it("answers a prompt and a chat with what the server answers", async () => {
    const { output: [text] } = await run({ prompt: "Tea is", sampling_params: { max_tokens: 3 } });
    assertEquals([text.object, text.model, text.usage.completion_tokens], ["text_completion", "m", 3]);
    const { output: [chat] } = await run({ messages: [{ role: "user", content: "Hi" }] });
    assertEquals([chat.object, chat.choices[0].message.role], ["chat.completion", "assistant"]);
  });

  it("yields the server's events as text", async () => {
    const { output } = await run({ messages: [{ role: "user", content: "Hi" }], stream: true });
    assertEquals(events(output.join(""))[0].object, "chat.completion.chunk");
  });

  it("passes on a request to any route, as a GET if it has no body", async () => {
    const { output: [models] } = await run({ route: "/v1/models" });
    assertEquals(models.data[0].id, "m");
    assertEquals((await run({ route: "/health" })).output, [null]);
    const { output: [tokens] } = await run({ route: "/tokenize", body: { prompt: "one two three" } });
    assertEquals(tokens.count, 3);
    const { error } = await run({ route: "/v1/models", method: "delete" });
    assertStringIncludes(error, 'vLLM returned HTTP 405: {"detail":"Method Not Allowed"}');
    // An empty body counts as none.
    assertEquals((await run({ openai_route: "/v1/models", openai_input: {} })).output[0].object, "list");
  });

  it("fails with the server's refusal, or with what the input lacks", async () => {
    const { status, error } = await run({ prompt: "Hi", sampling_params: { temperature: -1 } });
    assertEquals(status, "FAILED");
    assertStringIncludes(error, "{'message': 'vLLM returned HTTP 400: {\"error\":");
    assertStringIncludes(error, "'type': 'worker_error', 'code': None}");
    assertStringIncludes((await run({ nothing: 1 })).error, "Job input must contain one of: openai_input");
  });

  it("can tear characters where the network cuts a stream", async () => {
    const emulator = createRunpodEmulator({
      endpoints: { mine: { worker: "chat" } },
      behavior: { openaiChunks: "torn" },
    });
    const messages = [{ role: "user", content: `Tell me about ${"日".repeat(400)}` }];
    const { output } = (await call(emulator, "mine/runsync", { input: { messages, stream: true } })).body;
    const pieces: string[] = output;
    const torn = pieces.findIndex((piece) => piece.endsWith("\ufffd"));
    assert(torn !== -1 && pieces[torn + 1].startsWith("\ufffd"));
  });

  it("was an engine in earlier generations, with tokens as its answer", async () => {
    const { output: [{ choices }] } = await run({ prompt: "Hi" }, { vllmWorker: "engine" });
    assert(choices[0].tokens[0].length > 10);
  });
});

describe("vLLM's answers", () => {
  it("have all fields, also those without a value", async () => {
    const body = await chatWith({});
    const [{ message, ...choice }] = body.choices;
    const nulls = (value: Json) => Object.keys(value).filter((key) => value[key] === null);
    assertEquals(nulls(message), ["refusal", "annotations", "audio", "function_call", "reasoning"]);
    assertEquals(nulls(choice), ["logprobs", "stop_reason", "token_ids", "routed_experts"]);
    assertEquals(nulls(body), [
      "service_tier",
      "prompt_logprobs",
      "prompt_token_ids",
      "prompt_text",
      "kv_transfer_params",
      "ec_transfer_params",
      "metrics",
    ]);
    assertEquals("tool_calls" in message, false);
    assertEquals(body.usage.prompt_tokens_details, null);
    assertEquals(body.usage.completion_tokens_details, { reasoning_tokens: 0 });
  });

  it("end a text with its last token and the stop string that was found", async () => {
    const chunks = events(await chatWith({ stream: true, stop: ["."] }));
    const { delta, finish_reason, stop_reason } = chunks.at(-1).choices[0];
    assertEquals([delta.content !== "", finish_reason, stop_reason], [true, "stop", "."]);
    assertEquals((await chatWith({ stop: "." })).choices[0].stop_reason, ".");
    assertEquals((await chatWith({ max_tokens: 2 })).choices[0].stop_reason, null);
  });

  it("say stop after the call of a named tool, and have empty content beside a call", async () => {
    const choose = async (tool_choice: Json) => (await chatWith({ tools: [weather], tool_choice })).choices[0];
    assertEquals((await choose(named)).finish_reason, "stop");
    const required = await choose("required");
    assertEquals([required.finish_reason, required.message.content], ["tool_calls", ""]);
  });

  it("have no content where the limit cut the reasoning", async () => {
    const { message } = (await chatWith({ max_tokens: 2 }, { reasoning: true })).choices[0];
    assertEquals([message.content, message.reasoning.length > 0], [null, true]);
  });

  it("are as many as are wanted, streamed side by side", async () => {
    const { choices, usage } = await chatWith({ n: 2 });
    assertEquals(choices.map(({ index }: Json) => index), [0, 1]);
    assert(choices[0].message.content !== choices[1].message.content);
    const chunks = events(await chatWith({ n: 2, stream: true, stream_options: { include_usage: true } }));
    assertEquals(chunks.slice(0, 4).map(({ choices: [{ index }] }) => index), [0, 1, 0, 1]);
    assertEquals(chunks.at(-1).usage.completion_tokens, usage.completion_tokens);
    const prompts = await completeWith({ prompt: ["Tea is", "Coffee is"], n: 2 });
    assertEquals(prompts.choices.map(({ index }: Json) => index), [0, 1, 2, 3]);
  });

  it("can end with an error inside of the stream", async () => {
    const chunks = events(await chatWith({ stream: true }, { streamFailsAfter: 3 }));
    assertEquals(chunks.map((chunk) => chunk.error?.code), [undefined, undefined, undefined, 500]);
  });

  it("tell the log probabilities of a completion in the form of completions", async () => {
    const { text, logprobs } = (await completeWith({ logprobs: 2, max_tokens: 3 })).choices[0];
    assertEquals(logprobs.tokens.join(""), text);
    assertEquals(logprobs.text_offset, [0, logprobs.tokens[0].length, logprobs.tokens.slice(0, 2).join("").length]);
    assertEquals([logprobs.token_logprobs.length, Object.keys(logprobs.top_logprobs[0]).length], [3, 2]);
    const chunks = events(await completeWith({ logprobs: 2, max_tokens: 3, stream: true }));
    assertEquals(chunks.flatMap(({ choices: [{ logprobs }] }) => logprobs.text_offset), logprobs.text_offset);
  });
});

describe("vLLM's routes", () => {
  const get = (path: string, config?: Partial<EmulatedEndpoint>) => call(open(config), `${root}${path}`);
  const post = async (path: string, body: Json, config?: Partial<EmulatedEndpoint>) => {
    const answer = await call(open(config), `${root}${path}`, body);
    return [answer.status, answer.body.detail];
  };

  it("tell that the server lives, its version and the tokens of a text", async () => {
    for (const path of ["/health", "/ping"]) {
      assertEquals([(await get(path)).status, (await get(path)).body], [200, ""]);
    }
    assertEquals((await get("/version")).body, { version: "0.32.0" });
    const { body } = await call(open(), `${root}/tokenize`, { prompt: "one two", return_token_strs: true });
    assertEquals([body.count, body.token_strs, body.tokens.length], [2, ["one", " two"], 2]);
    assertEquals((await get("/v1/models")).body.data[0].permission.length, 1);
  });

  it("are those of the model: one that writes does not embed, and one that embeds does not write", async () => {
    for (const path of ["/v1/embeddings", "/v1/rerank", "/rerank", "/v2/rerank", "/v1/score", "/score"]) {
      assertEquals(await post(path, { model: "m", input: "a" }), [404, "Not Found"]);
    }
    for (const path of ["/v1/chat/completions", "/v1/completions"]) {
      assertEquals(await post(path, ask("hi"), { worker: "pooling" }), [404, "Not Found"]);
    }
    assertEquals(await post("/v1/embeddings", { input: "a" }, { worker: "pooling" }), [200, undefined]);
    assertEquals(await post("/v1/responses", { input: "hi" }), [404, "Not Found"]);
    assertEquals(await post("/health", {}), [405, "Method Not Allowed"]);
    assertEquals(await post("/v1/systemone", {}), [501, undefined]);
  });
});

describe("vLLM's refusals", () => {
  const refuse = async (more: Json, config?: Partial<EmulatedEndpoint>) => (await chatWith(more, config)).error;
  const schema = (schema: Json) => ({
    response_format: { type: "json_schema", json_schema: { name: "a", schema } },
  });

  it("name the parameter and its value", async () => {
    const refused: Array<[more: Json, message: string, param: string]> = [
      [
        { temperature: -1 },
        "temperature must be non-negative, got -1.0. (parameter=temperature, value=-1.0)",
        "temperature",
      ],
      [{ top_p: 2 }, "top_p must be in (0, 1], got 2.0. (parameter=top_p, value=2.0)", "top_p"],
      [{ max_tokens: 0 }, "max_tokens must be at least 1, got 0. (parameter=max_tokens, value=0)", "max_tokens"],
      [
        { logprobs: true, top_logprobs: 30 },
        "Requested sample logprobs of 30, which is greater than max allowed: 20 (parameter=logprobs, value=30)",
        "logprobs",
      ],
    ];
    for (const [more, message, param] of refused) {
      assertEquals(await refuse(more), { message, type: "BadRequestError", param, code: 400 });
    }
    assertEquals((await refuse({ n: 0 })).message, "n must be at least 1, got 0.");
    assertStringIncludes((await refuse({ n: 1e9 })).message, "n must be at most 16384, got 1000000000.");
    assertEquals((await refuse({ n: 2, temperature: 0 })).message, "n must be 1 when using greedy sampling, got 2.");
    const long = await refuse({ messages: [{ role: "user", content: "word ".repeat(33_000) }] });
    assertStringIncludes(long.message, "This model's maximum context length is 32768 tokens.");
    assertEquals(long.param, "input_tokens");
  });

  it("list the fields that are wrong", async () => {
    const { message, type, param } = await refuse({
      temperature: "warm",
      max_tokens: 1.5,
      stop: ["a", "b", "c", "d", "e"],
    });
    assertEquals([type, param], ["Bad Request", "body.temperature"]);
    const lines = message.split("\n");
    assertEquals([lines[0], lines.length], ["4 validation errors:", 5]);
    assertStringIncludes(
      lines[1],
      "{'type': 'float_parsing', 'loc': 'body.temperature', 'msg': 'Input should be a valid number, unable to parse " +
        "string as a number', 'input': 'warm'}",
    );
    assertStringIncludes(lines[4], "List should have at most 4 items after validation, not 5");
    const wrong: Array<[more: Json, param: string]> = [
      [{ messages: undefined }, "body.messages"],
      [{ messages: [{ content: "hi" }] }, "body.messages.0.role"],
      [{ stop: [1] }, "body.stop"],
      [{ reasoning_effort: "huge" }, "body.reasoning_effort"],
      [{ tools: [{ type: "function" }] }, "body.tools.0.function"],
      [{ model: 1 }, "body.model"],
    ];
    for (const [more, field] of wrong) assertEquals((await refuse(more)).param, field);
    const picture = await refuse({ messages: [{ role: "user", content: [{ type: "picture" }] }] });
    assertEquals([picture.type, picture.param], ["BadRequestError", null]);
  });

  it("tell what contradicts what", async () => {
    const refused: Array<[more: Json, message: string, param: string | null]> = [
      [{ tools: [weather], tool_choice: { ...named, function: { name: "x" } } }, "does not match any", "tool_choice"],
      [{ structured_outputs: { regex: "a", choice: ["a"] } }, "You can only use one kind of constraints", null],
      [{ response_format: { type: "json_schema" } }, "the 'json_schema' field must be provided", "response_format"],
    ];
    for (const [more, message, param] of refused) {
      const error = await refuse(more);
      assertStringIncludes(error.message, message);
      assertEquals([error.type, error.param], ["BadRequestError", param]);
    }
  });

  it("reach schemas that no grammar can be made of, where the model is held to them", async () => {
    const bad = { type: "object", properties: { a: { type: "text" } } };
    const tuple = { type: "array", items: [{ type: "string" }] };
    assertEquals((await refuse(schema(bad))).code, 400);
    for (const more of [schema(tuple), { structured_outputs: { json: tuple } }]) {
      const { message, type, code } = await refuse(more);
      assertEquals([message, type, code], ["Internal server error", "InternalServerError", 500]);
    }
    const tool = (strict: boolean) => ({
      tools: [{ type: "function", function: { name: "weather", strict, parameters: { properties: { a: tuple } } } }],
    });
    assertEquals((await refuse(tool(true))).code, 500);
    assertEquals(await refuse(tool(false)), undefined);
  });

  it("reach images if the model is a text model", async () => {
    const picture = { type: "image_url", image_url: { url: "data:image/png;base64,AA==" } };
    const messages = [{ role: "user", content: [{ type: "text", text: "What is this?" }, picture] }];
    assertEquals((await refuse({ messages }, { multimodal: false })).message, "m is not a multimodal model");
    assertEquals(await refuse({ messages }), undefined);
  });

  it("reach completions as well", async () => {
    const refuseText = async (more: Json) => (await completeWith(more)).error.param;
    assertEquals(await refuseText({ prompt: "" }), "prompt");
    assertEquals(await refuseText({ prompt: [{}] }), "body.prompt");
    assertEquals(await refuseText({ max_tokens: -1 }), "max_tokens");
    assertEquals(await refuseText({ echo: "perhaps" }), "body.echo");
  });
});

describe("a load balancer", () => {
  const addresses = ["https://mine.api.runpod.ai", "http://mine.localhost:8000", "http://127.0.0.1:8000/lb/mine"];

  it("is at its host on Runpod, at its name below localhost, and below a path of any origin", async () => {
    for (const address of addresses) {
      const emulator = open();
      const { status, body, headers } = await call(emulator, `${address}/v1/chat/completions`, ask("hi"));
      assertEquals([status, body.object, headers.has("x-runpod-worker-id")], [200, "chat.completion", true]);
      assertEquals((await call(emulator, `${address}/ping`)).status, 200);
      assertEquals((await call(emulator, `${address}/v1/models`, undefined, { headers: {} })).status, 401);
      const logged = emulator.requests.map(({ operation, endpoint, route }) => [operation, endpoint, route]);
      assertEquals(logged, [
        ["openai", "mine", "chat/completions"],
        ["custom", "mine", undefined],
        ["openai", "mine", "models"],
      ]);
      assertEquals(emulator.jobs.length, 0);
    }
  });

  it("passes paths of its own to a handler", async () => {
    const emulator = createRunpodEmulator({ endpoints: { mine: { worker: (input) => input } } });
    const { body } = await call(emulator, "http://mine.localhost:8000/generate/fast", { prompt: "hi" });
    assertEquals(body, { openai_route: "/generate/fast", openai_input: { prompt: "hi" }, method: "POST" });
  });

  it("leaves queues and files below localhost alone", async () => {
    const emulator = open();
    assertEquals((await call(emulator, "http://other.localhost:8000/v2/mine/health")).body.jobs.completed, 0);
    assertEquals((await call(emulator, "http://nobody.localhost:8000/v1/models")).body, {
      error: "endpoint not found",
    });
  });
});
