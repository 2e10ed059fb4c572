/** The workers that work by their name: what they are sent, by their own schemas, and what they answer. */
import { InvalidArgumentError, type JSONObject } from "@ai-sdk/provider";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { completed } from "./answers.ts";
import { featuresOf, imageCalls, speechCalls, transcriptionCalls, videoCalls } from "./calls.ts";
import { capture } from "./capture.ts";
import { base64, bytesOf, WAV, WAV_BASE64 } from "./files.ts";
import { file, filesOf, wav } from "./marked_files.ts";
import { IMAGE_CALL } from "./smallest_calls.ts";

type Type = "text" | "number" | "boolean" | "object";

/** The inputs that a worker's own schema or handler knows, and those that it needs. */
interface Schema {
  takes: Record<string, Type>;
  needs?: string[];
}

const SCHEMAS: Record<string, Schema> = {
  sdxl: {
    takes: {
      prompt: "text",
      negative_prompt: "text",
      height: "number",
      width: "number",
      seed: "number",
      scheduler: "text",
      num_inference_steps: "number",
      refiner_inference_steps: "number",
      guidance_scale: "number",
      strength: "number",
      image_url: "text",
      num_images: "number",
      high_noise_frac: "number",
    },
  },
  // The route /sdapi/v1/txt2img.
  a1111: {
    takes: {
      prompt: "text",
      negative_prompt: "text",
      seed: "number",
      steps: "number",
      cfg_scale: "number",
      width: "number",
      height: "number",
      sampler_name: "text",
      batch_size: "number",
      n_iter: "number",
      override_settings: "object",
    },
  },
  mochi: {
    takes: {
      positive_prompt: "text",
      negative_prompt: "text",
      width: "number",
      height: "number",
      seed: "number",
      steps: "number",
      cfg: "number",
      num_frames: "number",
      vae: "object",
    },
  },
  bark: { takes: { text_prompt: "text", voice_preset: "text" }, needs: ["text_prompt"] },
  "vllm-omni image": {
    takes: { task: "text", prompt: "text", size: "text", seed: "number", n: "number", negative_prompt: "text" },
    needs: ["task", "prompt"],
  },
  "vllm-omni video": {
    takes: { task: "text", prompt: "text", seconds: "number", size: "text", fps: "number", seed: "number" },
    needs: ["task", "prompt"],
  },
  "vllm-omni speech": {
    takes: {
      task: "text",
      input: "text",
      voice: "text",
      response_format: "text",
      speed: "number",
      instructions: "text",
    },
    needs: ["task", "input"],
  },
  "faster-whisper": {
    takes: {
      audio: "text",
      audio_base64: "text",
      model: "text",
      transcription: "text",
      translate: "boolean",
      translation: "text",
      language: "text",
      temperature: "number",
      initial_prompt: "text",
      enable_vad: "boolean",
      word_timestamps: "boolean",
    },
  },
  "insanely-fast-whisper": {
    takes: { audio: "text", chunk_length: "number", batch_size: "number" },
    needs: ["audio", "chunk_length", "batch_size"],
  },
};

function assertFits(input: JSONObject, name: string): void {
  const { takes, needs = [] } = SCHEMAS[name];
  for (const [key, value] of Object.entries(input)) {
    const type = typeof value === "string" ? "text" : typeof value;
    assertEquals(type, takes[key], `${name}: ${key}`);
  }
  assertEquals(needs.filter((key) => input[key] === undefined), [], name);
}

const [PNG1, PNG2] = [file("png", 1), file("png", 2)];
const S3 = "https://s3.example.com/b/11-25/job";

