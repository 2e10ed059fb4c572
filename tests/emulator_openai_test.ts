import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "node:test";
import { createRunpodEmulator, type EmulatedEndpoint } from "@runpod/ai-sdk-provider/testing";
import { ask, call, chat, events, type Json, withClock } from "./emulator_client.ts";

describe("OpenAI routes", () => {
  const emulator = createRunpodEmulator({ endpoints: { chat } });
  const url = "chat/openai/v1/chat/completions";

  it("lists the served models of an endpoint, which are not its id", async () => {
    const other = createRunpodEmulator({ endpoints: { mine: { worker: "chat" } } });
    const list = async (id: string) =>
      (await call(other, `${id}/openai/v1/models`)).body.data.map(({ id }: Json) => id);
    assertEquals(await list("moonshot-kimi"), ["kimi-k2.6", "kimi-k2.7-code", "kimi-k3"]);
    assertEquals(await list("mine"), ["emulated/chat-model"]);
    const send = async (id: string, model?: string) => {
      const { status, body } = await call(other, `${id}/openai/v1/chat/completions`, ask("hi", { model }));
      return [status, body.model ?? body.status];
    };
    assertEquals(await send("mine", "emulated/chat-model"), [200, "emulated/chat-model"]);
    assertEquals(await send("mine"), [200, "emulated/chat-model"]);
    assertEquals(await send("mine", "mine"), [500, "FAILED"]);
    assertEquals(await send("granite-4-0-h-small", "any/name"), [200, "any/name"]);
  });

  it("answers a refusal as each generation of workers does, and records a matching job", async () => {
    const error = {
      message: "The model `x` does not exist. Valid aliases: m.",
      type: "NotFoundError",
      param: "model",
      code: 404,
    };
    const text = `{'message': 'vLLM returned HTTP 404: ${
      JSON.stringify({ error })
    }', 'type': 'worker_error', 'code': None}`;
    for (const stream of [false, true]) {
      const refuse = async (openaiError?: "job" | "error" | "flat" | "own") => {
        const other = createRunpodEmulator({ endpoints: { chat }, behavior: { openaiError } });
        const { status, body, headers } = await call(other, url, ask("hi", { model: "x", stream }));
        assertEquals(headers.get("content-type"), "application/json");
        const { id, ...job } = other.jobs[0];
        return { status, body, job: { status: job.status, output: job.output, error: job.error }, id };
      };
      const failed = { status: "FAILED", output: undefined, error: text };
      const byDefault = await refuse();
      assertEquals([byDefault.status, byDefault.job], [500, failed]);
      const { id, status, error: shown } = byDefault.body;
      assertEquals([id, status, shown], [byDefault.id, "FAILED", text]);
      assertEquals((await refuse("job")).body, byDefault.body);
      const short = await refuse("error");
      assertEquals([short.status, short.body, short.job], [500, { error: text }, failed]);
      const own = await refuse("own");
      assertEquals([own.status, own.body, own.job], [404, { error }, failed]);
      const flat = await refuse("flat");
      const object = { object: "error", ...error, param: null };
      assertEquals([flat.status, flat.body], [200, object]);
      assertEquals(flat.job, { status: "COMPLETED", output: [object], error: undefined });
    }
  });

  it("answers 500 to a job that failed for another reason, with the job on a queue and without it on a server", async () => {
    const endpoints: Record<string, EmulatedEndpoint> = {
      lost: { ...chat, outcome: { status: "FAILED", error: "worker lost" } },
      bad: { worker: () => ({ error: "bad" }) },
    };
    for (const openaiError of ["job", "error", "flat", "own"] as const) {
      const other = createRunpodEmulator({ endpoints, behavior: { openaiError } });
      for (const [id, error] of [["lost", "worker lost"], ["bad", "bad"]]) {
        const { status, body } = await call(other, `${id}/openai/v1/chat/completions`, ask("hi"));
        assertEquals([status, body.error, body.status], [500, error, openaiError === "error" ? undefined : "FAILED"]);
        const balanced = await call(other, `https://${id}.api.runpod.ai/v1/chat/completions`, ask("hi"));
        const own = { message: error, type: "InternalServerError", param: null, code: 500 };
        assertEquals([balanced.status, balanced.body], [500, { error: own }]);
      }
    }
  });

  it("passes every path and method on to the worker, whose server refuses unknown ones", async () => {
    const own = createRunpodEmulator({ endpoints: { chat }, behavior: { openaiError: "own" } });
    const send = async (path: string, method: string, body?: unknown) => {
      const init = { method, body: body === undefined ? undefined : JSON.stringify(body) };
      const answer = await call(own, path.replace("…", "chat/openai/v1"), undefined, init);
      return [answer.status, answer.body.detail ?? answer.body.error.type, own.jobs.length];
    };
    assertEquals(await send("…/responses", "POST", { input: "hi" }), [404, "Not Found", 1]);
    assertEquals(own.jobs[0].input, { openai_route: "/v1/responses", openai_input: { input: "hi" } });
    assertEquals(await send("…/responses/1", "DELETE"), [404, "Not Found", 2]);
    assertEquals(own.jobs[1].input, { openai_route: "/v1/responses/1" });
    assertEquals(await send("…/chat/completions", "GET"), [405, "Method Not Allowed", 3]);
    assertEquals(await send("…/models", "POST", { a: 1 }), [405, "Method Not Allowed", 4]);
    assertEquals(await send("…/chat/completions", "PUT", { model: "m" }), [400, "Bad Request", 5]);
    assertEquals(await send("https://chat.api.runpod.ai/v1/models", "DELETE"), [405, "Method Not Allowed", 5]);
    assertEquals(await send("https://chat.api.runpod.ai/elsewhere", "GET"), [404, "Not Found", 5]);
    assertEquals(await send("http://localhost:8000/v1/responses", "POST", {}), [404, "Not Found", 5]);
    assertEquals(await send("http://localhost:8000/", "GET"), [404, "Not Found", 5]);

    const byDefault = await call(emulator, "chat/openai/v1/responses", {});
    assertEquals([byDefault.status, byDefault.body.status], [500, "FAILED"]);
    assertStringIncludes(byDefault.body.error, "vLLM returned HTTP 404");
    assertEquals((await call(emulator, "chat/openai/other")).status, 404);
  });

  it("refuses a body that is not a request", async () => {
    const own = createRunpodEmulator({ endpoints: { chat }, behavior: { openaiError: "own" } });
    const send = async (body: string) => (await call(own, url, undefined, { method: "POST", body })).body.error;
    for (const body of ["[1]", '{"model":"m"}', '{"model":1}']) {
      const { type, code } = await send(body);
      assertEquals([type, code], ["Bad Request", 400]);
    }
  });

  it("cuts a stream as each worker does, with the same events in total", async () => {
    const prompt = "Tell me about “naïve” otters 🦦 and 🦦🦦 again.";
    const body = ask(prompt, { stream: true, stream_options: { include_usage: true } });
    const cut = async (openaiChunks?: "events" | "fragments" | "batches" | "pretty") => {
      const other = createRunpodEmulator({ endpoints: { chat }, behavior: { openaiChunks } });
      const text = (await call(other, url, body)).body;
      const { body: { id, output } } = await call(other, "chat/runsync", {
        input: { openai_route: "/v1/chat/completions", openai_input: body },
      });
      const { stream } = (await call(other, `chat/stream/${id}`)).body;
      assertEquals(stream.map((part: Json) => part.output), output);
      assertEquals(other.jobs[0].output instanceof Array && other.jobs[0].output.join(""), text);
      // Ids and times differ from job to job.
      const said = data(text).map((event) => event === "[DONE]" ? event : JSON.parse(event).choices);
      const server = (await call(other, "https://chat.api.runpod.ai/v1/chat/completions", body)).body;
      assertEquals(events(server).length, said.length - 1);
      return { yields: output as string[], said };
    };
    // The data that an SSE parser reads.
    const data = (text: string) =>
      text.split("\n\n").slice(0, -1).map((event) =>
        event.split("\n").map((line) => line.replace(/^data: /, "")).join("\n")
      );
    const isWhole = (part: string) => part.startsWith("data: ") && part.endsWith("\n\n");

    const whole = await cut();
    assertEquals(whole.said.length, whole.yields.length);
    assert(whole.yields.every(isWhole));
    assertEquals((await cut("events")).yields.length, whole.yields.length);

    const fragments = await cut("fragments");
    assertEquals(fragments.said, whole.said);
    assert(fragments.yields.filter((part) => !isWhole(part)).length > 5);
    assert(fragments.yields.every((part) => new TextDecoder().decode(new TextEncoder().encode(part)) === part));

    const batches = await cut("batches");
    assertEquals(batches.said, whole.said);
    assert(batches.yields.every(isWhole));
    assertEquals(batches.yields.slice(0, 3).map((part) => data(part).length), [1, 3, 9]);

    const pretty = await cut("pretty");
    assertEquals(pretty.said, whole.said);
    assertEquals(pretty.yields.length, whole.yields.length);
    assert(pretty.yields[0].split("\n").filter((line) => line.startsWith("data: ")).length > 10);
    assertEquals(pretty.yields.at(-1), "data: [DONE]\n\n");
  });

  it("answers 524 with a page if no answer has begun in time, while the job goes on", async () => {
    const behavior = { gatewayTimeoutMillis: 100_000 };
    await withClock({ ...chat, coldStartMillis: 60_000, runMillis: 50_000 }, async (slow, move) => {
      const late = await call(slow, "mine/openai/v1/chat/completions", ask("hi"));
      assertEquals([late.status, late.headers.get("content-type")], [524, "text/html; charset=UTF-8"]);
      assertStringIncludes(late.body, "524: A timeout occurred");
      assertEquals(slow.jobs[0].status, "IN_PROGRESS");
      move(10_000);
      assertEquals(slow.jobs[0].status, "COMPLETED");
      assertEquals((await call(slow, "mine/openai/v1/chat/completions", ask("hi"))).status, 200);
    }, { behavior });
    // There is no limit for an answer that has begun.
    await withClock({ ...chat, runMillis: 99_000, tokenMillis: 9_000 }, async (slow) => {
      const { status, body } = await call(slow, "mine/openai/v1/chat/completions", ask("hi", { stream: true }));
      assertEquals(status, 200);
      assert(events(body).length > 10);
    }, { behavior });
    await withClock({ ...chat, coldStartMillis: 110_000 }, async (slow) => {
      assertEquals((await call(slow, "https://mine.api.runpod.ai/v1/chat/completions", ask("hi"))).status, 200);
    }, { behavior });
  });

  it("answers a chat about its subject, with the same words each time", async () => {
    const text = async (prompt: string) => (await call(emulator, url, ask(prompt))).body.choices[0].message.content;
    assertStringIncludes(await text("Tell me about sea otters."), "sea otters");
    assertEquals(await text("Why is the sky blue?"), await text("Why is the sky blue?"));
    assert(await text("Why is the sky blue?") !== await text("Why is grass green?"));
  });

  it("streams the same text word by word, with usage only on request", async () => {
    const whole = (await call(emulator, url, ask("Tell me about sea otters."))).body;
    const response = await call(emulator, url, ask("Tell me about sea otters.", { stream: true }));
    assertStringIncludes(response.headers.get("content-type") ?? "", "text/event-stream");
    const chunks = events(response.body);
    assertEquals(chunks[0].choices[0].delta, { role: "assistant", content: "" });
    const text = chunks.map((chunk) => chunk.choices[0].delta.content ?? "").join("");
    assertEquals(text, whole.choices[0].message.content);
    assertEquals(chunks[chunks.length - 1].choices[0].finish_reason, "stop");
    assert(chunks.length > 10);
    assertEquals(new Set(chunks.map(({ id }) => id)).size, 1);
    const options = { stream: true, stream_options: { include_usage: true } };
    const last = events((await call(emulator, url, ask("Tell me about sea otters.", options))).body).pop();
    const { prompt_tokens_details, ...usage } = whole.usage;
    assertEquals([last.choices, last.usage, prompt_tokens_details], [[], usage, null]);
    assertEquals(whole.usage.total_tokens, whole.usage.prompt_tokens + whole.usage.completion_tokens);
  });

  it("stops at max_tokens and at stop strings", async () => {
    const cut = (await call(emulator, url, ask("hi", { max_tokens: 3 }))).body;
    assertEquals([cut.choices[0].finish_reason, cut.usage.completion_tokens], ["length", 3]);
    const stopped = (await call(emulator, url, ask("hi", { stop: ["."] }))).body.choices[0];
    assertEquals([stopped.finish_reason, stopped.message.content.includes(".")], ["stop", false]);
  });

  it("writes its reasoning into the configured field", async () => {
    for (const reasoning of ["reasoning", "reasoning_content", "both", "inline", true] as const) {
      const thinking = createRunpodEmulator({ endpoints: { chat: { ...chat, reasoning } } });
      const { choices: [{ message }], usage } = (await call(thinking, url, ask("hi"))).body;
      const fields = Object.keys(message).filter((key) => key.startsWith("reasoning"));
      // vLLM always has the field of its own.
      const hasOther = reasoning === "reasoning_content" || reasoning === "both";
      assertEquals(fields, hasOther ? ["reasoning", "reasoning_content"] : ["reasoning"]);
      assertEquals(message.reasoning === null, reasoning === "reasoning_content" || reasoning === "inline");
      assertEquals(message.content.startsWith("<think>"), reasoning === "inline");
      assert(usage.completion_tokens_details.reasoning_tokens > 0);
      const chunks = events((await call(thinking, url, ask("hi", { stream: true }))).body);
      const join = (field: string) => chunks.map((chunk) => chunk.choices[0].delta[field] ?? "").join("");
      assertEquals(join("content"), message.content);
      for (const field of fields) assertEquals(join(field), message[field] ?? "");
      const quiet = ask("hi", { chat_template_kwargs: { enable_thinking: false } });
      assertEquals((await call(thinking, url, quiet)).body.usage.completion_tokens_details, {
        reasoning_tokens: 0,
      });
    }
  });

  const tool = (name: string, description: string, parameters: Json) => ({
    type: "function",
    function: { name, description, parameters },
  });
  const tools = [
    tool("search", "Searches the web", { type: "object", properties: { query: { type: "string" } } }),
    tool("get_weather", "The weather of a city", {
      type: "object",
      properties: { city: { type: "string" }, unit: { enum: ["celsius", "fahrenheit"] } },
      required: ["city"],
    }),
  ];

  it("calls the tool that fits the prompt, then reports its result", async () => {
    const prompt = "What is the weather in San Francisco, in fahrenheit?";
    const { finish_reason, message } = (await call(emulator, url, ask(prompt, { tools }))).body.choices[0];
    assertEquals([finish_reason, message.content], ["tool_calls", ""]);
    const [{ id, function: { name, arguments: text } }] = message.tool_calls;
    assertEquals([name, JSON.parse(text)], ["get_weather", { city: "San Francisco", unit: "fahrenheit" }]);

    const chunks = events((await call(emulator, url, ask(prompt, { tools, stream: true }))).body);
    const calls = chunks.flatMap((chunk) => chunk.choices[0].delta.tool_calls ?? []);
    assertEquals(calls[0].function.name, "get_weather");
    assertEquals(calls.map((part) => part.function.arguments ?? "").join(""), text);
    assert(calls.length > 3);
    assertEquals(chunks[chunks.length - 1].choices[0].finish_reason, "tool_calls");

    const messages = [{ role: "user", content: prompt }, message, {
      role: "tool",
      tool_call_id: id,
      content: JSON.stringify({ temperature: 64, sky: "clear" }),
    }];
    const report = (await call(emulator, url, { model: "m", messages, tools })).body.choices[0].message.content;
    assertStringIncludes(report, "temperature is 64, sky is clear");
  });

  it("obeys tool_choice", async () => {
    const choose = async (tool_choice: unknown) =>
      (await call(emulator, url, ask("Weather?", { tools, tool_choice }))).body.choices[0].message.tool_calls?.[0]
        .function.name;
    assertEquals(await choose("none"), undefined);
    assertEquals(await choose("required"), "get_weather");
    assertEquals(await choose({ type: "function", function: { name: "search" } }), "search");
  });

  it("writes objects that satisfy a schema", async () => {
    const schema = {
      type: "object",
      properties: {
        name: { type: "string" },
        ingredients: {
          type: "array",
          minItems: 2,
          items: { type: "object", properties: { name: { type: "string" }, amount: { type: "string" } } },
        },
        steps: { type: "array", items: { type: "string", maxLength: 20 }, maxItems: 2 },
        servings: { type: "integer", minimum: 1, maximum: 4 },
        share: { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 },
        kind: { anyOf: [{ const: "vegan" }, { type: "null" }] },
        mood: { allOf: [{ $ref: "#/$defs/mood" }, { minLength: 8 }] },
        tree: { $ref: "#/$defs/tree" },
        note: { type: ["string", "null"] },
        at: { type: "string", format: "date-time" },
        labels: { type: "object", additionalProperties: { type: "boolean" } },
      },
      required: ["name", "ingredients", "steps"],
      $defs: {
        mood: { type: "string" },
        tree: {
          type: "object",
          properties: { label: { type: "string" }, children: { type: "array", items: { $ref: "#/$defs/tree" } } },
          required: ["label"],
        },
      },
    };
    const format = { type: "json_schema", json_schema: { name: "recipe", schema } };
    const request = ask("Generate a lasagna recipe for 12 people.", { response_format: format });
    const value = JSON.parse((await call(emulator, url, request)).body.choices[0].message.content);
    assertEquals(Object.keys(value), Object.keys(schema.properties));
    assertStringIncludes(value.name, "Lasagna");
    assertEquals(Object.keys(value.ingredients[0]), ["name", "amount"]);
    assert(value.steps.length === 2 && value.steps.every((step: string) => step.length <= 20));
    assert(Number.isInteger(value.servings) && value.servings >= 1 && value.servings <= 4);
    assert(value.share > 0 && value.share < 1);
    assertEquals([value.kind, value.at, typeof value.note], ["vegan", "2026-01-15T09:30:00Z", "string"]);
    assert(value.mood.length >= 8);
    assert(Object.values(value.labels).every((label) => label === true));
    const loose = ask("Anything", { response_format: { type: "json_object" } });
    assertEquals(typeof JSON.parse((await call(emulator, url, loose)).body.choices[0].message.content), "object");
  });

  it("continues a text by sixteen tokens by default", async () => {
    const body = { model: "m", prompt: "Once upon a time" };
    const whole = (await call(emulator, "chat/openai/v1/completions", body)).body;
    assertEquals([whole.object, whole.choices[0].finish_reason, whole.usage.completion_tokens], [
      "text_completion",
      "length",
      16,
    ]);
    const chunks = events((await call(emulator, "chat/openai/v1/completions", { ...body, stream: true })).body);
    assertEquals(chunks.map((chunk) => chunk.choices[0].text).join(""), whole.choices[0].text);
  });

  it("waits for the cold start, makes a job, and adds the cost on public endpoints", async () => {
    await withClock({ ...chat, coldStartMillis: 40_000, runMillis: 500 }, async (cold) => {
      const { body } = await call(cold, "mine/openai/v1/chat/completions", ask("hi"));
      assertEquals([body.object, body.cost], ["chat.completion", undefined]);
      assertEquals([cold.jobs[0].operation, cold.jobs[0].status], ["openai", "COMPLETED"]);
      assertEquals((await call(cold, "mine/health")).body.jobs.completed, 1);
    });
    const { body } = await call(
      emulator,
      "qwen3-32b-awq/openai/v1/chat/completions",
      ask("hi", { model: "Qwen/Qwen3-32B-AWQ" }),
    );
    assertEquals(body.cost, body.usage.total_tokens / 1e5);
  });

  it("answers plain JSON if the endpoint does not stream, and 500 with the job if it failed", async () => {
    const other = createRunpodEmulator({
      endpoints: {
        plain: { ...chat, stream: false },
        broken: { worker: "chat", outcome: { status: "FAILED", error: "worker lost" } },
      },
    });
    const body = ask("hi", { stream: true });
    assertEquals((await call(other, "plain/openai/v1/chat/completions", body)).body.object, "chat.completion");
    const failed = await call(other, "broken/openai/v1/chat/completions", body);
    assertEquals([failed.status, failed.body.status, failed.body.error], [500, "FAILED", "worker lost"]);
  });

  it("relays a handler's yields however they are cut, and ends the stream early if it fails", async () => {
    const other = createRunpodEmulator({
      endpoints: {
        torn: { worker: () => ["da", "ta: {}\n", "\ndata: [DONE]\n\n"].values() },
        broken: {
          worker: function* () {
            yield "data: {}\n\n";
            throw new Error("gone");
          },
        },
        odd: { worker: () => ({ err: "?" }) },
      },
    });
    const send = async (id: string, stream = true) =>
      (await call(other, `${id}/openai/v1/chat/completions`, ask("hi", { stream }))).body;
    assertEquals(await send("torn"), "data: {}\n\ndata: [DONE]\n\n");
    assertEquals(await send("broken"), "data: {}\n\n");
    assertEquals(await send("odd", false), { err: "?" });
  });

  it("answers on load balancers and plain servers without a job", async () => {
    const other = createRunpodEmulator({
      apiKey: "k",
      endpoints: { local: { worker: "chat", models: ["here"] }, lb: chat },
    });
    const balanced = "https://lb.api.runpod.ai/v1/chat/completions";
    assertEquals((await call(other, balanced, ask("hi"))).status, 401);
    const answer = await call(other, balanced, ask("hi"), { method: "POST", headers: { authorization: "Bearer k" } });
    assertEquals([answer.status, answer.headers.has("x-runpod-worker-id")], [200, true]);
    const models = await call(other, "http://localhost:8000/v1/models", undefined, { headers: {} });
    assertEquals(models.body.data[0].id, "here");
    assertEquals(other.jobs.length, 0);
  });

  it("gives up waiting for a load balancer's worker after two minutes", async () => {
    await withClock({ ...chat, coldStartMillis: 600_000 }, async (cold) => {
      const { status, body } = await call(cold, "https://mine.api.runpod.ai/v1/chat/completions", ask("hi"));
      assertEquals([status, body], [400, { error: "timed out waiting for worker" }]);
    });
  });
});

