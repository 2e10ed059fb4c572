/** Transcription models: jobs of any worker, and the route of OpenAI-compatible servers. */
import { APICallError, InvalidArgumentError, type JSONObject } from "@ai-sdk/provider";
import {
  createRunpod,
  RunpodJobError,
  type RunpodKnownTranscriptionModelId,
  type RunpodTranscriptionCall,
  type RunpodTranscriptionModelSettings,
} from "@runpod/ai-sdk-provider";
import type { RunpodEmulatorOptions } from "@runpod/ai-sdk-provider/testing";
import { generateSpeech, RetryError, transcribe } from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { assertSpyCallArg, assertSpyCalls, spy } from "@std/testing/mock";
import { assertType, type IsExact } from "@std/testing/types";
import { completed } from "./answers.ts";
import {
  assertNoOutput,
  FAILING_OUTPUT_FUNCTIONS,
  featuresOf,
  overridden,
  type TranscriptionCall,
  transcriptionCalls,
} from "./calls.ts";
import { capture, KEY } from "./capture.ts";
import { pagesOf } from "./documented.ts";
import { emulate, operationsOf, statesOf } from "./emulated.ts";
import { failure } from "./faults.ts";
import { base64, bytesOf, PNG, WAV, WAV_BASE64 } from "./files.ts";
import { abortAfter, settled, withVirtualTime } from "./virtual_time.ts";

const PAGES = pagesOf("transcription");

const WHISPER = "pruna/whisper-v3-large";
const BALANCER = "https://ears.api.runpod.ai/v1";
const URL_ = "https://example.com/talk.mp3";
const TEXT = "Hello! Welcome to the “demonstration” [laugh]. Ünïcode, and two lines?\nThe second one.";

/** The beginning of an M4A. */
const M4A = bytesOf("\0\0\0\x20ftypM4A \0\0\0\0M4A mp42");

const { inputFor } = transcriptionCalls;
const refusal = (modelId: string, call: TranscriptionCall) =>
  transcriptionCalls.refusal(modelId, call, { model: "whisper-1" });

/** The transcript that is read from an output. */
async function resultOf(output: unknown, settings?: RunpodTranscriptionModelSettings) {
  const { runpod } = capture(() => completed(output));
  return await transcribe({ model: runpod.transcription("abc", settings), audio: WAV });
}

const EARS: RunpodEmulatorOptions = {
  endpoints: {
    ears: { worker: "transcription" },
    server: { worker: "audio", models: ["whisper-1", "other"] },
    local: { worker: "audio", models: ["whisper-1"] },
  },
};

/** An emulator that refuses undocumented input, and a provider on it. */
const emulateStrictly = (options: RunpodEmulatorOptions = {}) =>
  emulate({ ...EARS, behavior: { undocumentedInput: "refused" }, ...options });

/** The ids that editors complete. */
const IDS = [WHISPER] as const;
assertType<IsExact<(typeof IDS)[number], RunpodKnownTranscriptionModelId>>(true);

describe("every documented transcription model", () => {
  it("is known by all its names, and no other model is", async () => {
    for (const { id, aliases, endpoint } of PAGES) {
      for (const name of [id, endpoint, ...aliases]) {
        const { url, warnings, isDeprecated } = await inputFor(name);
        assertEquals(new URL(url).pathname, `/v2/${endpoint}/runsync`, name);
        // The documentation has dropped its page.
        assertEquals([warnings, isDeprecated], [[], true]);
      }
    }
    assertEquals(PAGES.map(({ id }) => id).sort(), [...IDS].sort());
  });

  for (const { id, exampleInput, exampleOutput } of PAGES) {
    it(`${id}: sends the documented example key for key, which the emulator accepts`, async () => {
      const { emulator, runpod } = emulateStrictly();
      const { prompt } = exampleInput;
      const { text, warnings } = await transcribe({
        model: runpod.transcription(id),
        audio: new URL(String(exampleInput.audio)),
        providerOptions: { runpod: { prompt } },
      });
      assertEquals(emulator.requests.map(({ body }) => body), [{ input: exampleInput }]);
      assert(text.length > 10);
      assertEquals(featuresOf(warnings), ["deprecated"]);
    });

    it(`${id}: sends nothing but what the caller sets`, async () => {
      const { input } = await inputFor(id, { options: { maxPollAttempts: 3, timeoutMillis: 9000 } });
      assertEquals(input, { audio: `data:audio/wav;base64,${WAV_BASE64}` });
    });

    it(`${id}: reads the documented output`, async () => {
      const { runpod } = capture(() => Response.json(exampleOutput));
      const { text, segments, words, language, durationInSeconds, providerMetadata } = await transcribe({
        model: runpod.transcription(id),
        audio: WAV,
      });
      const { output, id: jobId, workerId, delayTime, executionTime } = exampleOutput;
      assertEquals(text, output.transcription);
      assertEquals([segments, words, language, durationInSeconds], [[], undefined, undefined, undefined]);
      assertEquals(providerMetadata.runpod, {
        jobId,
        endpoint: "whisper-v3-large",
        workerId,
        delayTimeMillis: delayTime,
        executionTimeMillis: executionTime,
        cost: output.cost,
      });
    });
  }

  it("Whisper is sent the audio and the prompt under their documented names, and read from transcription or result", async () => {
    for (const outputKey of ["documented", "result"] as const) {
      const { emulator, runpod } = emulateStrictly({ behavior: { undocumentedInput: "refused", outputKey } });
      const { audio } = await generateSpeech({
        model: runpod.speech("chatterbox-turbo"),
        text: TEXT,
      });
      const { text, segments, language } = await transcribe({
        model: runpod.transcription(WHISPER),
        audio: audio.uint8Array,
        providerOptions: { runpod: { prompt: "A demonstration" } },
      });
      assertEquals(text, TEXT);
      assertEquals([segments.length > 0, language], outputKey === "result" ? [true, "en"] : [false, undefined]);
      const { input } = emulator.requests.at(-1)!.body as { input: JSONObject };
      assertEquals(Object.keys(input).sort(), ["audio", "prompt"]);
      assertEquals(String(input.audio).slice(0, 22), "data:audio/wav;base64,");
    }
  });
});

