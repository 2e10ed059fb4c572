import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "node:test";
import { createRunpodEmulator, type EmulatedBehavior, type EmulatedEndpoint } from "@runpod/ai-sdk-provider/testing";
import { api, call, type Json } from "./emulator_client.ts";
import { withVirtualTime } from "./virtual_time.ts";

const cosine = (a: number[], b: number[]) => a.reduce((sum, value, index) => sum + value * b[index], 0);

const texts = ["The cat sat on the mat", "A cat is sitting on a mat", "Interest rates rose in March"];

function assertSensible(vectors: number[][]): void {
  const [cat, otherCat, rates] = vectors;
  for (const vector of vectors) assert(Math.abs(cosine(vector, vector) - 1) < 1e-5);
  assert(cosine(cat, otherCat) > cosine(cat, rates) + 0.2);
}

const query = "Which product has a warranty?";
const documents = [
  "Product B is available in red and blue",
  "Product A comes with a two-year warranty",
  "The weather is nice today",
];

describe("vLLM's pooling routes", () => {
  const open = (config: Partial<EmulatedEndpoint> = {}) =>
    createRunpodEmulator({ endpoints: { mine: { worker: "pooling", models: ["m"], ...config } } });
  const root = `${api}/mine/openai/v1`;

  it("embed", async () => {
    const { body } = await call(open(), `${root}/embeddings`, { model: "m", input: texts });
    assertEquals([body.object, body.model], ["list", "m"]);
    assertEquals(body.data.map(({ object, index }: Json) => [object, index]), [0, 1, 2].map((i) => ["embedding", i]));
    assertEquals(body.data[0].embedding.length, 384);
    assertSensible(body.data.map(({ embedding }: Json) => embedding));
    assertEquals(body.usage, {
      prompt_tokens: 18,
      total_tokens: 18,
      completion_tokens: 0,
      prompt_tokens_details: null,
      completion_tokens_details: null,
    });
  });

  it("embed one text in the requested length and encoding", async () => {
    const ask = async (body: Json, config?: Partial<EmulatedEndpoint>) =>
      (await call(open(config), `${root}/embeddings`, { model: "m", input: texts[0], ...body })).body.data[0].embedding;
    const floats = await ask({ dimensions: 8 });
    const bytes = Uint8Array.from(
      atob(await ask({ dimensions: 8, encoding_format: "base64" })),
      (c) => c.charCodeAt(0),
    );
    assertEquals([...new Float32Array(bytes.buffer)], floats);
    assertEquals((await ask({}, { dimensions: 16 })).length, 16);
  });

  it("can answer in reverse order", async () => {
    const ask = async (config?: Partial<EmulatedEndpoint>) =>
      (await call(open(config), `${root}/embeddings`, { model: "m", input: texts })).body.data;
    const plain = await ask();
    const reversed = await ask({ embeddingOrder: "reversed" });
    assertEquals(reversed.map(({ index }: Json) => index), [2, 1, 0]);
    assertEquals([...reversed].reverse(), plain);
  });

  it("rerank on every path, the best document first", async () => {
    for (
      const url of [
        `${root}/rerank`,
        "https://mine.api.runpod.ai/v1/rerank",
        "https://mine.api.runpod.ai/rerank",
        "https://mine.api.runpod.ai/v2/rerank",
      ]
    ) {
      const { body } = await call(open(), url, { model: "m", query, documents });
      const scores = body.results.map(({ relevance_score }: Json) => relevance_score);
      assertEquals(Object.keys(body).sort(), ["id", "model", "results", "usage"]);
      assertEquals(body.results.map(({ index }: Json) => index), [1, 0, 2]);
      assertEquals(body.results[0].document, { text: documents[1], multi_modal: null });
      assertEquals([...scores].sort((a, b) => b - a), scores);
      assert(scores.every((score: number) => score >= 0 && score <= 1));
    }
    const { body } = await call(open(), `${root}/rerank`, { model: "m", query, documents, top_n: 1 });
    assertEquals(body.results.length, 1);
  });

  it("score one text with many, and pairs", async () => {
    for (const url of [`${root}/score`, "https://mine.api.runpod.ai/score"]) {
      const many = (await call(open(), url, { model: "m", text_1: query, text_2: documents })).body;
      assertEquals([many.object, many.data.length, many.data[0].object], ["list", 3, "score"]);
      assert(many.data[1].score > many.data[0].score && many.data[0].score > many.data[2].score);
      const pairs =
        (await call(open(), url, { model: "m", text_1: [query, query], text_2: documents.slice(0, 2) })).body;
      assertEquals(pairs.data, many.data.slice(0, 2));
    }
  });

  it("refuse malformed requests", async () => {
    const status = async (route: string, body: Json) =>
      (await call(open(), `https://mine.api.runpod.ai/v1/${route}`, { model: "m", ...body })).status;
    assertEquals(await status("rerank", { query, documents: [] }), 400);
    assertEquals(await status("rerank", { documents }), 400);
    assertEquals(await status("score", { text_1: [query, query], text_2: documents }), 400);
    assertEquals(await status("embeddings", { input: [] }), 400);
    assertEquals(await status("rerank", { model: "x", query, documents }), 404);
  });
});

