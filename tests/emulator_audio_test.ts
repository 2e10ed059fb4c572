import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { describe, it } from "node:test";
import {
  createRunpodEmulator,
  type EmulatedEndpoint,
  type RunpodEmulator,
  type RunpodEmulatorOptions,
} from "@runpod/ai-sdk-provider/testing";
import { api, call, type Json } from "./emulator_client.ts";
import { withVirtualTime } from "./virtual_time.ts";

const headers = { authorization: "Bearer rpa_test" };
const text = "Hello! Welcome to the “demonstration” [laugh]. It has two lines,\nand  odd spaces. Ünïcode?";

async function runsync(emulator: RunpodEmulator, endpoint: string, input: unknown): Promise<Json> {
  return (await call(emulator, `${endpoint}/runsync`, { input })).body;
}

async function download(emulator: RunpodEmulator, url: string) {
  const response = await emulator.fetch(url);
  assertEquals(response.status, 200);
  return { mediaType: response.headers.get("content-type"), bytes: new Uint8Array(await response.arrayBuffer()) };
}

const base64 = (bytes: Uint8Array) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
const ascii = (bytes: Uint8Array, start: number, length: number) =>
  String.fromCharCode(...bytes.subarray(start, start + length));

/** Speaks a text and downloads the file. */
async function spoken(emulator: RunpodEmulator, input: Json = { prompt: text }, endpoint = "chatterbox-turbo") {
  const { output } = await runsync(emulator, endpoint, input);
  return { url: output.audio_url as string, ...await download(emulator, output.audio_url) };
}

describe("speech workers", () => {
  it("write a WAV with the right length, and with the text in its comment", async () => {
    const { url, mediaType, bytes } = await spoken(createRunpodEmulator(), { prompt: "one two three" });
    assertMatch(url, /^https:\/\/audio\.runpod\.ai\/sync-[\w-]+\/output\.wav$/);
    assertEquals(mediaType, "audio/wav");
    assertEquals([ascii(bytes, 0, 4), ascii(bytes, 8, 4)], ["RIFF", "WAVE"]);
    const view = new DataView(bytes.buffer);
    assertEquals(view.getUint32(4, true), bytes.length - 8);
    const [channels, rate, bits] = [view.getUint16(22, true), view.getUint32(24, true), view.getUint16(34, true)];
    assertEquals([channels, rate, bits], [1, 24_000, 16]);
    assertStringIncludes(ascii(bytes, 0, 100), "INFOICMT");
    assertStringIncludes(ascii(bytes, 0, 100), "one two three");
    // Three words of 0.3 s.
    assertEquals(bytes.length - ascii(bytes, 0, 200).indexOf("data") - 8, 0.9 * 24_000 * 2);
  });

  it("write the requested format", async () => {
    const emulator = createRunpodEmulator();
    for (const [format, mediaType, signature] of [["flac", "audio/flac", "fLaC"], ["ogg", "audio/ogg", "OggS"]]) {
      const file = await spoken(emulator, { prompt: text, format });
      assertEquals([file.mediaType, ascii(file.bytes, 0, 4)], [mediaType, signature]);
      assert(file.url.endsWith(`/output.${format}`));
    }
    const mp3 = await spoken(emulator, { prompt: text }, "minimax-speech-02-hd");
    assertEquals([mp3.mediaType, ascii(mp3.bytes, 0, 3)], ["audio/mpeg", "ID3"]);
    assert(mp3.url.endsWith("/output.mp3"));
  });

  it("speak the same text in the same way, for a minute at most", async () => {
    const emulator = createRunpodEmulator();
    const bytes = async (prompt: string) => (await spoken(emulator, { prompt })).bytes;
    assertEquals(await bytes("a b"), await bytes("a b"));
    assert(String(await bytes("a b")) !== String(await bytes("a c")));
    assert((await bytes("word ".repeat(1000))).length < 61 * 48_000);
  });
});