describe("a transcription request", () => {
  it("has the audio as the worker for faster-whisper expects it: a URL as it is, anything else as base64", async () => {
    const cases: Array<[call: TranscriptionCall, input: JSONObject]> = [
      [{ audio: WAV }, { audio_base64: WAV_BASE64 }],
      [{ audio: WAV_BASE64 }, { audio_base64: WAV_BASE64 }],
      [{ audio: `data:audio/wav;base64,${WAV_BASE64}` }, { audio_base64: WAV_BASE64 }],
      [{ audio: URL_ }, { audio: URL_ }],
      [{ audio: new Uint8Array(), options: { audio: URL_ } }, { audio: URL_ }],
      [{ audio: "", options: { audio: `data:audio/wav;base64,${WAV_BASE64}` } }, { audio_base64: WAV_BASE64 }],
      [{ audio: "", options: { audio_base64: WAV_BASE64 } }, { audio_base64: WAV_BASE64 }],
      // Base64 with line breaks, and in the other alphabet.
      [{ audio: "UklGRiQAAABX\nQVZF" }, { audio_base64: "UklGRiQAAABXQVZF" }],
      [{ audio: "__sUxP-_" }, { audio_base64: "//sUxP+/" }],
    ];
    for (const [call, input] of cases) {
      const { input: sent, warnings } = await inputFor("abc123", call);
      assertEquals([sent, warnings], [input, []], JSON.stringify(call.options));
    }
  });

  it("has the URL that transcribe is given, without a download", async () => {
    const { emulator, runpod } = emulateStrictly();
    const { text } = await transcribe({ model: runpod.transcription("ears"), audio: new URL(URL_) });
    assert(text.length > 10);
    assertEquals(emulator.requests.map(({ body }) => body), [{ input: { audio: URL_ } }]);
  });

  it("has the audio of the options where there is other audio too, with a warning", async () => {
    const { input, warnings } = await inputFor("abc123", { options: { audio: URL_ } });
    assertEquals([input, warnings], [{ audio: URL_ }, overridden("audio", "audio")]);
    const both = await inputFor("abc123", { audio: "", options: { audio: URL_, audio_base64: WAV_BASE64 } });
    assertEquals([both.input, both.warnings], [
      { audio: URL_ },
      overridden("providerOptions.runpod.audio_base64", "audio"),
    ]);
  });

  it("has data URIs with the type of the first bytes, or else the type of the call", async () => {
    const ogg = bytesOf("OggS\0\x02" + "\0".repeat(20));
    const unknown = bytesOf("nothing known at all");
    const cases: Array<[audio: Uint8Array, mediaType: string, written: string]> = [
      [WAV, "audio/wav", "audio/wav"],
      // The SDK says "audio/wav" of every file that it does not know.
      [ogg, "audio/wav", "audio/ogg"],
      [M4A, "audio/mp4", "audio/mp4"],
      [M4A, "video/mp4", "video/mp4"],
      [unknown, "audio/x-unheard-of", "audio/x-unheard-of"],
      [unknown, "audio/*", "application/octet-stream"],
      [unknown, "", "application/octet-stream"],
    ];
    for (const [audio, mediaType, written] of cases) {
      const { input } = await inputFor(WHISPER, { audio, mediaType });
      assertEquals(input.audio, `data:${written};base64,${base64(audio)}`);
    }
  });

  it("is refused with audio that is empty or unreadable, and with other files", async () => {
    const cases: Array<[call: TranscriptionCall, argument: string, says: string]> = [
      [{ audio: new Uint8Array() }, "audio", "the audio is empty"],
      [{ audio: "" }, "audio", "the audio is empty"],
      [{ audio: "data:audio/wav;base64," }, "audio", "the audio is empty"],
      [{ audio: "data:audio/wav,RIFF" }, "audio", "the data URI is not in base64"],
      [{ audio: "talk.mp3" }, "audio", "neither bytes nor base64"],
      [{ audio: "AAAAA" }, "audio", "neither bytes nor base64"],
      [{ audio: PNG }, "audio", '"image/png" is neither audio nor video'],
      [{ audio: bytesOf("%PDF-1.7 and more of it"), mediaType: "audio/wav" }, "audio", '"application/pdf" is neither'],
      [{ mediaType: "text/plain" }, "audio", '"text/plain" is neither audio nor video'],
      [{ audio: `data:image/gif;base64,${WAV_BASE64}` }, "audio", '"image/gif" is neither audio nor video'],
      [{ options: { audio: "data:audio/wav;base64,?" } }, "providerOptions.runpod.audio", "neither bytes nor base64"],
      [{ options: { audio: "data:," } }, "providerOptions.runpod.audio", "the data URI is not in base64"],
      [{ options: { audio_base64: "" } }, "providerOptions.runpod.audio_base64", "the audio is empty"],
    ];
    for (const modelId of ["abc123", BALANCER, WHISPER]) {
      for (const [call, argument, says] of cases) {
        // The rule of a documented option has its own message.
        if (modelId === WHISPER && call.options?.audio) continue;
        const error = await refusal(modelId, call);
        assertEquals(error.argument, argument, says);
        assertStringIncludes(error.message, `Cannot transcribe with "${modelId}": `);
        assertStringIncludes(error.message, says);
      }
    }
  });

  it("is refused with options of the wrong type, and the error shows no megabytes of a file", async () => {
    const { message, argument } = await refusal(WHISPER, { options: { audio: "A".repeat(1_000_000) } });
    assertEquals(argument, "providerOptions.runpod.audio");
    assertStringIncludes(message, "… is not a URL or a base64 data URI");
    assert(message.length < 1000);
    assertStringIncludes((await refusal(WHISPER, { options: { prompt: 5 } })).message, "5 is not a string");
    const unreadable = await refusal(WHISPER, { options: { audio: "data:," } });
    assertEquals(unreadable.argument, "providerOptions.runpod.audio");
  });

  it("asks the worker for word timestamps, unless the option says otherwise", async () => {
    const timestampGranularities = ["word", "segment"] as Array<"word" | "segment">;
    assertEquals((await inputFor("abc123", { timestampGranularities })).input.word_timestamps, true);
    const off = await inputFor("abc123", { timestampGranularities, options: { word_timestamps: false } });
    assertEquals(off.input.word_timestamps, false);
    assertEquals(off.warnings, overridden("timestampGranularities", "word_timestamps"));
    for (const none of [["segment" as const], []]) {
      assertEquals((await inputFor("abc123", { timestampGranularities: none })).input, { audio_base64: WAV_BASE64 });
    }
  });

  it("to an unknown endpoint has options of any type, and the name of a model", async () => {
    const options = { language: "en", enable_vad: true, prompt: [1, null], model: "turbo" };
    assertEquals((await inputFor("whisper-like", { options })).input, { audio_base64: WAV_BASE64, ...options });
    const named = await inputFor("abc123", {}, { model: "large-v3" });
    assertEquals(named.input, { audio_base64: WAV_BASE64, model: "large-v3" });
    assertEquals(featuresOf((await inputFor(WHISPER, {}, { model: "turbo" })).warnings), ["model"]);
  });

  it("goes through /runsync where /run is too small for it, and is refused above 20 MB", async () => {
    const { emulator, runpod } = emulate(EARS, { onJobUpdate: () => {} });
    const model = runpod.transcription("ears");
    const recording = (size: number) => {
      const bytes = new Uint8Array(size);
      // The worker refuses what does not begin as sound does, here as MP3.
      bytes.set([0x49, 0x44, 0x33]);
      return bytes;
    };
    await transcribe({ model, audio: recording(1_000_000) });
    await transcribe({ model, audio: recording(9_000_000) });
    // What /run does not take goes through /runsync, although the id is wanted at once.
    assertEquals(operationsOf(emulator), ["run", "status-sync", "runsync"]);
    const error = await refusal("ears", { audio: new Uint8Array(16_000_000) });
    assertStringIncludes(error.message, "larger than the 20 MB that Runpod accepts; send files as URLs");
  });
});

