import { InvalidArgumentError } from "@ai-sdk/provider";
import { createRunpod, type RunpodProvider, type RunpodProviderSettings } from "@runpod/ai-sdk-provider";
import { describe, it } from "node:test";
import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { capture, KEY } from "./capture.ts";

/** Makes a model of each kind, with settings that TypeScript would refuse. */
const KINDS: Record<string, (runpod: RunpodProvider, settings: never) => unknown> = {
  chat: (runpod, settings) => runpod("mine", settings),
  completion: (runpod, settings) => runpod.completionModel("mine", settings),
  image: (runpod, settings) => runpod.image("mine", settings),
  video: (runpod, settings) => runpod.video("mine", settings),
  speech: (runpod, settings) => runpod.speech("mine", settings),
  transcription: (runpod, settings) => runpod.transcription("mine", settings),
  embedding: (runpod, settings) => runpod.embedding("mine", settings),
  reranking: (runpod, settings) => runpod.reranking("mine", settings),
};

/** Settings that every kind of model refuses, with the argument and the message of the error. */
const WRONG: Array<[settings: object, argument: string, message: RegExp]> = [
  [{ minP: 0.1 }, "minP", /"minP" is not one of its settings \(".*"\); options go into providerOptions\.runpod/],
  [{ min_p: 0.1 }, "min_p", /"min_p" is not one of its settings/],
  [{ transport: "x" }, "transport", /"transport"/],
  [{ model: 3 }, "model", /"model"/],
  [{ model: "" }, "model", /"model"/],
  [{ output: "images" }, "output", /"output"/],
];

describe("a setting of a model", () => {
  for (const [kind, make] of Object.entries(KINDS)) {
    for (const [settings, argument, message] of WRONG) {
      it(`${JSON.stringify(settings)} is refused by a ${kind} model when it is made`, () => {
        const runpod = createRunpod({ apiKey: KEY });
        const error = assertThrows(() => make(runpod, settings as never), InvalidArgumentError);
        assertEquals(error.argument, argument);
        assertMatch(error.message, new RegExp(`^Cannot make the ${kind} model "mine": `));
        assertMatch(error.message, message);
      });
    }

    it(`without a value is ignored by a ${kind} model`, () => {
      make(createRunpod({ apiKey: KEY }), { model: undefined, minP: undefined } as never);
    });
  }

  for (const kind of ["speech", "transcription"]) {
    const settings: Array<[settings: object, argument: string, says: string]> = [
      [{ transport: "x" }, "transport", 'the setting "transport": "x" is not one of "openai", "queue"'],
      [{ model: 3 }, "model", 'the setting "model": 3 is not a string'],
      [{ input: {} }, "input", 'the setting "input": {} is not a function'],
      [
        { language: "en" },
        "language",
        '"language" is not one of its settings ("transport", "model", "family", "input", "output", "worker", "keys")',
      ],
    ];
    for (const [wrong, argument, says] of settings) {
      it(`${JSON.stringify(wrong)} of a ${kind} model has an error that names what is allowed`, () => {
        const make = () => KINDS[kind](createRunpod({ apiKey: KEY }), wrong as never);
        const error = assertThrows(make, InvalidArgumentError, `Cannot make the ${kind} model "mine": ${says}`);
        assertEquals(error.argument, argument);
      });
    }
  }

  it("is called a setting, and an option an option", () => {
    const runpod = createRunpod({ apiKey: KEY });
    const error = assertThrows(() => runpod("mine", { reasoningEcho: "x" as never }), InvalidArgumentError);
    assertEquals(
      error.message,
      'Cannot make the chat model "mine": the setting "reasoningEcho": "x" is not one of "reasoning", ' +
        '"reasoning_content", "inline", "none"',
    );
  });
});

describe("a model at a URL that ends in /v1", () => {
  const url = "http://localhost:8000/v1";
  const answers: Record<string, unknown> = {
    "/v1/rerank": { results: [{ index: 0, relevance_score: 0.5 }] },
    "/v1/embeddings": { data: [{ index: 0, embedding: [1] }] },
    "/v1/audio/transcriptions": { text: "Hello", segments: [] },
  };
  const open = (settings: RunpodProviderSettings = {}) =>
    capture((request) => Response.json(answers[new URL(request.url).pathname]), settings);

  it("requests /rerank there, as with baseURL", async () => {
    const call = { query: "q", documents: { type: "text" as const, values: ["d"] } };
    const byUrl = open();
    await byUrl.runpod.reranking(url, { model: "m" }).doRerank(call);
    const byBase = open({ baseURL: url });
    await byBase.runpod.reranking("m").doRerank(call);
    const [request] = byUrl.sent;
    assertEquals([request.url, request.body], [`${url}/rerank`, { model: "m", query: "q", documents: ["d"] }]);
    assertEquals([byBase.sent[0].url, byBase.sent[0].body], [request.url, request.body]);
  });

  it("requests /embeddings and /audio/transcriptions there", async () => {
    const { runpod, sent } = open();
    await runpod.embedding(url, { model: "m" }).doEmbed({ values: ["a"] });
    await runpod.transcription(url, { model: "m" }).doGenerate({
      audio: new Uint8Array([82, 73, 70, 70]),
      mediaType: "audio/wav",
    });
    assertEquals(sent.map((request) => request.url), [`${url}/embeddings`, `${url}/audio/transcriptions`]);
  });
});
