/** What people wrote for version 1 of this provider. */
import { generateText, streamText } from "ai";
import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { sendChat } from "./calls.ts";
import { completion } from "./answers.ts";
import { capture, MODEL } from "./capture.ts";
import { emulate } from "./emulated.ts";

describe("options under openaiCompatible", () => {
  it("are options of a chat or a completion, and those under runpod win", async () => {
    const openaiCompatible = { user: "me", reasoningEffort: "low", top_a: 0.1, both: 1 };
    const { body } = await sendChat({ providerOptions: { openaiCompatible, runpod: { both: 2 } } });
    assertEquals([body.user, body.reasoning_effort, body.top_a, body.both], ["me", "low", 0.1, 2]);
    const { runpod, sent } = capture(() => Response.json({ choices: [{ text: "a", finish_reason: "stop" }] }));
    const model = runpod.completionModel("abc", { model: "mine" });
    await generateText({ model, prompt: "Once", providerOptions: { openaiCompatible } });
    assertEquals([sent[0].body.user, sent[0].body.top_a], ["me", 0.1]);
  });

  it("are not sent to workers", async () => {
    const { runpod, emulator } = emulate();
    const model = runpod.image("pruna/p-image-t2i");
    await model.doGenerate({ prompt: "A", n: 1, providerOptions: { openaiCompatible: { user: "me" } } } as never);
    assertEquals(emulator.jobs[0].request.input, { prompt: "A" });
  });
});

describe("the former keys of the metadata", () => {
  it("are there beside the new ones", async () => {
    const { runpod, emulator } = emulate();
    const speech = await runpod.speech("resembleai/chatterbox-turbo").doGenerate({ text: "Hello" });
    assertEquals(speech.providerMetadata!.runpod.audioUrl, speech.providerMetadata!.runpod.url);
    const call = { prompt: "Waves", n: 1, providerOptions: {} } as never;
    const video = await runpod.video("vidu/q3-t2v").doGenerate!(call);
    assertEquals(video.providerMetadata!.runpod.jobId as unknown, emulator.jobs[1].id);
  });
});

describe("a model that is called as before", () => {
  it("streams and answers", async () => {
    const { runpod } = capture(() => completion({ content: "Hello" }));
    assertEquals((await generateText({ model: runpod.chatModel(MODEL), prompt: "Hi" })).text, "Hello");
    assertEquals(await streamText({ model: runpod.languageModel(MODEL), prompt: "Hi" }).text, "Hello");
  });
});