describe("a transcription model on a custom worker", () => {
  it("sends the input of the given family to its own endpoint", async () => {
    const { input, url } = await inputFor("abc123", { audio: URL_ }, { family: WHISPER });
    assertEquals([input, new URL(url).pathname], [{ audio: URL_ }, "/v2/abc123/runsync"]);
    await assertRejects(
      () => inputFor("abc123", {}, { family: "mine" as typeof WHISPER }),
      InvalidArgumentError,
      `Cannot use "mine" as a family of transcription models: it is not one of "${WHISPER}"`,
    );
  });

  it("sends what a function makes of the whole call, and reads what another finds in the output", async () => {
    const write = spy(({ audio }: RunpodTranscriptionCall) => Promise.resolve({ file: audio }));
    const { runpod, sent } = capture(() => completed({ data: { heard: "Hello" } }));
    const model = runpod.transcription("abc123", {
      input: write,
      output: (output) => (output as { data: { heard: string } }).data.heard,
    });
    const { text, warnings } = await transcribe({
      model,
      audio: WAV,
      timestampGranularities: ["word"],
      providerOptions: { runpod: { beam_size: 2, timeoutMillis: 60_000 } },
    });
    assertEquals([text, featuresOf(warnings)], ["Hello", ["timestampGranularities"]]);
    const audio = `data:audio/wav;base64,${WAV_BASE64}`;
    assertEquals(sent[0].body.input, { file: audio });
    assertSpyCalls(write, 1);
    assertSpyCallArg(write, 0, 0, {
      audio,
      timestampGranularities: ["word"],
      options: { beam_size: 2 },
      input: { word_timestamps: true, beam_size: 2 },
    });
    await transcribe({ model, audio: new URL(URL_) });
    assertEquals(sent[1].body.input, { file: URL_ });
  });

  it("has no output where the output function finds none, or throws", async () => {
    for (const output of FAILING_OUTPUT_FUNCTIONS) {
      const error = await assertRejects(() => resultOf({ text: "Hello" }, { output }), RunpodJobError);
      assertEquals([error.kind, error.job.output, error.isRetryable], ["no-output", { text: "Hello" }, false]);
    }
  });
});