describe("an image worker by its name", () => {
  const CALL = { prompt: "A red apple", size: "640x384", seed: 3 } as const;

  it("sdxl", async () => {
    const { input, warnings } = await imageCalls.inputFor("mine", {
      ...CALL,
      files: [{ type: "url", url: "https://example.com/a.png" }],
      options: { guidance_scale: 5, num_images: 2 },
    }, { worker: "sdxl" });
    assertFits(input, "sdxl");
    assertEquals(input, {
      prompt: "A red apple",
      width: 640,
      height: 384,
      seed: 3,
      image_url: "https://example.com/a.png",
      guidance_scale: 5,
      num_images: 2,
    });
    assertEquals(warnings, []);
    const output = {
      images: [`data:image/png;base64,${PNG1}`, `data:image/png;base64,${PNG2}`],
      image_url: `data:image/png;base64,${PNG1}`,
      seed: 1,
    };
    assertEquals((await filesOf("image", output)).files, [PNG1, PNG2]);
  });

  it("sdxl has no ratio, which its schema refuses", async () => {
    const { input, warnings } = await imageCalls.inputFor("mine", { prompt: "x", aspectRatio: "16:9" }, {
      worker: "sdxl",
    });
    assertFits(input, "sdxl");
    assertEquals(featuresOf(warnings), ["aspectRatio"]);
  });

  it("a1111", async () => {
    const { input, warnings } = await imageCalls.inputFor("mine", { ...CALL, options: { steps: 20 } }, {
      worker: "a1111",
    });
    assertFits(input, "a1111");
    assertEquals([input, warnings], [{ prompt: "A red apple", width: 640, height: 384, seed: 3, steps: 20 }, []]);
    const output = { images: [PNG1], parameters: { prompt: "x", init_images: [PNG2] }, info: '{"seed": 3}' };
    assertEquals((await filesOf("image", output)).files, [PNG1]);
  });

  it("comfyui, with the workflow of the caller", async () => {
    const workflow = { "3": { class_type: "SaveImage", inputs: {} } };
    const { input, warnings } = await imageCalls.inputFor("mine", {
      prompt: undefined,
      files: [{ type: "file", mediaType: "image/png", data: PNG1 }],
      options: { workflow },
    }, { worker: "comfyui" });
    assertEquals(input, { workflow, images: [{ name: "input-0.png", image: `data:image/png;base64,${PNG1}` }] });
    assertEquals(warnings, []);
    const error = await imageCalls.refusal("mine", { options: {} }, { worker: "comfyui" });
    assertEquals(error.message.includes("workflow is required"), true, error.message);
    const files = [{ type: "url" as const, url: "https://example.com/a.png" }];
    const fetches = await imageCalls.refusal("mine", { files, options: { workflow } }, { worker: "comfyui" });
    assertEquals(fetches.message.includes("comfyui(workflow)"), true, fetches.message);
    const output = { images: [{ filename: "a.png", type: "base64", data: PNG1 }] };
    assertEquals((await filesOf("image", output)).files, [PNG1]);
  });

  it("vllm-omni", async () => {
    const { input, warnings } = await imageCalls.inputFor("mine", CALL, { worker: "vllm-omni" });
    assertFits(input, "vllm-omni image");
    assertEquals([input, warnings], [{ task: "image", prompt: "A red apple", size: "640x384", seed: 3 }, []]);
    assertEquals((await filesOf("image", { created: 1, data: [{ b64_json: PNG1 }] })).files, [PNG1]);
  });
});

describe("an embedding and a reranking worker by its name", () => {
  it("infinity, by jobs", async () => {
    const { runpod, sent } = capture(({ body }) =>
      body.input.docs
        ? completed({ results: [{ index: 0, relevance_score: 0.5 }] })
        : completed({ object: "list", model: "m", data: [{ object: "embedding", index: 0, embedding: [1, 2] }] })
    );
    const settings = { model: "m", worker: "infinity" } as const;
    const { embeddings } = await runpod.embedding("mine", settings).doEmbed({ values: ["a"] });
    const documents = { type: "text" as const, values: ["d"] };
    const { ranking } = await runpod.reranking("mine", settings).doRerank({ query: "q", documents });
    assertEquals([embeddings, ranking], [[[1, 2]], [{ index: 0, relevanceScore: 0.5 }]]);
    const [embed, rerank] = sent.map(({ body }) => body.input);
    assertEquals(embed, { model: "m", input: ["a"] });
    assertEquals(rerank, { model: "m", query: "q", docs: ["d"] });
  });
});

describe("a video worker by its name", () => {
  const CALL = { prompt: "A red apple", resolution: "848x480", seed: 3 } as const;

  it("mochi", async () => {
    const { input, warnings } = await videoCalls.inputFor("mine", CALL, { worker: "mochi" });
    assertFits(input, "mochi");
    assertEquals([input, warnings], [{ positive_prompt: "A red apple", width: 848, height: 480, seed: 3 }, []]);
    const film = () => new Response(bytesOf(atob(file("mp4"))));
    assertEquals((await filesOf("video", { result: `${S3}/a`, status: "DONE" }, {}, film)).files, [`${S3}/a`]);
  });

  it("vllm-omni", async () => {
    const { input, warnings } = await videoCalls.inputFor("mine", { ...CALL, duration: 5 }, { worker: "vllm-omni" });
    assertFits(input, "vllm-omni video");
    assertEquals([input, warnings], [
      { task: "video", prompt: "A red apple", seconds: 5, size: "848x480", seed: 3 },
      [],
    ]);
    const output = { data_b64: file("mp4"), content_type: "video/mp4", size_bytes: 60 };
    assertEquals((await filesOf("video", output)).files, [file("mp4")]);
  });
});

describe("a speech worker by its name", () => {
  it("bark", async () => {
    const { input, warnings } = await speechCalls.inputFor("mine", { voice: "v2/en_speaker_6" }, { worker: "bark" });
    assertFits(input, "bark");
    assertEquals([input, warnings], [{ text_prompt: "Hello", voice_preset: "v2/en_speaker_6" }, []]);
    const sound = wav("abcd");
    const { files } = await filesOf("speech", { audio_file_url: `${S3}/a.wav?X=1` }, {}, () => new Response(sound));
    assertEquals(files, [base64(sound)]);
  });

  it("vllm-omni", async () => {
    const { input, warnings } = await speechCalls.inputFor(
      "mine",
      { voice: "alloy", outputFormat: "pcm", speed: 1.2 },
      {
        worker: "vllm-omni",
      },
    );
    assertFits(input, "vllm-omni speech");
    const right = { task: "speech", input: "Hello", voice: "alloy", response_format: "pcm", speed: 1.2 };
    assertEquals([input, warnings], [right, []]);
    const output = { data_b64: file("pcm"), content_type: "audio/pcm", size_bytes: 60 };
    const { files, metadata } = await filesOf("speech", output);
    assertEquals([files, (metadata as { mediaType: string }).mediaType], [[file("pcm")], "audio/pcm"]);
  });
});

