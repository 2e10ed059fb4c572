/** Which files of a worker's output are the result: real outputs of workers, and others of their kinds. */
import { RunpodJobError } from "@runpod/ai-sdk-provider";
import { describe, it } from "node:test";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { base64, bytesOf } from "./files.ts";
import { file, filesOf, type MediaKind, wav } from "./marked_files.ts";

const [PNG1, PNG2, JPEG, WEBP, GIF, MP4, MP4_2, WEBM, MP3, PCM] = [
  file("png", 1),
  file("png", 2),
  file("jpeg"),
  file("webp"),
  file("gif"),
  file("mp4", 1),
  file("mp4", 2),
  file("webm"),
  file("mp3"),
  file("pcm", 9),
];
const S3 = "https://s3.example.com/b/11-25/job";

/** Whatever is downloaded is this file. */
const downloaded = () => new Response(bytesOf(atob(PNG2)));

type Row = [name: string, kind: MediaKind, output: unknown, right: string[]];

const FOUND: Record<string, Row[]> = {
  "a list beats its own first element": [
    ["image_url beside images", "image", { images: [PNG1, PNG2], image_url: PNG1, seed: 1 }, [PNG1, PNG2]],
    ["image before images", "image", { image: PNG1, images: [PNG1, PNG2] }, [PNG1, PNG2]],
    ["as data URIs", "image", {
      image_url: `data:image/png;base64,${PNG1}`,
      images: [PNG1, PNG2].map((data) => `data:image/png;base64,${data}`),
    }, [PNG1, PNG2]],
    ["video beside videos", "video", {
      video: `${S3}/a.mp4?X-Amz-Signature=1`,
      videos: [
        `${S3}/a.mp4?X-Amz-Signature=2`,
        `${S3}/b.mp4?X-Amz-Signature=3`,
      ],
    }, [`${S3}/a.mp4?X-Amz-Signature=2`, `${S3}/b.mp4?X-Amz-Signature=3`]],
    ["the same list twice", "image", { images: [PNG1, PNG2], output: { images: [PNG1, PNG2] } }, [PNG1, PNG2]],
    ["the same file twice in one list is two files", "image", { images: [PNG1, PNG1] }, [PNG1, PNG1]],
    ["objects of a list", "image", [{ image: PNG1, seed: 1 }, { image: PNG2, seed: 2 }], [PNG1, PNG2]],
  ],
  "a file of another kind is not the result": [
    ["ComfyUI's film after a frame", "video", {
      images: [
        { filename: "a.png", type: "base64", data: PNG1 },
        { filename: "b.mp4", type: "base64", data: MP4_2 },
      ],
    }, [MP4_2]],
    ["ComfyUI's film after a frame, in a bucket", "video", {
      images: [
        { filename: "a.png", type: "s3_url", data: `${S3}/a.png?X-Amz-Signature=1` },
        { filename: "b.mp4", type: "s3_url", data: `${S3}/b.mp4?X-Amz-Signature=2` },
      ],
    }, [`${S3}/b.mp4?X-Amz-Signature=2`]],
    ["ComfyUI's frame before a film", "image", {
      images: [
        { filename: "a.png", type: "base64", data: PNG1 },
        { filename: "b.mp4", type: "base64", data: MP4_2 },
      ],
    }, [PNG1]],
    ["a thumbnail as WebP", "video", { thumbnail: WEBP, video_b64: MP4_2, filename: "x.mp4" }, [MP4_2]],
    ["a picture under a key of any name", "video", { shot: JPEG, film_b64: WEBM }, [WEBM]],
    ["an animated preview", "video", { preview: GIF, result: MP4 }, [MP4]],
    ["an animated picture under a key of its own", "video", { gif: `${S3}/a.gif`, video_url: `${S3}/a` }, [`${S3}/a`]],
    ["the sound beside a film", "video", { audio_url: `${S3}/a.mp3`, url: `${S3}/a.mp4` }, [`${S3}/a.mp4`]],
    ["the cover beside a song", "speech", { cover: PNG1, song: MP3 }, [MP3]],
    ["a film without an ending in its URL, by its name", "video", {
      files: [{ name: "a.png", url: `${S3}/1` }, { name: "a.webm", url: `${S3}/2` }],
    }, [`${S3}/2`]],
    ["a film whose type is declared", "video", {
      files: [{ mime_type: "image/png", url: `${S3}/1` }, { mime_type: "video/mp4", url: `${S3}/2` }],
    }, [`${S3}/2`]],
    ["a film whose type is a word", "video", {
      outputs: [{ type: "image", url: `${S3}/1` }, { type: "video", url: `${S3}/2` }],
    }, [`${S3}/2`]],
    ["sound in a container of films", "speech", { image: PNG1, audio: file("m4a") }, [file("m4a")]],
  ],
  "a preview, an echo of the input or metadata is not the result": [
    ["a preview of the same kind", "image", { preview: PNG2, image: PNG1 }, [PNG1]],
    ["the input", "image", { input: { image: PNG2 }, output: { image: PNG1 } }, [PNG1]],
    ["the mask", "image", { mask_image: PNG2, result: PNG1 }, [PNG1]],
    ["the voice to clone", "speech", { reference_audio: `${S3}/voice.wav`, audio: MP3 }, [MP3]],
    ["a page", "video", { docs_url: "https://example.com/docs", clip: MP4 }, [MP4]],
    ["a page and a URL without an ending", "video", {
      model_url: "https://example.com/model",
      status_url: "https://example.com/status/1",
      video_url: `${S3}/a`,
    }, [`${S3}/a`]],
  ],
  "an address that cannot be reached yields to the same file inline": [
    ["Fooocus", "image", [{
      base64: PNG1,
      finish_reason: "SUCCESS",
      seed: "1",
      url: "http://127.0.0.1:8888/files/a.png",
    }], [
      PNG1,
    ]],
    ["a URL that is gone", "image", { image_url: `${S3}/gone.png`, image: PNG1 }, [PNG1]],
    ["a film behind a private URL", "video", { video_url: "http://10.0.0.1/a.mp4", video: MP4 }, [MP4]],
    ["a URL whose base64 has an unknown key", "image", { image_url: `${S3}/gone.png`, bytes_: PNG1 }, [PNG1]],
    ["one list of each", "image", { urls: [`${S3}/gone1.png`, `${S3}/gone2.png`], images: [PNG1, PNG2] }, [PNG1, PNG2]],
  ],
  "a URL is found whatever its key": [
    ["image_urls", "image", { image_urls: [`${S3}/a.png`] }, [PNG2]],
    ["presigned_url", "image", { presigned_url: `${S3}/b` }, [PNG2]],
    ["a key of any name, by the ending", "video", { clip_location: `${S3}/a.mp4` }, [`${S3}/a.mp4`]],
    ["camel case", "video", { outputVideoUrl: `${S3}/a` }, [`${S3}/a`]],
  ],
  "files are found wherever they are": [
    ["in JSON text", "image", JSON.stringify({ images: [PNG1] }), [PNG1]],
    ["in JSON text under a key", "image", { result: JSON.stringify([{ image: PNG1 }]) }, [PNG1]],
    ["in lists of lists", "image", [[{ images: [PNG1] }], [{ images: [PNG2] }]], [PNG1, PNG2]],
    ["by names of their own", "image", { images: { cat: PNG1, dog: PNG2 } }, [PNG1, PNG2]],
    ["as fal writes them", "video", { video: { url: `${S3}/a`, content_type: "video/mp4", file_name: "a.mp4" } }, [
      `${S3}/a`,
    ]],
    ["as OpenAI writes them", "image", { created: 1, data: [{ b64_json: PNG1 }, { b64_json: PNG2 }] }, [PNG1, PNG2]],
    ["as base64 with line breaks", "image", { image: PNG1.replace(/.{20}/g, "$&\n") }, [PNG1]],
    ["as base64 in the alphabet for URLs", "image", {
      image: file("png", 254).replaceAll("+", "-").replaceAll("/", "_"),
    }, [
      file("png", 254),
    ]],
  ],
  "a declared type counts where the bytes tell nothing": [
    ["a media type", "speech", { data_b64: PCM, content_type: "audio/pcm", size_bytes: 60 }, [PCM]],
    ["a format", "speech", { success: true, audio_base64: PCM, text: "Hello", format: "pcm", model: "kokoro" }, [PCM]],
    ["a format with its rate", "speech", { audio: PCM, output_format: "pcm_24000" }, [PCM]],
    ["a name", "image", { images: [{ filename: "a.bmp", type: "base64", data: PCM }] }, [PCM]],
  ],
};