describe("vLLM's text completion", () => {
  const emulator = createRunpodEmulator({ endpoints: { mine: { worker: "chat", models: ["m"] } } });
  const complete = (body: Json) =>
    call(emulator, "https://mine.api.runpod.ai/v1/completions", {
      model: "m",
      prompt: "The capital of France",
      ...body,
    });

  it("continues a text, and repeats it first on request", async () => {
    const { body } = await complete({ max_tokens: 5 });
    assertEquals([body.object, body.choices[0].finish_reason], ["text_completion", "length"]);
    assert(body.choices[0].text.startsWith(" "));
    const echoed = (await complete({ max_tokens: 5, echo: true })).body.choices[0].text;
    assertEquals(echoed, `The capital of France${body.choices[0].text}`);
  });

  it("refuses a suffix", async () => {
    const { status, body } = await complete({ suffix: "." });
    assertEquals([status, body.error.message], [
      400,
      "suffix is only supported for models with FIM completion rendering",
    ]);
  });
});

describe("the worker for Infinity", () => {
  const open = (config: Partial<EmulatedEndpoint> = {}, behavior?: EmulatedBehavior) =>
    createRunpodEmulator({
      behavior,
      endpoints: { mine: { worker: "embedding", models: ["bge", "bge-reranker"], ...config } },
    });
  const run = async (input: Json, emulator = open()) => (await call(emulator, `${api}/mine/runsync`, { input })).body;

  it("embeds, as a job and on the OpenAI route", async () => {
    const { output } = await run({ model: "bge", input: texts });
    assertEquals(Object.keys(output).sort(), ["data", "model", "object", "usage"]);
    assertSensible(output.data.map(({ embedding }: Json) => embedding));
    assertEquals((await run({ model: "bge", input: texts[0] })).output.data.length, 1);

    const openai = await call(open(), `${api}/mine/openai/v1/embeddings`, { model: "bge", input: texts });
    assertEquals(openai.body, output);
    const job = await run({ openai_route: "/v1/embeddings", openai_input: { model: "bge", input: texts } });
    assertEquals(job.output, [output]);
    // It ignores dimensions and encoding_format.
    const asked = await call(open(), `${api}/mine/openai/v1/embeddings`, {
      model: "bge",
      input: texts,
      dimensions: 8,
      encoding_format: "base64",
    });
    assertEquals(asked.body, output);
  });

  it("reranks in the order of the input", async () => {
    const { output } = await run({ model: "bge-reranker", query, docs: documents, return_docs: true });
    assertEquals(Object.keys(output).sort(), ["model", "results", "usage"]);
    assertEquals(output.results.map(({ index, document }: Json) => [index, document]), [...documents.entries()]);
    const scores = output.results.map(({ relevance_score }: Json) => relevance_score);
    assert(scores[1] > scores[0] && scores[0] > scores[2]);
    const bare = (await run({ model: "bge-reranker", query, docs: documents })).output.results;
    assertEquals(Object.keys(bare[0]).sort(), ["index", "relevance_score"]);
  });

  it("returns its errors as outputs of completed jobs", async () => {
    const unknown = await run({ model: "x", input: "a" });
    assertEquals(unknown.status, "COMPLETED");
    assertEquals(unknown.output, {
      object: "error",
      message: "Engine for model name `x` not found. Available model names are ['bge', 'bge-reranker']",
      type: "BadRequestError",
      param: null,
      code: 400,
    });
    const messages: Array<[input: Json, message: string]> = [
      [{ model: "bge-reranker", query, docs: null }, "'NoneType' object is not iterable"],
      [{ model: "bge-reranker", query, docs: [] }, "list index out of range"],
      [{ model: "bge", query, docs: documents }, "the loaded moded cannot fullyfill `rerank`. Options are {'embed'}."],
      [{ model: "bge-reranker", input: "a" }, "the loaded moded cannot fullyfill `embed`. Options are {'rerank'}."],
      [{ model: "bge", input: [1] }, "TextEncodeInput must be Union["],
      [{ input: "a" }, "Engine for model name `None` not found"],
      [{ model: "bge" }, "Invalid input: {'id': 'sync-"],
      [{ openai_route: "/v1/embeddings", openai_input: {} }, "Missing input"],
      [{ openai_route: "/v1/embeddings", openai_input: { input: "a" } }, "Did not specify model in openai_input"],
    ];
    for (const [input, message] of messages) {
      const { status, output } = await run(input);
      assertEquals([status, output.object, output.code], ["COMPLETED", "error", 400]);
      assertStringIncludes(output.message, message);
    }
    assertStringIncludes(
      (await run({ openai_route: "/v1/rerank" })).output.message,
      "Invalid OpenAI Route: /v1/rerank",
    );
    const { status, body } = await call(open(), `${api}/mine/openai/v1/embeddings`, { model: "x", input: "a" });
    assertEquals([status, body.object], [200, "error"]);
    const broken = await run({ openai_route: "/v1/embeddings" });
    assertEquals([broken.status, JSON.parse(broken.error).error_type], ["FAILED", "<class 'AttributeError'>"]);
  });

  it("counts no more tokens than its model reads", async () => {
    const { usage } = (await run({ model: "bge", input: ["word ".repeat(1000).trim(), "two words"] })).output;
    assertEquals(usage, { prompt_tokens: 258, total_tokens: 258 });
  });

  it("may be told which models rerank", async () => {
    const emulator = open({ models: ["ms-marco"], rerankers: ["ms-marco"] });
    assertEquals((await run({ model: "ms-marco", query, docs: documents }, emulator)).output.results.length, 3);
  });

  it("lists its models", async () => {
    const response = await open().fetch(`${api}/mine/openai/v1/models`, { headers: { authorization: "Bearer a" } });
    const { data } = await response.json();
    assertEquals([data[0].id, data[0].owned_by], ["bge", "infinity"]);
  });

  it("can leave a reranking job unfinished", () =>
    withVirtualTime(async () => {
      const emulator = open({}, { infinityRerank: "hangs" });
      const input = { model: "bge-reranker", query, docs: documents };
      assertEquals((await run(input, emulator)).status, "IN_PROGRESS");
      const { body } = await call(emulator, `${api}/mine/run`, {
        input,
        policy: { executionTimeout: 60_000 },
      });
      const late = await emulator.fetch(`${api}/mine/status-sync/${body.id}`, {
        headers: { authorization: "Bearer a" },
      });
      assertEquals((await late.json()).error, "executionTimeout exceeded");
    }));
});