describe("a transcription result", () => {
  const segments = [
    { text: "First one.", startSecond: 0, endSecond: 0.6 },
    { text: "Then two!", startSecond: 0.6, endSecond: 1.2 },
  ];
  const whisperSegments = [{ id: 1, start: 0, end: 0.6, text: " First one." }, {
    id: 2,
    start: 0.6,
    end: 1.2,
    text: " Then two!",
  }];
  const SRT = "1\n00:00:00,000 --> 00:00:00,600\nFirst one.\n\n2\n00:00:00,600 --> 00:00:01,200\nThen two!\n\n";
  const VTT =
    "WEBVTT\n\nNOTE made by hand\n\nfirst\n00:00.000 --> 00:00.600 align:start\nFirst one.\n\n00:00:00.600 --> 00:00:01.200\nThen\ntwo!\n";

  it("of the worker for faster-whisper has all that the worker returns", async () => {
    const { runpod } = emulateStrictly();
    const { audio } = await generateSpeech({
      model: runpod.speech("chatterbox-turbo"),
      text: "First one. Then two!",
    });
    const { text, words, language, durationInSeconds, providerMetadata, responses, ...result } = await transcribe({
      model: runpod.transcription("ears"),
      audio: audio.uint8Array,
      timestampGranularities: ["word", "segment"],
      providerOptions: { runpod: { language: "fr", translate: true } },
    });
    assertEquals([text, language, durationInSeconds, result.warnings], [
      "First one. Then two!",
      "fr",
      undefined,
      [],
    ]);
    assertEquals(result.segments, segments);
    assertEquals(words?.[3], { text: "two!", startSecond: 0.9, endSecond: 1.2 });
    assertEquals(providerMetadata.runpod.translation, "First one. Then two!");
    assertEquals(providerMetadata.runpod.endpoint, "ears");
    assertStringIncludes(JSON.stringify(responses[0]), "avg_logprob");
  });

  it("in the form of subtitles is the text alone, with the subtitles in the metadata", async () => {
    const { runpod } = emulateStrictly();
    const { audio } = await generateSpeech({ model: runpod.speech("chatterbox-turbo"), text: "First one. Then two!" });
    for (const format of ["srt", "vtt"]) {
      const result = await transcribe({
        model: runpod.transcription("ears"),
        audio: audio.uint8Array,
        providerOptions: { runpod: { transcription: format, translate: true, translation: format } },
      });
      assertEquals([result.text, result.segments], ["First one. Then two!", segments]);
      const { subtitles, translation } = result.providerMetadata.runpod;
      assertEquals([subtitles, translation], format === "srt" ? [SRT, SRT] : [SRT, SRT].map(() => vttOf(SRT)));
    }
    const lines = await transcribe({
      model: runpod.transcription("ears"),
      audio: audio.uint8Array,
      providerOptions: { runpod: { transcription: "formatted_text" } },
    });
    assertEquals([lines.text, lines.providerMetadata.runpod.subtitles], ["First one.\nThen two!", undefined]);
  });

  const SHAPES: Record<string, unknown> = {
    "the worker's own": { transcription: "First one. Then two!", segments: whisperSegments, detected_language: "en" },
    "the text under text": { text: " First one. Then two! ", segments: whisperSegments, language: "en" },
    "the text under result": { result: "First one. Then two!", segments: whisperSegments, language: "en" },
    "an object under result": { result: { text: "First one. Then two!", segments: whisperSegments, language: "en" } },
    "segments without a text": { segments: whisperSegments, language: "en" },
    "an object in a list": [{ text: "First one. Then two!", segments: whisperSegments, language: "en" }],
    "chunks with timestamps": {
      text: "First one. Then two!",
      chunks: [{ timestamp: [0, 0.6], text: " First one." }, { timestamp: [0.6, 1.2], text: " Then two!" }],
      language: "en",
    },
    "SubRip": { transcription: SRT, language: "en" },
    "SubRip with carriage returns": { transcription: SRT.replaceAll("\n", "\r\n"), language: "en" },
    "WebVTT": { transcription: VTT, language: "en" },
    "times as texts": {
      text: "First one. Then two!",
      segments: whisperSegments.map((segment) => ({ ...segment, start: `${segment.start}`, end: `${segment.end}` })),
      language: "en",
    },
  };
  for (const [name, output] of Object.entries(SHAPES)) {
    it(`is read from ${name}`, async () => {
      const result = await resultOf(output);
      assertEquals([result.text, result.segments, result.language], ["First one. Then two!", segments, "en"]);
    });
  }

  it("is read from a text alone, and from a list of texts or of segments", async () => {
    assertEquals((await resultOf("Hello there")).text, "Hello there");
    assertEquals((await resultOf(["Hello", "there"])).text, "Hello there");
    assertEquals((await resultOf(whisperSegments)).segments, segments);
    assertEquals((await resultOf(VTT)).providerMetadata.runpod.subtitles, VTT);
  });

  it("has words under any of their names, and the duration and usage of the output", async () => {
    const words = [{ word: " First", start: 0, end: 0.3 }, { word: " one." }, { word: "two", start: 1, end: 1.5 }];
    const expected = [{ text: "First", startSecond: 0, endSecond: 0.3 }, {
      text: "two",
      startSecond: 1,
      endSecond: 1.5,
    }];
    for (
      const output of [
        { text: "First one. two", words },
        { text: "First one. two", word_timestamps: words },
        { segments: [{ text: "First one.", words: words.slice(0, 2) }, { text: "two", words: words.slice(2) }] },
      ]
    ) {
      const result = await resultOf({ ...output, duration: "1.5", usage: { seconds: 2 } });
      assertEquals([result.text, result.words, result.durationInSeconds], ["First one. two", expected, 1.5]);
    }
    const { runpod } = capture(() => completed({ text: "a", usage: { seconds: 2 } }));
    const { usage } = await runpod.transcription("abc").doGenerate({ audio: WAV, mediaType: "audio/wav" });
    assertEquals(usage, { seconds: 2 });
  });

  it("of silence is an empty text, not an error", async () => {
    for (
      const output of [
        { transcription: "", segments: [], detected_language: "en" },
        { text: " " },
        { segments: [] },
        "",
        "WEBVTT\n",
      ]
    ) {
      const { text, segments } = await resultOf(output);
      assertEquals([text, segments], ["", []]);
    }
  });

  it("is an error with the output when it holds no text", async () => {
    for (
      const output of [undefined, null, {}, { status: "ok" }, { text: null }, { text: 5 }, [], 5, [{ a: 1 }, { b: 2 }]]
    ) {
      await assertNoOutput(() => resultOf(output), output);
    }
  });

  it("is an error when the output is one", async () => {
    const error = await assertRejects(
      () => resultOf({ error: "ffmpeg could not read the file" }),
      RunpodJobError,
      'Cannot transcribe with "abc": job "sync-1-u1" completed with an error: ffmpeg could not read the file',
    );
    assertEquals(error.kind, "failed");
  });

  it("has a warning for requested timestamps that are missing", async () => {
    const { runpod } = capture(() => completed({ text: "Hello" }));
    const timestampGranularities = ["word", "segment"] as Array<"word" | "segment">;
    const { warnings } = await transcribe({ model: runpod.transcription("abc"), audio: WAV, timestampGranularities });
    assertEquals(
      warnings.map((warning) => warning.type === "unsupported" ? warning.details : ""),
      ["the answer has no times of words", "the answer has no times of segments"],
    );
  });
});

