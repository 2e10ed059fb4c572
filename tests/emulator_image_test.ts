import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { describe, it } from "node:test";
import { createRunpodEmulator } from "@runpod/ai-sdk-provider/testing";
import { call, type Json } from "./emulator_client.ts";

describe("image workers", () => {
  const emulator = createRunpodEmulator();
  const run = async (input: Json, id = "qwen-image-t2i") => (await call(emulator, `${id}/runsync`, { input })).body;
  const png = async (url: string) => {
    const response = await emulator.fetch(url);
    assertEquals(response.headers.get("content-type"), "image/png");
    const bytes = new Uint8Array(await response.arrayBuffer());
    assertEquals([...bytes.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const view = new DataView(bytes.buffer);
    return { size: [view.getUint32(16), view.getUint32(20)], key: String(bytes) };
  };

  it("draw a PNG of the given size behind a URL that needs no key", async () => {
    const { id, output } = await run({ prompt: "A lighthouse" });
    assertEquals(output, { cost: 0.02097152, image_url: `https://image.runpod.ai/${id}/output.png` });
    assertEquals((await png(output.image_url)).size, [1024, 1024]);
    assertEquals((await png((await run({ prompt: "a", size: "64*32" })).output.image_url)).size, [64, 32]);
    const flux = await run(
      { prompt: "a", width: 33, height: 7, image_format: "png" },
      "black-forest-labs-flux-1-dev",
    );
    assertEquals((await png(flux.output.image_url)).size, [33, 7]);
  });

  it("draw the same image only for the same prompt and seed", async () => {
    const draw = async (prompt: string, seed: number) =>
      (await png((await run({ prompt, seed, size: "16*16" })).output.image_url)).key;
    assertEquals(await draw("a", 1), await draw("a", 1));
    assert(await draw("a", 1) !== await draw("a", 2));
    assert(await draw("a", 1) !== await draw("b", 1));
    assert(await draw("a", -1) !== await draw("a", -1));
  });

  it("put files on the origin of the request", async () => {
    const { body: { id, output } } = await call(emulator, "http://127.0.0.1:9000/v2/qwen-image-t2i/runsync", {
      input: { prompt: "a", size: "8*8" },
    });
    assertEquals(output.image_url, `http://127.0.0.1:9000/files/${id}/output.png`);
    assertEquals((await png(output.image_url)).size, [8, 8]);
    assertEquals((await emulator.fetch("https://image.runpod.ai/none/output.png")).status, 404);
  });

  it("refuse the inputs that the models refuse", async () => {
    const error = async (input: Json, id?: string) => (await run(input, id)).error;
    assertEquals(await error({ size: "8*8" }), "Invalid prompt");
    assertEquals(await error({ prompt: "a", size: "8x8" }), "Invalid parameter: size format must be width*height");
    assertEquals(
      await error({ prompt: "a", size: "8*8" }, "seedream-3-0-t2i"),
      "Invalid parameter: size format must be widthxheight",
    );
    assertStringIncludes(await error({ prompt: "a", size: "9999*8" }), "4096");
    assertEquals(
      await error({ prompt: "a", image: "cat" }, "black-forest-labs-flux-1-kontext-dev"),
      "Invalid image URL",
    );
    const other = createRunpodEmulator({ behavior: { outputKey: "result" } });
    const { body } = await call(other, "qwen-image-t2i/runsync", { input: { prompt: "a" } });
    assertEquals(Object.keys(body.output), ["cost", "result"]);
  });
});