describe("the files of a worker's output", () => {
  for (const [rule, rows] of Object.entries(FOUND)) {
    for (const [name, kind, output, right] of rows) {
      it(`${rule}: ${name}`, async () => {
        const answer = (url: string) => url.includes("gone") ? undefined : downloaded();
        const { files } = await filesOf(kind, output, {}, answer);
        assertEquals(files, right);
      });
    }
  }

  const NONE: Array<[name: string, kind: MediaKind, output: unknown, says: string]> = [
    ["only an image", "video", { image: PNG1 }, "its files are image/png, not video"],
    ["only a film", "image", { video_url: `${S3}/a.mp4` }, "its files are video/mp4, not image"],
    ["only a film, for speech", "speech", { url: `${S3}/a.mp4` }, "its files are video/mp4, not audio"],
    ["only a preview", "image", { preview: PNG1 }, "without an output"],
    ["only the input", "image", { input: { image: PNG1 } }, "without an output"],
    ["only a page", "image", { docs_url: "https://example.com/docs" }, "without an output"],
    ["only a page under a key that names the kind", "image", { image_model_url: "https://example.com/m" }, "without"],
    ["only an archive", "image", { url: `${S3}/a.zip` }, "without an output"],
    [
      "sound of no known format in pieces",
      "speech",
      [{ status: "ok", audio: PCM }, { audio: PCM }],
      'setting "output"',
    ],
    ["a number for a file", "image", { images: [1, 2] }, "without an output"],
  ];
  for (const [name, kind, output, says] of NONE) {
    it(`are not what else is there: ${name}`, async () => {
      const error = await assertRejects(async () => await filesOf(kind, output), RunpodJobError, says);
      assertEquals([error.kind, error.isRetryable], ["no-output", false]);
      assertStringIncludes(error.message, "error.job.output");
    });
  }
});