describe("a transcription job", () => {
  it("that fails ends with its reason, and runs once", async () => {
    const { emulator, runpod } = emulateStrictly();
    const error = await assertRejects(
      () =>
        transcribe({
          model: runpod.transcription("ears"),
          audio: new URL(URL_),
          providerOptions: { runpod: { beam_size: "5" } },
        }),
      RunpodJobError,
      "beam_size should be <class 'int'> type",
    );
    assertEquals([error.kind, emulator.jobs.length], ["failed", 1]);
  });

  it("ends at once with the abort reason, and is cancelled", async () => {
    await withVirtualTime(async (clock) => {
      const { emulator, runpod } = emulateStrictly({ timing: { runMillis: 200_000 } });
      const { abortSignal, reason } = abortAfter(95_000);
      const call = () => transcribe({ model: runpod.transcription("ears"), audio: WAV, abortSignal });
      assertEquals(await assertRejects(call), reason);
      assertEquals(clock.elapsed(), 95_000);
      await settled(100_000);
      assertEquals([statesOf(emulator), clock.hasTimers()], [["CANCELLED"], false]);
    });
  });

  it("is waited for as long as the options say", async () => {
    await withVirtualTime(async (clock) => {
      const { runpod } = emulateStrictly({ timing: { coldStartMillis: Infinity } });
      const error = await assertRejects(
        () =>
          transcribe({
            model: runpod.transcription("ears"),
            audio: WAV,
            providerOptions: { runpod: { timeoutMillis: 120_000 } },
          }),
        RunpodJobError,
        "was still waiting for a worker (IN_QUEUE) after 120 s",
      );
      assertEquals([error.kind, clock.elapsed()], ["deadline", 120_000]);
    });
  });

  it("is continued by its id, without the audio, whatever the transport", async () => {
    const { emulator, runpod } = emulateStrictly();
    const { id } = await runpod.endpoint("ears").run({ audio: URL_ });
    for (const transport of ["queue", "openai"] as const) {
      for (const audio of [new Uint8Array(), new URL(URL_)]) {
        const { text, providerMetadata, warnings } = await transcribe({
          model: runpod.transcription("ears", { transport }),
          audio,
          timestampGranularities: ["word"],
          providerOptions: { runpod: { jobId: id } },
        });
        assert(text.length > 10);
        assertEquals([providerMetadata.runpod.jobId, emulator.jobs.length], [id, 1]);
        // Missing timestamps have a warning all the same.
        assertEquals(featuresOf(warnings), ["timestampGranularities"]);
      }
    }
  });
});