describe("the worker for faster-whisper", () => {
  const options: RunpodEmulatorOptions = { endpoints: { ears: { worker: "transcription" } } };

  it("returns the spoken text, by URL and by base64", async () => {
    const emulator = createRunpodEmulator(options);
    for (const format of ["wav", "flac", "ogg"]) {
      const { url, bytes } = await spoken(emulator, { prompt: text, format });
      for (const input of [{ audio: url }, { audio_base64: base64(bytes) }]) {
        const { output } = await runsync(emulator, "ears", input);
        assertEquals(output.transcription, text);
      }
    }
  });

  it("answers in the worker's form", async () => {
    const emulator = createRunpodEmulator(options);
    const { url } = await spoken(emulator, { prompt: "First one. Then two!" });
    const plain = (await runsync(emulator, "ears", { audio: url, language: "fr", model: "turbo" })).output;
    assertEquals(Object.keys(plain).sort(), [
      "detected_language",
      "device",
      "model",
      "segments",
      "transcription",
      "translation",
    ]);
    assertEquals([plain.detected_language, plain.model, plain.translation], ["fr", "turbo", null]);
    const { tokens, ...segment } = plain.segments[1];
    assertEquals(segment, {
      id: 2,
      seek: 0,
      start: 0.6,
      end: 1.2,
      text: " Then two!",
      temperature: 0,
      avg_logprob: -0.25,
      compression_ratio: 1.25,
      no_speech_prob: 0.01,
    });
    assertEquals(tokens.length, 2);

    const all = (await runsync(emulator, "ears", {
      audio: url,
      transcription: "srt",
      translate: true,
      translation: "vtt",
      word_timestamps: true,
    })).output;
    assertEquals(
      all.transcription,
      "1\n00:00:00,000 --> 00:00:00,600\nFirst one.\n\n2\n00:00:00,600 --> 00:00:01,200\nThen two!\n\n",
    );
    assertEquals(
      all.translation,
      "00:00:00.000 --> 00:00:00.600\nFirst one.\n\n00:00:00.600 --> 00:00:01.200\nThen two!\n\n",
    );
    assertEquals(all.word_timestamps[3], { word: " two!", start: 0.9, end: 1.2 });
    const lines = (await runsync(emulator, "ears", { audio: url, transcription: "formatted_text" })).output;
    assertEquals(lines.transcription, "First one.\nThen two!");
  });

  it("returns one of its fixed texts for other recordings, the same one each time", async () => {
    const emulator = createRunpodEmulator(options);
    const hear = async (input: Json) => (await runsync(emulator, "ears", input)).output.transcription;
    const heard = await hear({ audio: "https://example.com/talk.mp3" });
    assert(heard.length > 10);
    assertEquals(await hear({ audio: "https://example.com/talk.mp3" }), heard);
    assert((await hear({ audio_base64: btoa("ID3 of a stranger") })).length > 10);
  });

  it("fails as the worker does", async () => {
    const emulator = createRunpodEmulator(options);
    const error = async (input: Json) => (await runsync(emulator, "ears", input)).error;
    assertEquals(await error({ model: "base" }), "Must provide either audio or audio_base64");
    assertEquals(
      await error({ audio: "https://example.com/a.mp3", audio_base64: "AAAA" }),
      "Must provide either audio or audio_base64, not both",
    );
    assertEquals(await error({ audio: "https://example.com/a.mp3", beam_size: "5", prompt: "x" }), [
      "beam_size should be <class 'int'> type, not <class 'str'>.",
      "Unexpected input. prompt is not a valid input option.",
    ]);
    assertStringIncludes(
      await error({ audio: "https://example.com/a.mp3", model: "huge" }),
      "Invalid model name: huge",
    );
    const url = "https://example.com/a.mp3";
    assertEquals(await error({ audio: url, beam_size: null, language: null }), [
      "beam_size should be <class 'int'> type, not <class 'NoneType'>.",
    ]);
    const raised: Array<[input: Json, type: string, message: string]> = [
      [{ audio_base64: "data:audio/wav;base64,AAAA" }, "binascii.Error", "Incorrect padding"],
      [
        { audio_base64: "AAAAA" },
        "binascii.Error",
        "number of data characters (5) cannot be 1 more than a multiple of 4",
      ],
      [
        { audio_base64: "AAAA" },
        "av.error.InvalidDataError",
        "[Errno 1094995529] Invalid data found when processing input",
      ],
      [
        { audio: `${url}`, language: "xx" },
        "ValueError",
        "'xx' is not a valid language code (accepted language codes: af",
      ],
      [{ audio: "https://audio.runpod.ai/gone/output.wav" }, "FileNotFoundError", "No such file or directory: 'None'"],
      [{ audio: "data:audio/wav;base64,AAAA" }, "SSRFError", "blocked URL scheme 'data'"],
      [
        { audio: "http://localhost:3000/a.wav" },
        "SSRFError",
        "host 'localhost' resolves to non-public address 127.0.0.1",
      ],
    ];
    for (const [input, type, message] of raised) {
      const { error_type, error_message } = JSON.parse(await error(input));
      assertStringIncludes(error_type, type);
      assertStringIncludes(error_message, message);
    }
    // Another endpoint's result is a file, but not one with sound.
    const { output } = await runsync(emulator, "qwen-image-t2i", { prompt: "a" });
    assertStringIncludes(await error({ audio: output.image_url }), "InvalidDataError");
  });

  it("hears nothing in silence, and writes unknown formats as plain text", async () => {
    const emulator = createRunpodEmulator(options);
    const wav = new Uint8Array(44 + 1000);
    wav.set(new TextEncoder().encode("RIFF????WAVEfmt "));
    wav.set(new TextEncoder().encode("data"), 36);
    const { output } = await runsync(emulator, "ears", { audio_base64: base64(wav) });
    assertEquals([output.segments, output.transcription], [[], ""]);
    const { url } = await spoken(emulator, { prompt: "First one. Then two!" });
    assertEquals(
      (await runsync(emulator, "ears", { audio: url, transcription: "odd" })).output.transcription,
      "First one. Then two!",
    );
  });
});

