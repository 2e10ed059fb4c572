/** Models across the steps of a workflow: serialized in one process, deserialized in another. */
import { WORKFLOW_DESERIALIZE, WORKFLOW_SERIALIZE } from "@ai-sdk/provider-utils";
import { createRunpod, type RunpodProvider, type RunpodProviderSettings } from "@runpod/ai-sdk-provider";
import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import {
  embed,
  experimental_getVideoStatus as getVideoStatus,
  experimental_startVideo as startVideo,
  generateImage,
  generateSpeech,
  generateText,
  rerank,
  transcribe,
} from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { KEY } from "./capture.ts";
import { withApiKey, withGlobalFetch } from "./globals.ts";

type Model = ReturnType<RunpodProvider["languageModel"]>;
// deno-lint-ignore no-explicit-any
type ModelClass = Record<symbol, (value: any) => any>;

/** What a workflow does between two steps. The second step has nothing but the text. */
function acrossSteps<T extends object>(model: T): { text: string; again: T } {
  const { constructor } = model;
  const text = JSON.stringify((constructor as unknown as ModelClass)[WORKFLOW_SERIALIZE](model));
  return { text, again: (constructor as unknown as ModelClass)[WORKFLOW_DESERIALIZE](JSON.parse(text)) };
}

/** The key in every form that it might be written in. */
const FORMS_OF_KEY = [
  KEY,
  btoa(KEY).replace(/=+$/, ""),
  btoa(`x${KEY}`).slice(2).replace(/..=*$/, ""),
  [...new TextEncoder().encode(KEY)].map((byte) => byte.toString(16)).join(""),
  [...new TextEncoder().encode(KEY)].join(","),
  encodeURIComponent(KEY),
  [...KEY].reverse().join(""),
];

const emulator = createRunpodEmulator({
  apiKey: KEY,
  endpoints: {
    chat: { worker: "chat", models: ["org/model"] },
    vectors: { worker: "embedding", models: ["org/vectors"] },
    ranks: { worker: "embedding", models: ["org/reranker"] },
    picture: { worker: "image" },
    voice: { worker: "audio", models: ["org/voice"] },
    ears: { worker: "transcription" },
    film: { worker: "video" },
  },
});

/** Runs as the second process does: with the emulator as the whole network, and a key in the environment. */
const asAnotherProcess = (run: () => Promise<void>) => withApiKey(() => withGlobalFetch(emulator, run));

const SETTINGS: RunpodProviderSettings[] = [
  { apiKey: KEY },
  { apiKey: () => Promise.resolve(KEY), fetch: emulator.fetch, onJobUpdate: () => {}, waitUntil: () => {} },
  { headers: { Authorization: `Bearer ${KEY}`, "X-My-Token": KEY, "x-app": "mine" } },
];