describe("an OpenAI-compatible server's transcript", () => {
  const answer = (body: unknown = { text: "Hello" }) => capture(() => Response.json(body));
  const server = (runpod: ReturnType<typeof createRunpod>, modelId = BALANCER) =>
    runpod.transcription(modelId, { model: "whisper-1", ...(modelId === BALANCER ? {} : { transport: "openai" }) });

  it("is what any speech model said, on every transport", async () => {
    const baseURL = "http://localhost:8000/v1";
    const { emulator, runpod } = emulate(EARS);
    const local = createRunpod({ apiKey: KEY, fetch: emulator.fetch, baseURL });
    const speakers = [
      runpod.speech("chatterbox-turbo"),
      runpod.speech("minimax-speech-02-hd"),
      runpod.speech("server", { transport: "openai" }),
      runpod.speech("https://server.api.runpod.ai/v1"),
      local.speech("whisper-1"),
    ];
    const listeners = [
      runpod.transcription("ears"),
      runpod.transcription(WHISPER),
      runpod.transcription("server", { transport: "openai" }),
      runpod.transcription("https://server.api.runpod.ai"),
      local.transcription("whisper-1"),
    ];
    for (const speaker of speakers) {
      const { audio } = await generateSpeech({ model: speaker, text: TEXT });
      for (const model of listeners) {
        assertEquals((await transcribe({ model, audio: audio.uint8Array })).text, TEXT);
        assertEquals((await transcribe({ model, audio: audio.base64 })).text, TEXT);
      }
    }
    const urls = emulator.requests.map(({ url }) => url).filter((url) => url.endsWith("/audio/transcriptions"));
    assertEquals([...new Set(urls)].sort(), [
      "http://localhost:8000/v1/audio/transcriptions",
      "https://api.runpod.ai/v2/server/openai/v1/audio/transcriptions",
      "https://server.api.runpod.ai/v1/audio/transcriptions",
    ]);
  });

  it("is requested with a form of the file and what is set", async () => {
    const { runpod, sent } = answer();
    const { warnings } = await transcribe({
      model: server(runpod),
      audio: WAV,
      headers: { "content-type": "application/json", "x-team": "search" },
      providerOptions: {
        runpod: { language: "en", temperature: 0.5, vad_filter: true, include: ["logprobs"], timeoutMillis: 5 },
      },
    });
    const { body, headers, url } = sent[0] as { body: FormData; headers: Headers; url: string };
    assertEquals(url, `${BALANCER}/audio/transcriptions`);
    const { file, ...fields } = Object.fromEntries(body) as Record<string, string> & { file: File };
    assertEquals(
      fields,
      {
        model: "whisper-1",
        response_format: "verbose_json",
        language: "en",
        temperature: "0.5",
        vad_filter: "true",
        "include[]": "logprobs",
      } as unknown as typeof fields,
    );
    // Bun reads the type from the name.
    assert(["audio/wav", "audio/x-wav"].includes(file.type), file.type);
    assertEquals([file.name, new Uint8Array(await file.arrayBuffer())], ["audio.wav", WAV]);
    assert(/^multipart\/form-data; boundary=/.test(headers.get("content-type")!), "the runtime's own content type");
    assertEquals([headers.get("x-team"), headers.get("authorization")], ["search", `Bearer ${KEY}`]);
    assertEquals(featuresOf(warnings), ["providerOptions.runpod.timeoutMillis"]);
  });

  it("is requested with a file name of the right type", async () => {
    for (
      const [audio, mediaType, name] of [
        [M4A, "audio/mp4", "audio.m4a"],
        [bytesOf("fLaC" + "\0".repeat(30)), "", "audio.flac"],
        [bytesOf("nothing known at all"), "application/octet-stream", "audio.wav"],
      ] as Array<[Uint8Array, string, string]>
    ) {
      const { runpod, sent } = answer();
      await server(runpod).doGenerate({ audio, mediaType });
      assertEquals(((sent[0].body as FormData).get("file") as File).name, name);
    }
  });

  it("has timestamps of words and segments where they are requested", async () => {
    const { emulator, runpod } = emulateStrictly();
    const model = runpod.transcription("https://server.api.runpod.ai/v1", { model: "whisper-1" });
    const { audio } = await generateSpeech({ model: runpod.speech("chatterbox-turbo"), text: "First one. Then two!" });
    for (const granularity of [undefined, "segment", "word"] as const) {
      const result = await transcribe({
        model,
        audio: audio.uint8Array,
        ...(granularity ? { timestampGranularities: [granularity] } : {}),
      });
      assertEquals([result.segments.length, result.words?.length], [2, granularity === "word" ? 4 : undefined]);
      assertEquals([result.language, result.durationInSeconds, result.warnings], ["en", 1.2, []]);
      const form = emulator.requests.at(-1)!.body as FormData;
      assertEquals(
        form.getAll("timestamp_granularities[]"),
        granularity ? [...new Set([granularity, "segment"])] : [],
      );
    }
    const { warnings } = await transcribe({
      model,
      audio: audio.uint8Array,
      timestampGranularities: ["word"],
      providerOptions: { runpod: { response_format: "json" } },
    });
    assertEquals([...new Set(featuresOf(warnings))], ["timestampGranularities"]);
    assertEquals((emulator.requests.at(-1)!.body as FormData).has("timestamp_granularities[]"), false);
    for (const granularity of ["segment", "word"] as const) {
      const { warnings } = await transcribe({
        model,
        audio: audio.uint8Array,
        timestampGranularities: [granularity],
        providerOptions: { runpod: { timestamp_granularities: ["word"] } },
      });
      const isOverridden = warnings.some(({ type }) => type === "other");
      assertEquals(isOverridden, granularity === "segment");
      if (isOverridden) {
        assertEquals(warnings[0], overridden("timestampGranularities", "timestamp_granularities")[0]);
      }
      assertEquals((emulator.requests.at(-1)!.body as FormData).getAll("timestamp_granularities[]"), ["word"]);
    }
  });

  it("is read in every format", async () => {
    const { runpod } = emulateStrictly();
    const { audio } = await generateSpeech({ model: runpod.speech("chatterbox-turbo"), text: "First one. Then two!" });
    for (const transport of ["https://server.api.runpod.ai/v1", "server"]) {
      const model = runpod.transcription(transport, { transport: "openai", model: "whisper-1" });
      for (const [format, count] of Object.entries({ json: 0, text: 0, srt: 2, vtt: 2, verbose_json: 2 })) {
        const { text, segments, providerMetadata } = await transcribe({
          model,
          audio: audio.uint8Array,
          providerOptions: { runpod: { response_format: format } },
        });
        assertEquals([text, segments.length], ["First one. Then two!", count], format);
        const { subtitles } = providerMetadata.runpod as { subtitles?: string };
        assertEquals(subtitles?.includes("-->") ?? false, format === "srt" || format === "vtt");
      }
    }
    // Text that is valid JSON.
    const { runpod: odd } = capture(() => new Response("42\n", { headers: { "content-type": "text/plain" } }));
    const providerOptions = { runpod: { response_format: "text" } };
    assertEquals((await transcribe({ model: server(odd), audio: WAV, providerOptions })).text, "42");
  });

  it("of a URL is of the file that the SDK downloads, because the route accepts files alone", async () => {
    const { runpod, sent } = answer();
    const { text } = await transcribe({
      model: server(runpod),
      audio: new URL(URL_),
      // The download of the SDK has no network here.
      download: () => Promise.resolve({ data: WAV, mediaType: "audio/wav" }),
    });
    assertEquals([text, sent.length], ["Hello", 1]);
    const model = server(runpod);
    assertEquals(await model.doGenerateFromUrl?.({ audio: new URL(URL_) }), undefined);
    const error = await refusal(BALANCER, { options: { audio: URL_ } });
    assertStringIncludes(error.message, "pass the URL as the audio of transcribe, which downloads it");
  });

  it("is an error when the answer is one, whatever its status; it has the fields and not the bytes", async () => {
    const html = new Headers({ "content-type": "text/html" });
    const cases: Array<[answer: () => Response, says: string, isRetryable: boolean]> = [
      [() => Response.json({ error: { message: "bad format" } }, { status: 400 }), "bad format (HTTP 400)", false],
      [() => Response.json({ detail: "Not Found" }, { status: 404 }), 'serves a model named "whisper-1"', false],
      [() => Response.json({ error: "too large" }, { status: 413 }), "send less", false],
      [() => Response.json({ error: "busy" }, { status: 503 }), "busy (HTTP 503)", true],
      [() => Response.json({ id: "1-u1", status: "FAILED", error: "CUDA" }, { status: 500 }), "CUDA", false],
      [() => Response.json({ object: "error", message: "no such model", code: 404 }), "no such model", false],
      [() => Response.json({ error: "bad format" }), "bad format (HTTP 200)", false],
      [() => Response.json({ status: "ok" }), 'expected a transcript, got "{"status":"ok"}"', false],
      [() => new Response("<title>Login</title>", { headers: html }), "expected a transcript, got", false],
      [() => new Response(""), "expected a transcript, got an empty body", false],
    ];
    for (const [answer, says, isRetryable] of cases) {
      const { runpod } = capture(answer);
      const error = await assertRejects(
        () => server(runpod).doGenerate({ audio: WAV, mediaType: "audio/wav" }),
        APICallError,
        says,
      );
      assertEquals([error.isRetryable, RunpodJobError.isInstance(error)], [isRetryable, false], says);
      assertStringIncludes(error.message, `Cannot transcribe with "${BALANCER}"`);
      assertEquals(error.requestBodyValues, {
        model: "whisper-1",
        response_format: "verbose_json",
        file: `${WAV.length} bytes of audio/wav`,
      });
    }
  });

  it("is retried by the SDK after a transient error, with the whole form", async () => {
    await withVirtualTime(async () => {
      const { runpod, sent } = capture((_, index) =>
        index === 0 ? failure(503, "busy") : Response.json({ text: "Hello" })
      );
      assertEquals((await transcribe({ model: server(runpod), audio: WAV })).text, "Hello");
      assertEquals(sent.map(({ body }) => ((body as FormData).get("file") as File).size), [WAV.length, WAV.length]);
      const { runpod: gone } = capture(() => failure(503, "busy"));
      const error = await assertRejects(() => transcribe({ model: server(gone), audio: WAV }));
      assert(RetryError.isInstance(error));
    });
  });

  it("is waited for where the gateway answers with the job of a cold worker", async () => {
    await withVirtualTime(async () => {
      const { runpod } = capture(({ url }) =>
        url.includes("/status/")
          ? completed([{ text: "Hello", language: "en" }], { id: "1-u1" })
          : Response.json({ id: "1-u1", status: "IN_QUEUE" })
      );
      const { text, language } = await transcribe({ model: server(runpod, "ears"), audio: WAV });
      assertEquals([text, language], ["Hello", "en"]);
    });
  });

  it("ends at once with the abort reason", async () => {
    await withVirtualTime(async (clock) => {
      const { runpod } = emulateStrictly({ endpoints: { ears: { worker: "audio", runMillis: 60_000 } } });
      const { abortSignal, reason } = abortAfter(5000);
      const model = runpod.transcription(BALANCER, { model: "emulated/audio-model" });
      assertEquals(await assertRejects(() => transcribe({ model, audio: WAV, abortSignal })), reason);
      assertEquals(clock.elapsed(), 5000);
    });
  });

  it("is refused with options and settings that only jobs have", async () => {
    assertStringIncludes((await refusal(BALANCER, { options: { jobId: "1" } })).message, "without a job queue");
    assertStringIncludes((await refusal(BALANCER, { options: { stream: true } })).message, "read whole");
    const { runpod } = answer();
    for (const settings of [{ family: WHISPER }, { input: () => ({}) }, { output: () => "" }] as const) {
      const error = assertThrows(() => runpod.transcription(BALANCER, settings), InvalidArgumentError);
      assertEquals(error.argument, Object.keys(settings)[0]);
    }
  });

  it("has no key in its errors", async () => {
    const { runpod } = capture(() => Promise.reject(new TypeError(`refused Bearer ${KEY}`)));
    const error = await assertRejects(
      () => server(runpod).doGenerate({ audio: WAV, mediaType: "audio/wav" }),
      APICallError,
    );
    assertEquals(error.message.includes(KEY), false);
  });
});

/** WebVTT as the worker for faster-whisper writes it: without its first line and without numbers. */
function vttOf(srt: string): string {
  return srt.replace(/^\d+\n/gm, "").replace(/(\d),(\d{3})/g, "$1.$2");
}