describe("the public Whisper endpoint", () => {
  it("returns the spoken text, by URL and by data URI, in both forms of output", async () => {
    for (
      const [behavior, keys] of [[{}, ["cost", "transcription"]], [{ outputKey: "result" }, [
        "cost",
        "duration",
        "language",
        "result",
        "segments",
      ]]] as Array<[RunpodEmulatorOptions["behavior"], string[]]>
    ) {
      const emulator = createRunpodEmulator({ behavior: {} });
      const other = createRunpodEmulator({ behavior });
      const { bytes, mediaType, url } = await spoken(emulator);
      const { output } = await runsync(other, "whisper-v3-large", {
        audio: `data:${mediaType};base64,${base64(bytes)}`,
        prompt: "",
      });
      assertEquals(Object.keys(output).sort(), keys);
      assertEquals(output.transcription ?? output.result, text);
      assertEquals((await runsync(emulator, "whisper-v3-large", { audio: url })).output.transcription, text);
    }
  });

  it("accepts M4A by its media type, and refuses undocumented inputs", async () => {
    const emulator = createRunpodEmulator();
    const errorOf = async (mediaType: string) =>
      (await runsync(emulator, "whisper-v3-large", { audio: `data:${mediaType};base64,AAAA`, prompt: "" })).error;
    assertEquals(/audio/.test(await errorOf("audio/webm") ?? ""), true);
    assertEquals(await errorOf("audio/mp4"), await errorOf("audio/mpeg"));
  });
});

