/** The clients of Runpod and OpenAI on the emulator: they show that its requests and answers are those of the services. */
import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import OpenAI from "openai";
import runpodSdk from "runpod-sdk";
import { describe, it } from "node:test";
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { stub } from "@std/testing/mock";
import { KEY } from "./capture.ts";
import { withServer } from "./http.ts";

const SERVED = "Qwen/Qwen3-32B-AWQ";

function withOpenai(run: (openai: OpenAI) => Promise<void>): Promise<void> {
  const emulator = createRunpodEmulator({ apiKey: KEY });
  return withServer(
    emulator.fetch,
    (origin) => run(new OpenAI({ apiKey: KEY, baseURL: `${origin}/v2/qwen3-32b-awq/openai/v1`, maxRetries: 0 })),
  );
}

describe("the openai client", () => {
  it("lists models", () =>
    withOpenai(async (openai) => {
      const { data } = await openai.models.list();
      assertEquals(data.map(({ id }) => id), [SERVED]);
    }));

  it("chats", () =>
    withOpenai(async (openai) => {
      const answer = await openai.chat.completions.create({
        model: SERVED,
        messages: [{ role: "user", content: "Tell me about lighthouses" }],
      });
      assertMatch(answer.choices[0].message.content ?? "", /lighthouse/i);
      assertEquals(answer.choices[0].finish_reason, "stop");
      assert(answer.usage!.total_tokens > 0);
    }));

  it("streams", () =>
    withOpenai(async (openai) => {
      const stream = await openai.chat.completions.create({
        model: SERVED,
        messages: [{ role: "user", content: "Tell me about lighthouses" }],
        stream: true,
        stream_options: { include_usage: true },
      });
      let text = "";
      let total = 0;
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? "";
        total = chunk.usage?.total_tokens ?? total;
      }
      assertMatch(text, /lighthouse/i);
      assert(total > 0);
    }));

  it("calls tools and parses objects", () =>
    withOpenai(async (openai) => {
      const { choices } = await openai.chat.completions.create({
        model: SERVED,
        messages: [{ role: "user", content: "Weather in Lisbon?" }],
        tools: [{
          type: "function",
          function: {
            name: "weather",
            parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
          },
        }],
      });
      const call = choices[0].message.tool_calls?.[0];
      assert(call?.type === "function");
      assertEquals(JSON.parse(call.function.arguments), { city: "Lisbon" });
    }));

  it("gets the failed job of Runpod for a wrong model, and OpenAI's error from a load balancer", () =>
    withOpenai(async (openai) => {
      const ask = (client: OpenAI) =>
        client.chat.completions.create({ model: "nope", messages: [{ role: "user", content: "Hi" }] });
      const failed = await assertRejects(() => ask(openai), OpenAI.InternalServerError);
      assertEquals(failed.status, 500);
      assertStringIncludes(failed.message, "vLLM returned HTTP 404");
      const server = openai.withOptions({ baseURL: openai.baseURL.replace("/v2/qwen3-32b-awq/openai", "") });
      const unknown = await assertRejects(() => ask(server), OpenAI.NotFoundError);
      assertEquals([unknown.status, unknown.type, unknown.param], [404, "NotFoundError", "model"]);
      assertStringIncludes(unknown.message, "The model `nope` does not exist.");
    }));

  it("gets OpenAI's error for a wrong key", () =>
    withOpenai(async (openai) => {
      const messages = [{ role: "user" as const, content: "Hi" }];
      const other = openai.withOptions({ apiKey: "wrong" });
      await assertRejects(() => other.chat.completions.create({ model: SERVED, messages }), OpenAI.AuthenticationError);
    }));
});

type Endpoint = NonNullable<ReturnType<ReturnType<typeof runpodSdk>["endpoint"]>>;

function withSdk(run: (on: (endpointId: string) => Endpoint) => Promise<void>): Promise<void> {
  const emulator = createRunpodEmulator({
    apiKey: KEY,
    endpoints: {
      echo: { worker: (input) => ({ said: input.say }) },
      count: {
        tokenMillis: 5,
        worker: function* ({ to }) {
          for (let number = 1; number <= Number(to); number++) yield number;
        },
      },
      slow: { worker: () => "late", runMillis: 60_000 },
      broken: { worker: () => ({ error: "no such file" }) },
    },
  });
  return withServer(emulator.fetch, async (origin) => {
    // The client prints each state.
    using _ = stub(console, "log");
    const sdk = runpodSdk(KEY, { baseUrl: `${origin}/v2` });
    await run((endpointId) => sdk.endpoint(endpointId)!);
  });
}

describe("the runpod-sdk client", () => {
  it("runs a job and reads its status", () =>
    withSdk(async (on) => {
      const echo = on("echo");
      const { id, status } = await echo.run({ input: { say: "hi" } });
      assertMatch(id, /-u1$/);
      assertEquals(status, "IN_QUEUE");
      const done = await echo.status(id);
      assertEquals([done.status, (done as { output?: unknown }).output], ["COMPLETED", { said: "hi" }]);
    }));

  it("runs a job to its end", () =>
    withSdk(async (on) => {
      const done = await on("echo").runSync({ input: { say: "hi" } });
      assertEquals((done as { output?: unknown }).output, { said: "hi" });
      const failed = await on("broken").runSync({ input: { say: "hi" } });
      assertEquals((failed as { succeeded?: boolean }).succeeded, false);
      assertStringIncludes(JSON.stringify(failed), "no such file");
    }));

  it("streams a job", () =>
    withSdk(async (on) => {
      const count = on("count");
      const { id } = await count.run({ input: { to: 3 } });
      const outputs: unknown[] = [];
      for await (const { output } of count.stream(id) as AsyncIterable<{ output: unknown }>) outputs.push(output);
      assertEquals(outputs, [1, 2, 3]);
    }));

  it("cancels a job, reads health and purges the queue", () =>
    withSdk(async (on) => {
      const slow = on("slow");
      const { id } = await slow.run({ input: { x: 1 } });
      const health = await slow.health();
      assertEquals((health as { jobs: { inProgress: number } }).jobs.inProgress, 1);
      assertEquals((await slow.cancel(id)).status, "CANCELLED");
      assertEquals((await slow.status(id)).status, "CANCELLED");
      assertEquals((await slow.purgeQueue() as { status: string }).status, "completed");
    }));
});
