import { assert, assertEquals } from "@std/assert";
import { describe, it } from "node:test";
import { createRunpodEmulator, type EmulatedEndpoint } from "@runpod/ai-sdk-provider/testing";
import { call } from "./emulator_client.ts";

const workers: Array<Extract<EmulatedEndpoint["worker"], string>> = [
  "chat",
  "pooling",
  "image",
  "video",
  "speech",
  "whisper",
  "transcription",
  "embedding",
  "comfyui",
  "audio",
];

describe("the list of endpoints", () => {
  const emulator = createRunpodEmulator({
    endpoints: {
      ...Object.fromEntries(workers.map((worker) => [`my-${worker}`, { worker }])),
      "my-handler": { worker: () => 1 },
      "my-python": { worker: "external" },
      "qwen-image-t2i": { worker: "image" },
    },
  });

  it("has every endpoint with what runs it, and tells public ones from the caller's own", () => {
    const byId = new Map(emulator.endpoints.map((endpoint) => [endpoint.id, endpoint]));
    assertEquals(byId.size, emulator.endpoints.length);
    const known = ["seedream-3-0-t2i", "my-chat", "my-handler", "my-python", "qwen-image-t2i"].map((id) =>
      byId.get(id)
    );
    assertEquals(known.map((endpoint) => [endpoint?.worker, endpoint?.isPublic]), [
      ["image", true],
      ["chat", false],
      ["handler", false],
      ["external", false],
      ["image", false],
    ]);
  });

  it("has an example that the worker accepts, unless the emulator does not know the worker", async () => {
    for (const { id, worker, example } of emulator.endpoints) {
      assertEquals(example === undefined, worker === "handler" || worker === "external", id);
      if (example === undefined) continue;
      const { body } = await call(emulator, `${id}/runsync`, { input: example });
      assertEquals([id, body.status, body.error], [id, "COMPLETED", undefined]);
    }
  });
});

describe("ids of jobs", () => {
  const idOf = async (createId?: () => string) => {
    const emulator = createRunpodEmulator({ createId });
    const run = await call(emulator, "qwen-image-t2i/run", { input: { prompt: "a" } });
    const sync = await call(emulator, "qwen-image-t2i/runsync", { input: { prompt: "a" } });
    return [run.body.id, sync.body.id];
  };

  it("are the same in every emulator by default", async () => {
    assertEquals(await idOf(), await idOf());
  });

  it("are made by the caller's function if there is one", async () => {
    let count = 0;
    assertEquals(await idOf(() => `id${++count}`), ["id1-u1", "sync-id2-u1"]);
    const random = await idOf(() => crypto.randomUUID());
    assert(random[0] !== (await idOf(() => crypto.randomUUID()))[0]);
    assert(random[1].startsWith("sync-"));
  });
});