describe("OpenAI-compatible audio servers", () => {
  const roots = {
    queue: `${api}/ears/openai/v1`,
    balancer: "https://ears.api.runpod.ai/v1",
    server: "http://localhost:8000/v1",
  };
  const open = () => {
    const ears: EmulatedEndpoint = { worker: "audio", models: ["whisper-1"] };
    return createRunpodEmulator({ endpoints: { ears, local: ears } });
  };

  async function say(emulator: RunpodEmulator, root: string, body: Json) {
    return await emulator.fetch(`${root}/audio/speech`, { method: "POST", headers, body: JSON.stringify(body) });
  }

  async function hear(emulator: RunpodEmulator, root: string, file: Uint8Array<ArrayBuffer>, fields: Json = {}) {
    const form = new FormData();
    form.append("model", "whisper-1");
    form.append("file", new Blob([file], { type: "audio/wav" }), "audio.wav");
    for (const [name, values] of Object.entries(fields)) {
      for (const value of [values].flat()) form.append(name, String(value));
    }
    const response = await emulator.fetch(`${root}/audio/transcriptions`, { method: "POST", headers, body: form });
    const body = await response.text();
    return { status: response.status, mediaType: response.headers.get("content-type"), body };
  }

  it("speak and transcribe on queues, load balancers and plain servers", async () => {
    for (const root of Object.values(roots)) {
      const emulator = open();
      const speech = await say(emulator, root, { model: "whisper-1", input: text, voice: "a", response_format: "wav" });
      assertEquals([speech.status, speech.headers.get("content-type")], [200, "audio/wav"]);
      const bytes = new Uint8Array(await speech.arrayBuffer());
      const heard = await hear(emulator, root, bytes);
      assertEquals(heard.mediaType, "application/json");
      assertEquals(JSON.parse(heard.body).text, text);
      assertEquals(emulator.requests.map(({ route }) => route), ["audio/speech", "audio/transcriptions"]);
      assert(emulator.requests[1].body instanceof FormData);
      const models = await emulator.fetch(`${root}/models`, { headers });
      assertEquals((await models.json()).data[0].id, "whisper-1");
    }
  });

  it("speak every format", async () => {
    const types = { mp3: "audio/mpeg", wav: "audio/wav", flac: "audio/flac", opus: "audio/ogg", pcm: "audio/pcm" };
    for (const [response_format, mediaType] of Object.entries(types)) {
      const emulator = open();
      const speech = await say(emulator, roots.balancer, {
        model: "whisper-1",
        input: text,
        voice: "a",
        response_format,
      });
      assertEquals(speech.headers.get("content-type"), mediaType);
      const heard = await hear(emulator, roots.balancer, new Uint8Array(await speech.arrayBuffer()));
      assertEquals(JSON.parse(heard.body).text === text, response_format !== "pcm");
    }
  });

  it("transcribe into every format", async () => {
    const emulator = open();
    const input = "First one. Then two!";
    const speech = await say(emulator, roots.server, { model: "whisper-1", input, voice: "a" });
    const bytes = new Uint8Array(await speech.arrayBuffer());
    const ask = (fields: Json) => hear(emulator, roots.server, bytes, fields);
    assertEquals((await ask({ response_format: "text" })).body, `${input}\n`);
    assertMatch((await ask({ response_format: "srt" })).body, /^1\n00:00:00,000 --> 00:00:00,600\nFirst one\.\n\n2\n/);
    const vtt = await ask({ response_format: "vtt" });
    assertMatch(vtt.body, /^WEBVTT\n\n00:00:00\.000 --> 00:00:00\.600\nFirst one\.\n\n/);
    assertEquals(vtt.mediaType, "text/plain; charset=utf-8");
    const verbose = JSON.parse((await ask({ response_format: "verbose_json", language: "en" })).body);
    assertEquals([verbose.text, verbose.language, verbose.duration, verbose.segments.length, verbose.words], [
      input,
      "en",
      1.2,
      2,
      undefined,
    ]);
    const timed = JSON.parse(
      (await ask({ response_format: "verbose_json", "timestamp_granularities[]": ["word", "segment"] })).body,
    );
    assertEquals([timed.words[3], timed.segments.length], [{ word: "two!", start: 0.9, end: 1.2 }, 2]);
  });

  it("take the configured time, with an upload too", () =>
    withVirtualTime(async (clock) => {
      const emulator = createRunpodEmulator({
        endpoints: { ears: { worker: "audio", models: "any", runMillis: 5000 } },
      });
      const heard = await hear(emulator, roots.balancer, new Uint8Array(300_000));
      assertEquals([heard.status, clock.elapsed()], [200, 5000]);
    }));

  it("refuse what they do not support", async () => {
    const emulator = open();
    const bytes = new Uint8Array(8);
    const other = await hear(emulator, roots.balancer, bytes, { response_format: "docx" });
    assertEquals([other.status, JSON.parse(other.body).error.type], [400, "BadRequestError"]);
    const model = await say(emulator, roots.balancer, { model: "x", input: "a", voice: "a" });
    const { message } = (await model.json()).error;
    assertEquals([model.status, message.startsWith("The model `x` does not exist. Valid aliases: ")], [404, true]);
    const voxtral = createRunpodEmulator({ endpoints: { ears: { worker: "audio", models: "any" } } });
    const form = new FormData();
    form.set("model", "mistralai/Voxtral-Mini-3B");
    form.set("response_format", "verbose_json");
    form.set("file", new Blob([bytes]), "a.wav");
    const timed = await voxtral.fetch(`${roots.balancer}/audio/transcriptions`, {
      method: "POST",
      headers,
      body: form,
    });
    assertEquals([timed.status, (await timed.json()).error.message], [
      400,
      "Currently do not support verbose_json for mistralai/Voxtral-Mini-3B",
    ]);
    const aac = await say(emulator, roots.balancer, {
      model: "whisper-1",
      input: "a",
      voice: "a",
      response_format: "aac",
    });
    assertEquals(aac.status, 400);
    await aac.body?.cancel();
    // Behind the queue a refusal is a failed job.
    const queued = await say(emulator, roots.queue, { model: "x", input: "a" });
    const job = await queued.json();
    assertEquals([queued.status, job.status], [500, "FAILED"]);
    // Other workers do not have these routes.
    const chat = createRunpodEmulator({ endpoints: { ears: { worker: "chat", models: ["whisper-1"] } } });
    assertEquals((await hear(chat, roots.balancer, bytes)).status, 404);
  });
});
