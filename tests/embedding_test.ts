import {
  APICallError,
  InvalidArgumentError,
  type JSONObject,
  TooManyEmbeddingValuesForCallError,
} from "@ai-sdk/provider";
import { RunpodJobError } from "@runpod/ai-sdk-provider";
import type { EmulatedEndpoint } from "@runpod/ai-sdk-provider/testing";
import { cosineSimilarity, embed, embedMany } from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { completed } from "./answers.ts";
import { featuresOf } from "./calls.ts";
import { capture } from "./capture.ts";
import { emulate } from "./emulated.ts";
import { abortAfter, settled, withVirtualTime } from "./virtual_time.ts";

const VALUES = ["a cat sat on the mat", "a cat sits on a mat", "quarterly revenue grew"];

const NAME = "BAAI/bge-small-en-v1.5";

/** An emulator with the endpoint "mine", which has the worker for Infinity. */
const withInfinity = (mine: Partial<EmulatedEndpoint> = {}) =>
  emulate({ endpoints: { mine: { worker: "embedding", models: [NAME], ...mine } } });

/** The answer of an embeddings route. */
const list = (data: unknown[], more: Record<string, unknown> = {}) =>
  Response.json({ object: "list", model: "m", data, usage: { prompt_tokens: 3, total_tokens: 3 }, ...more });