describe("what the setting output points at is taken as it says", () => {
  const POINTED: Array<[name: string, kind: MediaKind, output: Record<string, unknown>, right: string[]]> = [
    ["raw sound", "speech", { it: PCM }, [PCM]],
    ["a picture of no known format", "image", { it: PCM }, [PCM]],
    ["a list of them", "image", { it: [PCM, file("pcm", 4)] }, [PCM, file("pcm", 4)]],
    ["a picture in a data URI", "image", { it: `data:image/x-tga;base64,${PCM}` }, [PCM]],
    ["an object with the format", "speech", { it: { audio: PCM, format: "pcm" } }, [PCM]],
    ["a preview that is wanted", "image", { it: PNG1, preview: PNG2 }, [PNG1]],
    ["one kind out of a list of all", "video", { it: [PNG1, MP4] }, [MP4]],
  ];
  for (const [name, kind, output, right] of POINTED) {
    it(name, async () => {
      const { files } = await filesOf(kind, output, { output: (output) => (output as { it: unknown }).it });
      assertEquals(files, right);
    });
  }

  it("with the media type that is declared beside it", async () => {
    const outputs = [{ audio_base64: PCM, format: "pcm" }, { result: { audio_base64: PCM, mime: "audio/pcm" } }];
    for (const output of outputs) {
      const select = (output: unknown) => {
        const { result, audio_base64 } = output as { result?: { audio_base64: string }; audio_base64: string };
        return result?.audio_base64 ?? audio_base64;
      };
      const { metadata } = await filesOf("speech", output, { output: select });
      assertEquals((metadata as { mediaType?: string }).mediaType, "audio/pcm");
    }
  });

  it("but not where it is a word, or was cut", async () => {
    for (const it of ["done", PCM.slice(0, -3), `${PCM}=${PCM}`]) {
      const call = async () => await filesOf("speech", { it }, { output: (output) => (output as { it: unknown }).it });
      const error = await assertRejects(call, RunpodJobError);
      assertEquals(error.kind, "no-output");
    }
  });
});

