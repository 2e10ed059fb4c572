import {
  APICallError,
  InvalidArgumentError,
  type JSONObject,
  type SharedV4Warning,
  TooManyEmbeddingValuesForCallError,
} from "@ai-sdk/provider";
import { createRunpod, RunpodJobError } from "@runpod/ai-sdk-provider";
import {
  createRunpodEmulator,
  type EmulatedEndpoint,
  type RunpodEmulatorOptions,
} from "@runpod/ai-sdk-provider/testing";
import { cosineSimilarity, embed, embedMany } from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { capture, completed, KEY } from "./capture.ts";
import { settled, withVirtualTime } from "./virtual_time.ts";

const VALUES = ["a cat sat on the mat", "a cat sits on a mat", "quarterly revenue grew"];

function open(mine: Partial<EmulatedEndpoint> = {}, options: RunpodEmulatorOptions = {}) {
  const emulator = createRunpodEmulator({
    ...options,
    endpoints: { mine: { worker: "embedding", models: ["BAAI/bge-small-en-v1.5"], ...mine } },
  });
  return { emulator, runpod: createRunpod({ apiKey: KEY, fetch: emulator.fetch }) };
}

/** The answer of an embeddings route. */
const list = (data: unknown[], more: Record<string, unknown> = {}) =>
  Response.json({ object: "list", model: "m", data, usage: { prompt_tokens: 3, total_tokens: 3 }, ...more });

const featuresOf = (warnings: SharedV4Warning[]) =>
  warnings.map((warning) => warning.type === "unsupported" && warning.feature);