describe("embeddings", () => {
  for (const transport of ["openai", "queue"] as const) {
    it(`by ${transport}: are near for similar texts, count tokens and use the served name`, async () => {
      const { emulator, runpod } = withInfinity();
      const model = runpod.embeddingModel("mine", { transport });
      const { embeddings: [cat, cats, revenue], usage, providerMetadata } = await embedMany({ model, values: VALUES });
      assert(cosineSimilarity(cat, cats) > cosineSimilarity(cat, revenue));
      assert(usage.tokens > 0);
      const [lookup, job] = emulator.jobs;
      assertEquals(lookup.input.openai_route, "/v1/models");
      const body = transport === "openai" ? job.input.openai_input as Record<string, unknown> : job.input;
      assertEquals([body.model, body.input], [NAME, VALUES]);
      const metadata = providerMetadata?.runpod;
      if (transport === "queue") assertEquals([metadata?.jobId, metadata?.endpoint], [job.id, "mine"]);
      else assertEquals(metadata, undefined);
    });
  }

  it("are the same for one value and for many", async () => {
    const { runpod } = withInfinity();
    const model = runpod.embedding("mine", { model: NAME });
    const { embedding } = await embed({ model, value: VALUES[0] });
    const { embeddings } = await embedMany({ model, values: VALUES });
    assertEquals(embedding, embeddings[0]);
  });

  it("are in the order of the values, whatever the order of the answer", async () => {
    const plain = await embedMany({ model: withInfinity().runpod.embedding("mine"), values: VALUES });
    const { runpod } = withInfinity({ embeddingOrder: "reversed" });
    for (const transport of ["openai", "queue"] as const) {
      const { embeddings } = await embedMany({ model: runpod.embedding("mine", { transport }), values: VALUES });
      assertEquals(embeddings, plain.embeddings);
    }
  });

  it("are requested in calls of at most maxEmbeddingsPerCall values", async () => {
    const { emulator, runpod } = withInfinity();
    const values = Array.from({ length: 25 }, (_, index) => `text ${index}`);
    const model = runpod.embedding("mine", { model: NAME, maxEmbeddingsPerCall: 10 });
    const { embeddings } = await embedMany({ model, values });
    assertEquals(embeddings.length, 25);
    assertEquals(emulator.requests.length, 3);
    const error = await assertRejects(() => model.doEmbed({ values }), TooManyEmbeddingValuesForCallError);
    assertEquals(error.maxEmbeddingsPerCall, 10);
  });

  it("have the requested dimensions, and may be sent as base64", async () => {
    const { emulator, runpod } = withInfinity({ worker: "pooling", models: ["m"] });
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

  it("send what the caller set and nothing else", async () => {
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

  it("by queue warn of dimensions, which the worker for Infinity does not support", async () => {
    const model = withInfinity().runpod.embedding("mine", { transport: "queue" });
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

    const byQueue = await withInfinity().runpod.embedding("mine", { transport: "queue" }).doEmbed({
      values: ["a"],
      providerOptions: { runpod: { encodingFormat: "base64", timeoutMillis: 9000 } },
    });
    assertEquals(featuresOf(byQueue.warnings), ["providerOptions.runpod.encodingFormat"]);
  });

  it("by queue wait for a cold start, and cancel the job on abort", () =>
    withVirtualTime(async (clock) => {
      const { emulator, runpod } = withInfinity({ coldStartMillis: 200_000 });
      const model = runpod.embedding("mine", { model: NAME, transport: "queue" });
      const { embeddings } = await model.doEmbed({ values: ["a"] });
      assertEquals(embeddings.length, 1);
      assert(clock.elapsed() >= 200_000);
      await settled(60_000);

      const { abortSignal, reason } = abortAfter(100_000);
      assertEquals(await assertRejects(() => model.doEmbed({ values: ["b"], abortSignal })), reason);
      await settled();
      assertEquals(emulator.jobs.at(-1)?.status, "CANCELLED");
    }));

  it("of a job that was submitted before are read without a request for the model's name", async () => {
    const { runpod, sent } = capture(() => completed({ object: "list", data: [{ index: 0, embedding: [1] }] }));
    const model = runpod.embedding("mine", { transport: "queue" });
    const { embeddings } = await model.doEmbed({ values: ["a"], providerOptions: { runpod: { jobId: "job-1" } } });
    assertEquals([embeddings, sent.map(({ url }) => new URL(url).pathname)], [[[1]], ["/v2/mine/status-sync/job-1"]]);
  });

  it("of no values are no vectors, without a request", async () => {
    const { runpod, sent } = capture(() => list([]));
    const model = runpod.embedding("mine", { model: "m" });
    assertEquals((await model.doEmbed({ values: [] })).embeddings, []);
    await assertRejects(
      () => model.doEmbed({ values: ["a"], providerOptions: { runpod: { encodingFormat: "hex" } } }),
      InvalidArgumentError,
      'encodingFormat: "hex" is not "float" or "base64"',
    );
    assertEquals(sent, []);
  });

  it("of empty values are those of the server", async () => {
    for (const transport of ["openai", "queue"] as const) {
      const { runpod, sent } = capture(({ body: { input } }) => {
        const answer = { object: "list", data: (input.input ?? input).map(() => ({ embedding: [1] })) };
        return transport === "queue" ? completed(answer) : Response.json(answer);
      });
      const { embeddings } = await embedMany({
        model: runpod.embedding("mine", { model: "m", transport }),
        values: ["a", "", " "],
      });
      assertEquals(embeddings, [[1], [1], [1]]);
      assertEquals(sent[0].body.input.input ?? sent[0].body.input, ["a", "", " "]);
    }
  });

  it("are an error when one is missing, extra or not valid: never fewer or misplaced vectors", async () => {
    const one = { index: 0, embedding: [1] };
    const second = [undefined, 5, [], [null], ["1"], "", "AAAA", "%"].map((embedding) => ({ index: 1, embedding }));
    const bad = [[], [one], [one, one], [one, { index: 5, embedding: [1] }], [one, one, one]];
    for (const data of [...bad, ...second.map((other) => [one, other])]) {
      const byRoute = capture(() => list(data)).runpod;
      const error = await assertRejects(
        () => byRoute.embedding("mine", { model: "m" }).doEmbed({ values: ["a", "b"] }),
        APICallError,
        'Cannot embed with "mine": expected an embedding for each of 2 values',
      );
      assertEquals(error.isRetryable, false);
      const byQueue = capture(() => completed({ object: "list", data })).runpod;
      const jobError = await assertRejects(
        () => byQueue.embedding("mine", { model: "m", transport: "queue" }).doEmbed({ values: ["a", "b"] }),
        RunpodJobError,
      );
      assertEquals(jobError.kind, "no-output");
    }
  });

  it("are found in every wrapper that the gateway may leave around them", async () => {
    const output = { object: "list", data: [{ index: 0, embedding: [1, 2] }] };
    for (const body of [output, [output], JSON.stringify(output), { id: "1", status: "COMPLETED", output: [output] }]) {
      const { runpod } = capture(() => Response.json(body));
      const { embeddings } = await runpod.embedding("mine", { model: "m" }).doEmbed({ values: ["a"] });
      assertEquals(embeddings, [[1, 2]]);
    }
  });

  it("fail with the server's message, also when it comes with HTTP 200", async () => {
    for (const transport of ["openai", "queue"] as const) {
      const { runpod } = withInfinity();
      const model = runpod.embedding("mine", { model: "wrong/name", transport });
      const error = await assertRejects(
        () => model.doEmbed({ values: ["a"] }),
        APICallError,
        "Engine for model name `wrong/name` not found",
      );
      assertEquals(error.isRetryable, false);
    }
  });
});