describe("a transcription worker by its name", () => {
  it("faster-whisper", async () => {
    const { input } = await transcriptionCalls.inputFor("mine", {
      timestampGranularities: ["word"],
      options: { language: "en", enable_vad: true },
    }, { worker: "faster-whisper", model: "turbo" });
    assertFits(input, "faster-whisper");
    assertEquals([input.model, input.word_timestamps], ["turbo", true]);
  });

  it("insanely-fast-whisper, whose answer is a text", async () => {
    const { input } = await transcriptionCalls.inputFor("mine", {
      options: { audio: "https://example.com/a.mp3" },
    }, { worker: "insanely-fast-whisper" });
    assertFits(input, "insanely-fast-whisper");
    assertEquals(input, { audio: "https://example.com/a.mp3", chunk_length: 30, batch_size: 24 });
    const { runpod } = capture(() => completed(" Four score."));
    const { text } = await runpod.transcription("mine", { worker: "insanely-fast-whisper" })
      .doGenerate({ audio: WAV, mediaType: "audio/wav" });
    assertEquals(text, "Four score.");
  });
});

describe("a worker by its name", () => {
  it("is refused where Runpod ships no such worker of the kind", () => {
    const { runpod } = capture(() => completed({}));
    for (const worker of ["bark", "toString", "sdxl2"]) {
      assertThrows(() => runpod.image("mine", { worker: worker as "sdxl" }), InvalidArgumentError, '"sdxl", "a1111"');
    }
  });

  it("is refused with a value that is not a name", () => {
    const { runpod } = capture(() => completed({}));
    assertThrows(() => runpod.image("mine", { worker: 5 as unknown as "sdxl" }), InvalidArgumentError, "worker");
  });
});

describe("a worker with keys of its own", () => {
  it("gets the settings of a call under them", async () => {
    const speech = await speechCalls.inputFor("mine", { voice: "af" }, { keys: { text: "text", voice: "speaker" } });
    assertEquals(speech.input, { text: "Hello", speaker: "af" });
    const image = await imageCalls.inputFor("mine", {
      prompt: "A red apple",
      size: "64x32",
      files: [{ type: "url", url: "https://example.com/a.png" }],
    }, { keys: { prompt: "text", image: "init_image", width: "w", height: "h" } });
    assertEquals(image.input, { text: "A red apple", w: 64, h: 32, init_image: "https://example.com/a.png" });
    const video = await videoCalls.inputFor("mine", { prompt: "x", duration: 5 }, { keys: { duration: "seconds" } });
    assertEquals(video.input, { prompt: "x", seconds: 5 });
  });

  it("has them beside those of a known worker or family", async () => {
    const { input } = await imageCalls.inputFor("mine", { prompt: "x", seed: 3 }, {
      worker: "sdxl",
      keys: { seed: "rng" },
    });
    assertEquals(input, { prompt: "x", rng: 3 });
    const family = { family: "pruna/p-image-t2i", keys: { prompt: "text" } } as const;
    assertEquals((await imageCalls.inputFor("mine", { prompt: "x" }, family)).input, { text: "x" });
    const { runpod } = capture(() => completed({}));
    const call = { ...IMAGE_CALL, prompt: "" };
    await assertRejects(
      async () => await runpod.image("mine", family).doGenerate(call),
      InvalidArgumentError,
      "prompt",
    );
  });

  it("gets options under the names that the caller gives them", async () => {
    const { input } = await speechCalls.inputFor("mine", { options: { prompt: "style" } }, { keys: { text: "text" } });
    assertEquals(input.prompt, "style");
  });

  it("gets any recording under the one key for recordings, unless there are two", async () => {
    const one = await transcriptionCalls.inputFor("mine", {}, { keys: { audio: "audio_file" } });
    assertEquals(one.input, { audio_file: `data:audio/wav;base64,${WAV_BASE64}` });
    const two = await transcriptionCalls.inputFor("mine", {}, { keys: { audio: "url", audio_base64: "content" } });
    assertEquals(two.input, { content: WAV_BASE64 });
  });

  it("is refused with keys that are not names", () => {
    const { runpod } = capture(() => completed({}));
    const keys = { text: 5 } as unknown as { text: string };
    assertThrows(() => runpod.speech("mine", { keys }), InvalidArgumentError, "keys");
    assert(runpod.speech("mine", { keys: {} }).modelId === "mine");
  });
});