describe("embeddings", () => {
  for (const transport of ["openai", "queue"] as const) {
    it(`by ${transport}: similar texts are near, usage is counted, the name is the served one`, async () => {
      const { emulator, runpod } = open();
      const model = runpod.embeddingModel("mine", { transport });
      const { embeddings: [cat, cats, revenue], usage, providerMetadata } = await embedMany({ model, values: VALUES });
      assert(cosineSimilarity(cat, cats) > cosineSimilarity(cat, revenue));
      assert(usage.tokens > 0);
      const [lookup, job] = emulator.jobs;
      assertEquals(lookup.input.openai_route, "/v1/models");
      const body = transport === "openai" ? job.input.openai_input as Record<string, unknown> : job.input;
      assertEquals([body.model, body.input], ["BAAI/bge-small-en-v1.5", VALUES]);
      const metadata = providerMetadata?.runpod;
      if (transport === "queue") assertEquals([metadata?.jobId, metadata?.endpoint], [job.id, "mine"]);
      else assertEquals(metadata, undefined);
    });
  }

  it("are those of the single value that is embedded", async () => {
    const { runpod } = open();
    const model = runpod.embedding("mine", { model: "BAAI/bge-small-en-v1.5" });
    const { embedding } = await embed({ model, value: VALUES[0] });
    const { embeddings } = await embedMany({ model, values: VALUES });
    assertEquals(embedding, embeddings[0]);
  });

  it("are in the order of their values, whatever the order of the answer", async () => {
    const plain = await embedMany({ model: open().runpod.embedding("mine"), values: VALUES });
    const { runpod } = open({ embeddingOrder: "reversed" });
    for (const transport of ["openai", "queue"] as const) {
      const { embeddings } = await embedMany({ model: runpod.embedding("mine", { transport }), values: VALUES });
      assertEquals(embeddings, plain.embeddings);
    }
  });

  it("are split by the most values of a call, which are embedded at once", async () => {
    const { emulator, runpod } = open();
    const values = Array.from({ length: 25 }, (_, index) => `text ${index}`);
    const model = runpod.embedding("mine", { model: "BAAI/bge-small-en-v1.5", maxEmbeddingsPerCall: 10 });
    const { embeddings } = await embedMany({ model, values });
    assertEquals(embeddings.length, 25);
    assertEquals(emulator.requests.length, 3);
    const error = await assertRejects(async () => await model.doEmbed({ values }), TooManyEmbeddingValuesForCallError);
    assertEquals(error.maxEmbeddingsPerCall, 10);
  });

  it("have the dimensions that are asked for, and go as base64 if that is", async () => {
    const { emulator, runpod } = open({ worker: "chat", models: ["m"] });
    const model = runpod.embedding("https://mine.api.runpod.ai/v1", { model: "m" });
    const ask = (options = {}) =>
      model.doEmbed({ values: VALUES, dimensions: 16, providerOptions: { runpod: options } });
    const plain = await ask();
    const encoded = await ask({ encodingFormat: "base64", user: "u1" });
    assertEquals(plain.embeddings.map(({ length }) => length), [16, 16, 16]);
    for (const [index, embedding] of encoded.embeddings.entries()) {
      for (const [at, value] of embedding.entries()) assert(Math.abs(value - plain.embeddings[index][at]) < 1e-6);
    }
    assertEquals(emulator.requests.length, 2);
  });

  it("send what the caller set and nothing else, options under their own names", async () => {
    const { runpod, sent } = capture(() => list([{ index: 0, embedding: [1] }]));
    const model = runpod.embedding("mine", { model: "m" });
    await model.doEmbed({ values: ["a"] });
    assertEquals(sent[0].body, { model: "m", input: ["a"] });
    await model.doEmbed({
      values: ["a"],
      dimensions: 8,
      headers: { "x-mine": "1" },
      providerOptions: { runpod: { encodingFormat: "base64", truncate_prompt_tokens: 5, timeoutMillis: 9 } },
    });
    assertEquals(sent[1].body, {
      model: "m",
      input: ["a"],
      dimensions: 8,
      encoding_format: "base64",
      truncate_prompt_tokens: 5,
    });
    assertEquals(sent[1].headers.get("x-mine"), "1");
    assertEquals(new URL(sent[1].url).pathname, "/v2/mine/openai/v1/embeddings");
  });

  it("by queue warn of dimensions, which the worker for Infinity does not know", async () => {
    const model = open().runpod.embedding("mine", { transport: "queue" });
    const { warnings, embeddings } = await model.doEmbed({ values: ["a"], dimensions: 8 });
    assertEquals(featuresOf(warnings), ["dimensions"]);
    assert(embeddings[0].length > 8);
  });

  it("by queue warn of an encoding, and by route of options of a submission, which neither has", async () => {
    const { runpod, sent } = capture(() => list([{ index: 0, embedding: [1] }]));
    const model = runpod.embedding("mine", { model: "m" });
    const ask = (options: JSONObject) => model.doEmbed({ values: ["a"], providerOptions: { runpod: options } });
    const { warnings } = await ask({ waitMillis: 9, timeoutMillis: 9000 });
    assertEquals(featuresOf(warnings), ["providerOptions.runpod.waitMillis"]);
    assertEquals(sent.length, 1);

    const byQueue = await open().runpod.embedding("mine", { transport: "queue" }).doEmbed({
      values: ["a"],
      providerOptions: { runpod: { encodingFormat: "base64", timeoutMillis: 9000 } },
    });
    assertEquals(featuresOf(byQueue.warnings), ["providerOptions.runpod.encodingFormat"]);
  });

  it("by queue wait out a cold start and cancel on abort", () =>
    withVirtualTime(async (clock) => {
      const { emulator, runpod } = open({ coldStartMillis: 200_000 });
      const model = runpod.embedding("mine", { model: "BAAI/bge-small-en-v1.5", transport: "queue" });
      const { embeddings } = await model.doEmbed({ values: ["a"] });
      assertEquals(embeddings.length, 1);
      assert(clock.elapsed() >= 200_000);
      await settled(60_000);

      const reason = new Error("enough");
      const abort = new AbortController();
      setTimeout(() => abort.abort(reason), 100_000);
      const error = await assertRejects(
        async () => await model.doEmbed({ values: ["b"], abortSignal: abort.signal }),
        Error,
      );
      assertEquals(error, reason);
      await settled();
      assertEquals(emulator.jobs.at(-1)?.status, "CANCELLED");
    }));

  it("of a job that was submitted before are read without asking for the model's name", async () => {
    const { runpod, sent } = capture(() => completed({ object: "list", data: [{ index: 0, embedding: [1] }] }));
    const model = runpod.embedding("mine", { transport: "queue" });
    const { embeddings } = await model.doEmbed({ values: ["a"], providerOptions: { runpod: { jobId: "job-1" } } });
    assertEquals([embeddings, sent.map(({ url }) => new URL(url).pathname)], [[[1]], ["/v2/mine/status/job-1"]]);
  });

  it("of nothing are nothing, without a request; of an empty text are refused", async () => {
    const { runpod, sent } = capture(() => list([]));
    const model = runpod.embedding("mine", { model: "m" });
    assertEquals((await model.doEmbed({ values: [] })).embeddings, []);
    const error = await assertRejects(async () => await model.doEmbed({ values: ["a", ""] }), InvalidArgumentError);
    assertEquals(error.message, 'Cannot embed with "mine": value 1 is empty');
    await assertRejects(
      async () => await model.doEmbed({ values: ["a"], providerOptions: { runpod: { encodingFormat: "hex" } } }),
      InvalidArgumentError,
      'encodingFormat: "hex" is not "float" or "base64"',
    );
    assertEquals(sent, []);
  });

  it("that are not all there are an error, never fewer or misplaced vectors", async () => {
    const one = { index: 0, embedding: [1] };
    const second = [undefined, 5, [], [null], ["1"], "", "AAAA", "%"].map((embedding) => ({ index: 1, embedding }));
    const bad = [[], [one], [one, one], [one, { index: 5, embedding: [1] }], [one, one, one]];
    for (const data of [...bad, ...second.map((other) => [one, other])]) {
      const byRoute = capture(() => list(data)).runpod;
      const error = await assertRejects(
        async () => await byRoute.embedding("mine", { model: "m" }).doEmbed({ values: ["a", "b"] }),
        APICallError,
        'Cannot embed with "mine": expected an embedding for each of 2 values',
      );
      assertEquals(error.isRetryable, false);
      const byQueue = capture(() => completed({ object: "list", data })).runpod;
      const jobError = await assertRejects(
        async () => await byQueue.embedding("mine", { model: "m", transport: "queue" }).doEmbed({ values: ["a", "b"] }),
        RunpodJobError,
      );
      assertEquals(jobError.kind, "no-output");
    }
  });

  it("are found in whatever the gateway leaves around them", async () => {
    const output = { object: "list", data: [{ index: 0, embedding: [1, 2] }] };
    for (const body of [output, [output], JSON.stringify(output), { id: "1", status: "COMPLETED", output: [output] }]) {
      const { runpod } = capture(() => Response.json(body));
      const { embeddings } = await runpod.embedding("mine", { model: "m" }).doEmbed({ values: ["a"] });
      assertEquals(embeddings, [[1, 2]]);
    }
  });

  it("fail with what the server says, also when it says so with HTTP 200", async () => {
    for (const transport of ["openai", "queue"] as const) {
      const { runpod } = open();
      const model = runpod.embedding("mine", { model: "wrong/name", transport });
      const error = await assertRejects(
        async () => await model.doEmbed({ values: ["a"] }),
        APICallError,
        "Engine for model name wrong/name not found",
      );
      assertEquals(error.isRetryable, false);
    }
  });
});
