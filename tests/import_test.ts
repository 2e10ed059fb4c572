import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { sideEffectsOf } from "./side_effects.ts";

// This file must not load the package before the test does. Where a runtime runs all files in one process, another file
// may have loaded it already.
describe("importing the package, and making a provider and its models", () => {
  it("sends nothing, sets no timer, reads no environment and builds no schema", async () => {
    const noticed = await sideEffectsOf(async () => {
      const { createRunpod, runpod } = await import("@runpod/ai-sdk-provider");
      const { createRunpodEmulator } = await import("@runpod/ai-sdk-provider/testing");
      createRunpod({ apiKey: "rpa_FAKE" })("qwen/qwen3-32b-awq");
      runpod.imageModel("qwen/qwen-image");
      runpod.videoModel("vidu/q3-t2v");
      createRunpodEmulator();
    });
    assertEquals(noticed, []);
  });
});
