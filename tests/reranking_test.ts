import { APICallError, InvalidArgumentError, type JSONObject } from "@ai-sdk/provider";
import { RunpodJobError } from "@runpod/ai-sdk-provider";
import type { EmulatedBehavior } from "@runpod/ai-sdk-provider/testing";
import { rerank } from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { completed } from "./answers.ts";
import { capture } from "./capture.ts";
import { emulate } from "./emulated.ts";
import { settled, withVirtualTime } from "./virtual_time.ts";

const QUERY = "Where do cats sleep?";
const DOCUMENTS = ["Stocks fell on Monday", "Cats sleep on warm windowsills", "Where cats eat"];
const NAME = "BAAI/bge-reranker-base";

/** An emulator with the endpoint "mine": with the worker for Infinity for jobs, with vLLM for the routes. */
const withReranker = (transport: string, behavior: EmulatedBehavior = {}) =>
  emulate({
    behavior,
    endpoints: { mine: { worker: transport === "queue" ? "embedding" : "pooling", models: [NAME] } },
  });
const texts = (values: string[]) => ({ type: "text" as const, values });

describe("a reranking", () => {
  it("orders the documents by relevance, the same by every transport", async () => {
    const rankings = [];
    for (const transport of ["queue", "rerank", "score"] as const) {
      const { emulator, runpod } = withReranker(transport);
      const { ranking, rerankedDocuments, response } = await rerank({
        model: runpod.rerankingModel("mine", { transport }),
        query: QUERY,
        documents: DOCUMENTS,
      });
      assertEquals(rerankedDocuments[0], DOCUMENTS[1]);
      assertEquals(ranking.map(({ originalIndex }) => originalIndex), [1, 2, 0]);
      rankings.push(ranking.map(({ score }) => score));
      assert(response.modelId !== undefined);
      assertEquals(emulator.jobs.length, 2);
    }
    assertEquals(rankings[1], rankings[0]);
    assertEquals(rankings[2], rankings[0]);
  });

  it("is a job of the worker for Infinity where that is named, and a request to vLLM's route otherwise", async () => {
    const { runpod, sent } = capture(({ url }) =>
      url.includes("runsync")
        ? completed({ results: [{ index: 0, relevance_score: 0.5 }], model: "m" })
        : Response.json({ results: [{ index: 0, relevance_score: 0.5 }], id: "rerank-1", model: "m" })
    );
    const call = { query: "q", documents: texts(["d"]), topN: 1, providerOptions: { runpod: { return_docs: true } } };
    const { providerMetadata } = await runpod.reranking("mine", { model: "m", worker: "infinity" }).doRerank(call);
    assertEquals(sent[0].body, { input: { model: "m", query: "q", docs: ["d"], return_docs: true } });
    assertEquals([providerMetadata?.runpod.jobId, providerMetadata?.runpod.endpoint], ["sync-1-u1", "mine"]);
    await runpod.reranking("https://mine.api.runpod.ai/v1", { model: "m" }).doRerank(call);
    assertEquals(sent[1].url, "https://mine.api.runpod.ai/v1/rerank");
    assertEquals(sent[1].body, { model: "m", query: "q", documents: ["d"], top_n: 1, return_docs: true });
    await runpod.reranking("mine", { model: "m", transport: "score" }).doRerank({ ...call, providerOptions: {} })
      .then(() => {}, () => {});
    assertEquals(new URL(sent[2].url).pathname, "/v2/mine/openai/v1/score");
    assertEquals(sent[2].body, { model: "m", text_1: "q", text_2: ["d"] });
  });

  it("is read under any name that servers give the list, or from the list alone", async () => {
    const list = [{ score: 0.12, document: "b", index: 1, meta_info: {} }, { score: 0.93, document: "a", index: 0 }];
    const call = { query: "q", documents: texts(["a", "b"]) };
    for (const answer of [list, { results: list }, { data: list }, { results: list, data: null }]) {
      const { runpod } = capture(({ url }) => url.includes("runsync") ? completed(answer) : Response.json(answer));
      for (const transport of ["queue", "rerank", "score"] as const) {
        const { ranking } = await runpod.reranking("mine", { model: "m", transport }).doRerank(call);
        assertEquals(ranking, [{ index: 0, relevanceScore: 0.93 }, { index: 1, relevanceScore: 0.12 }]);
      }
    }
  });

  it("by route warns of options of a submission, which it does not make, and continues a job on the queue", async () => {
    const { runpod, sent } = capture(({ url }) =>
      url.includes("/status-sync/job-1?")
        ? Response.json({ id: "job-1", status: "FAILED", error: "no" })
        : Response.json({ results: [{ index: 0, relevance_score: 0.5 }] })
    );
    const model = runpod.reranking("mine", { model: "m", transport: "rerank" });
    const ask = (options: JSONObject) =>
      model.doRerank({ query: "q", documents: texts(["d"]), providerOptions: { runpod: options } });
    const { warnings } = await ask({ waitMillis: 9, timeoutMillis: 9000 });
    assertEquals(warnings?.map((warning) => warning.type === "unsupported" && warning.feature), [
      "providerOptions.runpod.waitMillis",
    ]);
    await assertRejects(() => ask({ jobId: "job-1" }), RunpodJobError);
    assertEquals(new URL(sent[1].url).pathname, "/v2/mine/status-sync/job-1");
  });

  it("returns at most topN documents", async () => {
    for (const transport of ["queue", "rerank", "score"] as const) {
      const { runpod } = withReranker(transport);
      const { ranking } = await runpod.reranking("mine", { transport }).doRerank({
        query: QUERY,
        documents: texts(DOCUMENTS),
        topN: 2,
      });
      assertEquals(ranking.map(({ index }) => index), [1, 2]);
    }
  });

  it("sends objects as JSON, with a warning", async () => {
    const { emulator, runpod } = withReranker("queue");
    const values = DOCUMENTS.map((text, id) => ({ id, text }));
    const { ranking, warnings } = await runpod.reranking("mine", { worker: "infinity" }).doRerank({
      query: QUERY,
      documents: { type: "object", values },
    });
    assertEquals(ranking[0].index, 1);
    assertEquals(emulator.jobs.at(-1)?.input.docs, values.map((value) => JSON.stringify(value)));
    assertEquals(warnings?.map(({ type }) => type), ["compatibility"]);
  });

  it("of a job that was submitted before is read without a request for the model's name", async () => {
    const { runpod, sent } = capture(() => completed({ results: [{ index: 0, relevance_score: 1 }] }));
    const call = { query: "q", documents: texts(["d"]), providerOptions: { runpod: { jobId: "job-1" } } };
    const { ranking } = await runpod.reranking("mine").doRerank(call);
    assertEquals([ranking.length, sent.map(({ url }) => new URL(url).pathname)], [1, ["/v2/mine/status-sync/job-1"]]);
  });

  it("says how, where the worker has no such route", async () => {
    const { runpod } = withReranker("queue");
    const call = { query: QUERY, documents: texts(DOCUMENTS) };
    const error = await assertRejects(
      async () => await runpod.reranking("mine", { model: NAME }).doRerank(call),
      Error,
    );
    assertStringIncludes(error.message, 'worker: "infinity"');
  });

  it("of no documents is empty, without a request; an empty query is refused", async () => {
    const { runpod, sent } = capture(() => completed({}));
    const model = runpod.reranking("mine", { model: "m", worker: "infinity" });
    assertEquals((await model.doRerank({ query: "q", documents: texts([]) })).ranking, []);
    await assertRejects(
      () => model.doRerank({ query: "", documents: texts(["d"]) }),
      InvalidArgumentError,
      'Cannot rerank with "mine": the query is empty',
    );
    assertEquals(sent, []);
  });

  it("that hangs in the worker for Infinity ends with an explanation, and the job is cancelled", () =>
    withVirtualTime(async () => {
      const { emulator, runpod } = withReranker("queue", { infinityRerank: "hangs" });
      const model = runpod.reranking("mine", { model: NAME, worker: "infinity" });
      const error = await assertRejects(
        () =>
          model.doRerank({
            query: QUERY,
            documents: texts(DOCUMENTS),
            providerOptions: { runpod: { timeoutMillis: 120_000 } },
          }),
        RunpodJobError,
      );
      assertEquals([error.kind, error.status, error.jobId], ["deadline", "IN_PROGRESS", emulator.jobs[0].id]);
      assertStringIncludes(error.message, "still running (IN_PROGRESS) after 120 s");
      assertStringIncludes(error.message, 'cannot send the result of a reranking ("not JSON serializable" in its log)');
      await settled();
      assertEquals(emulator.jobs.map(({ status }) => status), ["CANCELLED"]);
    }));

  it("fails with the server's message, also when it comes in a result", async () => {
    for (const transport of ["queue", "rerank"] as const) {
      const { runpod } = withReranker(transport);
      const error = await assertRejects(
        () =>
          runpod.reranking("mine", { model: "wrong/name", transport }).doRerank({
            query: "q",
            documents: texts(["d"]),
          }),
        APICallError,
        "wrong/name",
      );
      assertEquals(error.isRetryable, false);
    }
  });

  it("whose indexes or scores are not valid is an error", async () => {
    const bad = [[], [{ index: 0 }], [{ index: 7, relevance_score: 1 }], ["x"], undefined, [{ index: 0.5, score: 1 }], [
      { index: 0, score: 1 },
      { index: 0, score: 1 },
    ]];
    for (const results of bad) {
      const byQueue = capture(() => completed({ results })).runpod;
      await assertRejects(
        () =>
          byQueue.reranking("mine", { model: "m", transport: "queue" }).doRerank({
            query: "q",
            documents: texts(["d"]),
          }),
        RunpodJobError,
        "without an output",
      );
      const byRoute = capture(() => Response.json({ results })).runpod;
      await assertRejects(
        () =>
          byRoute.reranking("mine", { model: "m", transport: "rerank" }).doRerank({
            query: "q",
            documents: texts(["d"]),
          }),
        APICallError,
        "expected a ranking of the documents",
      );
    }
  });
});