describe("chat workers on the queue", () => {
  const emulator = createRunpodEmulator();
  const run = async (input: Json) => (await call(emulator, "qwen3-32b-awq/runsync", { input })).body;

  it("answer native inputs in Runpod's own form", async () => {
    const { output: [whole] } = await run({ prompt: "Tell me about tea" });
    assertStringIncludes(whole.choices[0].tokens[0], "tea");
    assertEquals(Object.keys(whole), ["choices", "cost", "usage"]);
    const { output } = await run({ messages: [{ role: "user", content: "Tell me about tea" }], stream: true });
    assertEquals(output.flatMap((part: Json) => part.choices[0].tokens).join(""), whole.choices[0].tokens[0]);
    assertEquals(output.slice(0, 3).map((part: Json) => part.choices[0].tokens.length), [1, 3, 9]);
    assertEquals(output[output.length - 1].usage, whole.usage);
    assertEquals((await run({ nothing: 1 })).error, "Invalid prompt");
  });

  it("answer OpenAI inputs, as one object or as event text on /stream", async () => {
    const request = ask("Tell me about tea", { model: "Qwen/Qwen3-32B-AWQ" });
    const openai_route = "/v1/chat/completions";
    assertEquals((await run({ openai_route, openai_input: request })).output[0].object, "chat.completion");
    const { id, output } = await run({ openai_route, openai_input: { ...request, stream: true } });
    const { stream } = (await call(emulator, `qwen3-32b-awq/stream/${id}`)).body;
    assertEquals(stream.map((part: Json) => part.output), output);
    assert(events(output.join("")).length > 10);
    const failed = await run({ openai_route, openai_input: { ...request, model: "x" } });
    assertStringIncludes(failed.error, "{'message': 'vLLM returned HTTP 404: ");
  });
});
