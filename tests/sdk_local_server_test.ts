import { APICallError } from "@ai-sdk/provider";
import { createRunpod, RunpodJobError } from "@runpod/ai-sdk-provider";
import { streamText } from "ai";
import { describe, it } from "node:test";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { KEY } from "./capture.ts";
import { PNG_BASE64 } from "./files.ts";
import { type LocalHandler, sdkLocalServer } from "./sdk_local_server.ts";
import { IMAGE_CALL } from "./smallest_calls.ts";
import { withVirtualTime } from "./virtual_time.ts";

const URL_OF_SERVER = "http://localhost:8000";

function open(handler: LocalHandler) {
  const server = sdkLocalServer(handler);
  const runpod = createRunpod({ apiKey: KEY, fetch: server.fetch });
  return { ...server, runpod, endpoint: runpod.endpoint(URL_OF_SERVER) };
}

describe("the local server of Runpod's worker SDK", () => {
  it("runs a job that is waited for, once, also when it takes longer than a status read may", () =>
    withVirtualTime(async () => {
      const { endpoint, ran, requests } = open({
        run: async ({ text }) => {
          await new Promise((resolve) => setTimeout(resolve, 120_000));
          return String(text).toUpperCase();
        },
      });
      const { id } = await endpoint.run({ text: "hello" });
      const job = await endpoint.wait<string>(id);
      assertEquals([job.status, job.output], ["COMPLETED", "HELLO"]);
      assertEquals(ran.length, 1);
      assertEquals(requests, ["POST /run", "GET /status-sync/ID", "GET /status/ID", "POST /status/ID"]);
    }));

  it("is asked by POST at once from then on", async () => {
    const { endpoint, requests } = open({ run: () => 1 });
    const jobs = [await endpoint.run({ a: 1 }), await endpoint.run({ a: 2 })];
    for (const { id } of jobs) await endpoint.status(id);
    assertEquals(requests.slice(2), ["GET /status/ID", "POST /status/ID", "POST /status/ID"]);
  });

  it("gives all yields of a generator, and is not asked for the job again", async () => {
    const { endpoint, ran, requests } = open({ isGenerator: true, run: ({ words }) => words });
    const { id } = await endpoint.run({ words: ["one", "two"] });
    const yields: unknown[] = [];
    for await (const word of endpoint.stream(id)) yields.push(word);
    assertEquals(yields, ["one", "two"]);
    assertEquals([ran.length, requests], [1, ["POST /run", "GET /stream/ID", "POST /stream/ID"]]);
  });

  it("streams a chat of a worker that yields, and of one that returns", async () => {
    const chunks = ["Hel", "lo"].map((content, index) => ({
      id: "c",
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta: { content }, finish_reason: index === 1 ? "stop" : null }],
    }));
    for (const isGenerator of [true, false]) {
      const { runpod, ran } = open({ isGenerator, run: () => chunks });
      const model = runpod(URL_OF_SERVER, { transport: "queue", model: "m" });
      assertEquals(await streamText({ model, prompt: "Hi" }).text, "Hello");
      assertEquals(ran.length, 1);
    }
  });

  it("makes an image", async () => {
    const { runpod, ran } = open({ run: () => ({ image: PNG_BASE64 }) });
    const { images } = await runpod.image(URL_OF_SERVER).doGenerate(IMAGE_CALL);
    assertEquals([images, ran], [[PNG_BASE64], [{ prompt: "A red apple" }]]);
  });

  it("has lost a job that it does not know, which is not a failed one", async () => {
    const { endpoint } = open({ run: () => 1 });
    const error = await assertRejects(() => endpoint.wait("test-99"), RunpodJobError);
    assertEquals([error.kind, error.jobId], ["expired", "test-99"]);
    const read = await assertRejects(() => endpoint.status("test-99"), APICallError);
    assertStringIncludes(read.message, "Job ID not found");
  });

  it("has no health, no cancel and no retry, and says so without running a job", async () => {
    const { endpoint, ran } = open({ run: () => 1 });
    const { id } = await endpoint.run({ a: 1 });
    const calls = [
      () => endpoint.health(),
      () => endpoint.cancel(id),
      () => endpoint.retry(id),
      () => endpoint.purgeQueue(),
    ];
    for (const call of calls) {
      const error = await assertRejects(call, APICallError);
      assertStringIncludes(error.message, "the local server of Runpod's worker SDK has no such route");
    }
    assertEquals(ran.length, 0);
  });
});