describe("a model across the steps of a workflow", () => {
  for (const [index, settings] of SETTINGS.entries()) {
    it(`does not contain the key, wherever that comes from (${index + 1})`, () => {
      const runpod = createRunpod({ ...settings, baseURL: "https://api.runpod.ai/v2" });
      const models = [
        runpod("chat", { model: "org/model" }),
        runpod.imageModel("picture"),
        runpod.videoModel("film"),
        runpod.embeddingModel("vectors"),
        runpod.rerankingModel("ranks", { worker: "infinity" }),
        runpod.speechModel("voice"),
        runpod.transcriptionModel("ears"),
      ];
      for (const model of models) {
        const { text } = acrossSteps(model);
        for (const form of FORMS_OF_KEY) assert(!text.includes(form), `${text} has ${form}`);
        assert(!text.includes("x-app"), text);
      }
    });
  }

  it("is the same model with the same settings", () => {
    const runpod = createRunpod({
      apiKey: KEY,
      baseURL: "https://proxy.example.com/runpod",
      headers: { "x-app": "1" },
    });
    const model = runpod("https://console.runpod.io/serverless/user/endpoint/chat", {
      model: "org/model",
      reasoningTags: { opening: "<a>" },
    });
    const { text, again } = acrossSteps(model);
    assertEquals([again.modelId, again.provider, again.specificationVersion], [
      model.modelId,
      "runpod.chat",
      "v4",
    ]);
    assertEquals(JSON.parse(text), {
      modelId: model.modelId,
      endpoint: {
        name: "chat",
        root: "https://proxy.example.com/runpod/chat",
        openaiRoot: "https://proxy.example.com/runpod/chat/openai/v1",
        model: "org/model",
      },
      settings: { baseURL: "https://proxy.example.com/runpod" },
      modelSettings: { model: "org/model", reasoningTags: { opening: "<a>" } },
    });
    assertEquals(acrossSteps(again).text, text);
  });

  it("works in the other process, with the key of that process's environment", async () => {
    const runpod = createRunpod({ apiKey: KEY });
    const models = [
      runpod("chat"),
      runpod.imageModel("picture"),
      runpod.imageModel("picture", { family: "qwen/qwen-image" }),
      runpod.embeddingModel("vectors"),
      runpod.rerankingModel("ranks", { worker: "infinity" }),
    ] as const;
    const [chat, picture, family, vectors, ranker] = models.map((model) =>
      acrossSteps(model).again
    ) as unknown as typeof models;
    await asAnotherProcess(async () => {
      assert((await generateText({ model: chat as Model, prompt: "Hi" })).text.length > 0);
      for (const model of [picture, family]) {
        assertEquals((await generateImage({ model, prompt: "a" })).image.mediaType, "image/png");
      }
      assert((await embed({ model: vectors, value: "a" })).embedding.length > 0);
      const { ranking } = await rerank({ model: ranker, query: "b", documents: ["a", "b"] });
      assertEquals(ranking[0].originalIndex, 1);
    });
    assertEquals(emulator.jobs.find(({ input }) => "negative_prompt" in input)?.endpoint, "picture");
  });

  it("works for speech and transcription in the other process", async () => {
    const runpod = createRunpod({ apiKey: KEY });
    const voice = acrossSteps(runpod.speechModel("voice", { transport: "openai", model: "org/voice" })).again;
    const ears = acrossSteps(runpod.transcriptionModel("ears", { model: "turbo" })).again;
    await asAnotherProcess(async () => {
      const { audio } = await generateSpeech({ model: voice, text: "Hi there" });
      assertEquals((await transcribe({ model: ears, audio: audio.uint8Array })).text, "Hi there");
    });
    assertEquals(emulator.jobs.at(-1)?.input.model, "turbo");
  });

  it("starts a video in one process and finishes it in another", async () => {
    const model = createRunpod({ apiKey: KEY, fetch: emulator.fetch }).videoModel("film", { family: "vidu/q3-t2v" });
    const { operation } = await startVideo({ model, prompt: "A red apple rolls", resolution: "960x540" });
    const { again } = acrossSteps(model);
    await asAnotherProcess(async () => {
      const result = await getVideoStatus(again, { operation: JSON.parse(JSON.stringify(operation)) });
      assertEquals(result.status, "completed");
    });
    assertEquals(emulator.jobs.at(-1)?.input.resolution, "540p");
  });

  it("without a key in the other process has an error that says how to give it one", async () => {
    const { again } = acrossSteps(createRunpod({ apiKey: KEY, fetch: emulator.fetch })("chat"));
    await assertRejects(
      () => again.doGenerate({ prompt: [] }),
      Error,
      "RUNPOD_API_KEY",
    );
  });

  it("is refused where a setting is a function, which cannot be serialized", () => {
    const model = createRunpod({ apiKey: KEY }).imageModel("picture", { output: (output) => output });
    const error = assertThrows(() => acrossSteps(model)) as Error;
    assertStringIncludes(error.message, 'its setting "output" is a function; make the model inside the step');
  });
});
