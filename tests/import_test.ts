import { describe, it } from "node:test";
import { assertEquals } from "@std/assert";
import { setTraps } from "./traps.ts";

// Nothing in this file may load the package before the test does. A runtime that runs all files in one process has it
// loaded already; Workers refuse to load a module that does any of this.
describe("importing the package, and making a provider and its models", () => {
  it("sends nothing, sets no timer, reads no environment and builds no schema", async () => {
    const { noticed, disarm } = setTraps();
    try {
      const { createRunpod, runpod } = await import("@runpod/ai-sdk-provider");
      const { createRunpodEmulator } = await import("@runpod/ai-sdk-provider/testing");
      createRunpod({ apiKey: "rpa_FAKE" })("qwen/qwen3-32b-awq");
      runpod.imageModel("qwen/qwen-image");
      runpod.videoModel("vidu/q3-t2v");
      createRunpodEmulator();
    } finally {
      disarm();
    }
    assertEquals(noticed, []);
  });
});