describe("a file is whole or not returned", () => {
  it("is an error where base64 was cut, joined or mixed with something else", async () => {
    const outputs: Array<[MediaKind, unknown]> = [
      ["image", { images: [{ filename: "a.png", type: "base64", data: PNG1.slice(0, 41) }] }],
      ["image", { image: PNG1.slice(0, 50) }],
      ["image", { image: `${PNG1.slice(0, 40)}%%${PNG1.slice(42)}` }],
      ["video", { video: `${MP4.slice(0, 30)} … ${MP4.slice(30)}` }],
      ["speech", { audio: `${base64(wav("abc"))}${base64(wav("def"))}` }],
      ["speech", [{ audio: base64(wav("abcd")).slice(0, 40) + "A" }]],
      ["image", { images: [PNG1, PNG2.slice(0, 50)] }],
    ];
    for (const [kind, output] of outputs) {
      const error = await assertRejects(async () => await filesOf(kind, output), RunpodJobError, "was cut");
      assertEquals([error.kind, error.jobId], ["no-output", "sync-1-u1"]);
    }
  });

  it("yields to its URL where its base64 was cut", async () => {
    const { files } = await filesOf("image", { image: PNG1.slice(0, 50), url: `${S3}/a.png` }, {}, downloaded);
    assertEquals(files, [PNG2]);
  });

  it("is an error where a sound came in pieces of which only the first is a file", async () => {
    const pieces = [base64(wav("ab".repeat(20))), base64(bytesOf("cd".repeat(20)))].map((audio) => ({ audio }));
    const error = await assertRejects(async () => await filesOf("speech", pieces), RunpodJobError, "no known format");
    assertEquals(error.kind, "no-output");
  });

  it("warns of what failed beside it", async () => {
    const outputs: unknown[] = [
      { images: [PNG1], errors: ["Workflow execution error: Node Type: KSampler"] },
      [{ image: PNG1 }, { error: "Workflow execution error: Node Type: KSampler" }],
      { images: [PNG1], error: { message: "Workflow execution error: Node Type: KSampler" } },
    ];
    for (const output of outputs) {
      const { files, warnings } = await filesOf("image", output);
      const message = "The job completed in part: Workflow execution error: Node Type: KSampler";
      assertEquals([files, warnings], [[PNG1], [{ type: "other", message }]]);
    }
  });

  it("has no warning where nothing failed", async () => {
    const beside = { errors: [], error: null, message: "Completed without errors", status: "success" };
    for (const more of [beside, { error: "" }, { error: "None" }, { error: false }]) {
      assertEquals((await filesOf("image", { images: [PNG1], ...more })).warnings, []);
    }
  });
});

describe("sound that comes in pieces", () => {
  it("is joined where all are WAV files of one format", async () => {
    const outputs = [
      ["abcd", "efgh", "ij"].map((samples) => ({ audio: base64(wav(samples)) })),
      { audio: ["abcd", "efgh", "ij"].map((samples) => base64(wav(samples))) },
      // Silence may be twice in it.
      ["ab", "cd", "ef", "gh", "ij"].map((samples) => base64(wav(samples))),
    ];
    for (const output of outputs) {
      const { files, warnings } = await filesOf("speech", output);
      assertEquals(files, [base64(wav("abcdefghij"))]);
      assertEquals(warnings.length, 1);
    }
    const silence = [{ audio: base64(wav("00")) }, { audio: base64(wav("00")) }];
    assertEquals((await filesOf("speech", silence)).files, [base64(wav("0000"))]);
  });

  it("is refused where the WAV files have different rates, or cannot be read", async () => {
    const outputs = [
      [wav("ab", 8000), wav("ab", 16_000)],
      [wav("ab"), wav("ab").slice(0, 20)],
    ];
    for (const files of outputs) {
      const output = files.map((audio) => ({ audio: base64(audio) }));
      await assertRejects(async () => await filesOf("speech", output), RunpodJobError, "cannot be joined");
    }
  });

  it("is joined where it has no header, and is what the caller points at", async () => {
    const output = [{ audio: PCM }, { audio: file("pcm", 7) }, { status: "completed" }];
    const select = (output: unknown) => (output as Array<{ audio?: string }>).flatMap(({ audio }) => audio ?? []);
    const { files } = await filesOf("speech", output, { output: select });
    assertEquals(files, [base64(bytesOf(atob(PCM) + atob(file("pcm", 7))))]);
  });
});
