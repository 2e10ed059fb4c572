/** Speech models: jobs of public and own endpoints, and the route of OpenAI-compatible servers. */
import { APICallError, InvalidArgumentError, type JSONObject } from "@ai-sdk/provider";
import {
  RunpodJobError,
  type RunpodKnownSpeechModelId,
  type RunpodSpeechCall,
  type RunpodSpeechModelSettings,
} from "@runpod/ai-sdk-provider";
import type { RunpodEmulatorOptions } from "@runpod/ai-sdk-provider/testing";
import { generateSpeech, RetryError } from "ai";
import { describe, it } from "node:test";
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { assertSpyCallArg, assertSpyCalls, spy } from "@std/testing/mock";
import { assertType, type IsExact } from "@std/testing/types";
import { brokenBody, completed } from "./answers.ts";
import {
  assertNoOutput,
  FAILING_OUTPUT_FUNCTIONS,
  featuresOf,
  overridden,
  type SpeechCall,
  speechCalls,
} from "./calls.ts";
import { capture, type Sent } from "./capture.ts";
import { pagesOf } from "./documented.ts";
import { emulate, operationsOf, statesOf } from "./emulated.ts";
import { base64, bytesOf, WAV, WAV_BASE64 } from "./files.ts";
import { abortAfter, settled, withVirtualTime } from "./virtual_time.ts";

const PAGES = pagesOf("speech");

const CHATTERBOX = "resembleai/chatterbox-turbo";
const MINIMAX = "minimax/speech-02-hd";
const URL_ = "https://audio.example.com/output.wav";

/** The beginning of an MP3 with a tag before its sound, and of one without. */
const TAGGED_MP3 = bytesOf("ID3\x04\0\0\0\0\x01\0" + "\0".repeat(128) + "\xff\xfb\x90");
const MP3 = bytesOf("\xff\xf3\x14\xc4" + "\0".repeat(32));

const { inputFor, refusal } = speechCalls;

/** An emulator that refuses undocumented input, and a provider on it. */
const emulateStrictly = (options: RunpodEmulatorOptions = {}) =>
  emulate({ behavior: { undocumentedInput: "refused" }, ...options });

/** The call whose input is the documented one. */
function callFor({ prompt, voice, voice_id, speed, format, ...options }: JSONObject): SpeechCall {
  return {
    text: prompt as string,
    voice: (voice ?? voice_id) as string,
    speed: speed as number | undefined,
    outputFormat: format as string | undefined,
    options,
  };
}

/** The ids that editors complete. */
const IDS = [MINIMAX, CHATTERBOX] as const;
assertType<IsExact<(typeof IDS)[number], RunpodKnownSpeechModelId>>(true);

describe("every documented speech model", () => {
  it("is known by all its names, and no other model is", async () => {
    for (const { id, aliases, endpoint } of PAGES) {
      for (const name of [id, endpoint, ...aliases]) {
        const { url, warnings } = await inputFor(name, { language: "en" });
        assertEquals([new URL(url).pathname, featuresOf(warnings)], [`/v2/${endpoint}/runsync`, ["language"]], name);
      }
    }
    assertEquals(PAGES.map(({ id }) => id).sort(), [...IDS].sort());
  });

  for (const { id, exampleInput, exampleOutput } of PAGES) {
    it(`${id}: sends the documented example key for key, which the emulator accepts`, async () => {
      const { input, warnings } = await inputFor(id, callFor(exampleInput));
      assertEquals([input, warnings], [exampleInput, []]);
      const { emulator, runpod } = emulateStrictly();
      const { options = {}, ...call } = callFor(exampleInput);
      const { audio } = await generateSpeech({
        model: runpod.speech(id),
        text: "",
        ...call,
        providerOptions: { runpod: options },
      });
      assertEquals([statesOf(emulator), audio.mediaType.split("/")[0]], [
        ["COMPLETED"],
        "audio",
      ]);
    });

    it(`${id}: sends nothing but what the caller sets`, async () => {
      const { input, warnings } = await inputFor(id, { options: { maxPollAttempts: 3, timeoutMillis: 9000 } });
      assertEquals([input, warnings], [{ prompt: "Hello" }, []]);
    });

    it(`${id}: reads the documented output, without sending the key to its host`, async () => {
      const { runpod, sent } = capture(({ method }) =>
        method === "GET"
          ? new Response("not a sound, but bytes", { headers: { "content-type": "audio/x-unheard-of" } })
          : Response.json(exampleOutput)
      );
      const { audio, providerMetadata } = await runpod.speech(id).doGenerate({ text: "Hello" });
      assertEquals(audio, new TextEncoder().encode("not a sound, but bytes"));
      const { output, delayTime, executionTime, id: jobId, workerId } = exampleOutput;
      const url = String(output.audio_url);
      assertEquals(providerMetadata, {
        runpod: {
          url,
          audioUrl: url,
          jobId,
          endpoint: new URL(sent[0].url).pathname.split("/")[2],
          workerId,
          delayTimeMillis: delayTime,
          executionTimeMillis: executionTime,
          cost: output.cost,
        },
      });
      assertEquals([sent[1].url, sent[1].headers.get("authorization")], [url, null]);
    });
  }
});

describe("a speech request", () => {
  it("to Chatterbox has the output format and the options, and waits for a cold start", async () => {
    await withVirtualTime(async () => {
      const { emulator, runpod } = emulateStrictly({ timing: { coldStartMillis: 200_000 } });
      for (const outputFormat of ["wav", "flac", "ogg"]) {
        const { audio, warnings } = await generateSpeech({
          model: runpod.speech(CHATTERBOX),
          text: "Line one\nand two",
          outputFormat,
          providerOptions: { runpod: { voice_url: "https://example.com/voice.wav" } },
        });
        assertEquals([audio.mediaType, audio.format, warnings], [`audio/${outputFormat}`, outputFormat, []]);
      }
      const { input } = emulator.requests[0].body as { input: JSONObject };
      const voice_url = "https://example.com/voice.wav";
      assertEquals(input, { prompt: "Line one\nand two", format: "wav", voice_url });
      assert(operationsOf(emulator).includes("status-sync"));
    });
  });

  it("to Chatterbox may have the former name of the voice to clone", async () => {
    const { input } = await inputFor(CHATTERBOX, { options: { voiceUrl: "https://example.com/voice.wav" } });
    assertEquals(input, { prompt: "Hello", voice_url: "https://example.com/voice.wav" });
  });

  it("does not have settings that the model does not have, with warnings", async () => {
    const all = { voice: "lucy", outputFormat: "wav", speed: 1.5, language: "en", instructions: "Whisper" };
    const chatterbox = await inputFor(CHATTERBOX, all);
    assertEquals(chatterbox.input, { prompt: "Hello", voice: "lucy", format: "wav" });
    assertEquals(
      chatterbox.warnings,
      ["speed", "language", "instructions"].map((setting) => ({
        type: "unsupported",
        feature: setting,
        details: `"${CHATTERBOX}" takes no ${setting}`,
      })),
    );
    const minimax = await inputFor(MINIMAX, all);
    assertEquals(minimax.input, { prompt: "Hello", voice_id: "lucy", speed: 1.5 });
    assertEquals(featuresOf(minimax.warnings), ["outputFormat", "language", "instructions"]);
  });

  it("has an option in place of a setting, with a warning where the two differ", async () => {
    const { input, warnings } = await inputFor(CHATTERBOX, { voice: "lucy", options: { voice: "walter" } });
    assertEquals([input.voice, warnings], ["walter", overridden("voice", "voice")]);
    const same = await inputFor(CHATTERBOX, { voice: "lucy", options: { voice: "lucy" } });
    assertEquals([same.input.voice, same.warnings], ["lucy", []]);
  });

  it("has undocumented values, with warnings", async () => {
    const { input, warnings } = await inputFor(CHATTERBOX, { voice: "bob", outputFormat: "mp3" });
    assertEquals(input, { prompt: "Hello", voice: "bob", format: "mp3" });
    const messages = warnings.map((warning) => warning.type === "other" ? warning.message : "");
    assertStringIncludes(messages[0], `voice "bob" is sent as it is, but "${CHATTERBOX}" documents "aaron", "abigail"`);
    assertStringIncludes(messages[1], 'documents "wav", "flac", "ogg"');
    const minimax = await inputFor(MINIMAX, { speed: 9, options: { emotion: "bored", pitch: -12, volume: 0.5 } });
    assertEquals(minimax.input, { prompt: "Hello", speed: 9, emotion: "bored", pitch: -12, volume: 0.5 });
    assertEquals(minimax.warnings.length, 1);
  });

  it("is refused with options of the wrong type, and the error names option, value and what is allowed", async () => {
    const wrong: Array<[modelId: string, option: string, value: JSONObject[string], allowed: string]> = [
      [CHATTERBOX, "voice_url", "voice.wav", "a URL or a base64 data URI"],
      [CHATTERBOX, "voiceUrl", "voice.wav", "a URL or a base64 data URI"],
      [CHATTERBOX, "format", {}, "a string or a number"],
      [MINIMAX, "volume", "loud", "a number"],
      [MINIMAX, "english_normalization", "yes", "true or false"],
      [MINIMAX, "voice_id", 5, "a string"],
      [MINIMAX, "timeoutMillis", "1m", "a number of milliseconds"],
    ];
    for (const [modelId, option, value, allowed] of wrong) {
      const { message, argument } = await refusal(modelId, { options: { [option]: value } });
      assertEquals(argument, `providerOptions.runpod.${option}`);
      assertStringIncludes(message, `${JSON.stringify(value)} is not ${allowed}`);
    }
  });

  it("is refused with an empty text or a speed that is not above 0, on every transport", async () => {
    for (const modelId of [CHATTERBOX, "abc123", "https://abc123.api.runpod.ai/v1"]) {
      for (const text of ["", " \n\t"]) {
        const error = await refusal(modelId, { text });
        assertEquals(
          [error.argument, error.message],
          ["text", `Cannot generate speech with "${modelId}": the text is empty`],
        );
      }
      for (const speed of [0, -1, NaN, Infinity]) assertEquals((await refusal(modelId, { speed })).argument, "speed");
    }
  });

  it("to an unknown endpoint has the names of the public ones", async () => {
    const call = { voice: "a", outputFormat: "mp3", speed: 1.5, language: "en", instructions: "Whisper" };
    const { input, warnings } = await inputFor("my-minimax-tts", { ...call, options: { exaggeration: [0.7, null] } });
    assertEquals(input, {
      prompt: "Hello",
      voice: "a",
      format: "mp3",
      speed: 1.5,
      language: "en",
      instructions: "Whisper",
      exaggeration: [0.7, null],
    });
    assertEquals(warnings, []);
    assertEquals((await inputFor("abc123", {}, { model: "kokoro" })).input, { prompt: "Hello", model: "kokoro" });
    assertEquals(featuresOf((await inputFor(CHATTERBOX, {}, { model: "kokoro" })).warnings), ["model"]);
  });
});

describe("a speech model on a custom worker", () => {
  it("sends the input of the given family to its own endpoint", async () => {
    const { input, url, warnings } = await inputFor("abc123", { voice: "Wise_Woman" }, { family: MINIMAX });
    assertEquals([input, warnings], [{ prompt: "Hello", voice_id: "Wise_Woman" }, []]);
    assertEquals(new URL(url).pathname, "/v2/abc123/runsync");
    await assertRejects(
      () => inputFor("abc123", {}, { family: "mine" as typeof MINIMAX }),
      InvalidArgumentError,
      `Cannot use "mine" as a family of speech models: it is not one of "${MINIMAX}", "${CHATTERBOX}"`,
    );
  });

  it("sends what a function makes of the whole call, and reads what another finds in the output", async () => {
    const write = spy(({ text }: RunpodSpeechCall) => Promise.resolve({ text }));
    const { input, audio, warnings } = await inputFor(
      CHATTERBOX,
      { voice: "bob", speed: 2, options: { steps: 4, timeoutMillis: 60_000 } },
      {
        input: write,
        output: (output) => `data:audio/pcm;base64,${(output as { audio: string }).audio}`,
      },
    );
    assertEquals([input, audio, warnings], [{ text: "Hello" }, WAV_BASE64, []]);
    assertSpyCalls(write, 1);
    assertSpyCallArg(write, 0, 0, {
      text: "Hello",
      voice: "bob",
      outputFormat: undefined,
      speed: 2,
      language: undefined,
      instructions: undefined,
      options: { steps: 4 },
      input: { prompt: "Hello", voice: "bob", steps: 4 },
    });
  });

  it("has no output where the output function finds none, or throws", async () => {
    for (const output of FAILING_OUTPUT_FUNCTIONS) {
      const { runpod } = capture(() => completed({ audio: WAV_BASE64 }));
      const error = await assertRejects(
        () => runpod.speech("abc123", { output }).doGenerate({ text: "Hello" }),
        RunpodJobError,
      );
      assertEquals([error.kind, error.job.output, error.isRetryable], ["no-output", { audio: WAV_BASE64 }, false]);
    }
  });
});

describe("a speech result", () => {
  const answer = (output: unknown) => ({ url }: Sent) =>
    url === URL_ ? new Response(WAV, { headers: { "content-type": "application/octet-stream" } }) : completed(output);

  const FROM_URL: Record<string, unknown> = {
    "under audio_url": { audio_url: URL_, cost: 0.5 },
    "under audio": { audio: URL_ },
    "under result": { result: URL_ },
    "in a list": [URL_],
    "as a bare string": URL_,
    "in an object under audio": { audio: { url: URL_, duration: 2 } },
  };
  for (const [name, output] of Object.entries(FROM_URL)) {
    it(`is downloaded from a URL ${name}`, async () => {
      const { runpod } = capture(answer(output));
      const { audio, providerMetadata } = await generateSpeech({ model: runpod.speech("abc"), text: "Hello" });
      assertEquals([audio.uint8Array, audio.mediaType], [WAV, "audio/wav"]);
      assertEquals(providerMetadata.runpod, {
        url: URL_,
        audioUrl: URL_,
        jobId: "sync-1-u1",
        endpoint: "abc",
        workerId: undefined,
        delayTimeMillis: 1,
        executionTimeMillis: 2,
        cost: (output as { cost?: number }).cost,
      });
    });
  }

  const INLINE: Record<string, [output: unknown, audio: string, mediaType: string]> = {
    "a data URI": [{ audio: `data:audio/wav;base64,${WAV_BASE64}` }, WAV_BASE64, "audio/wav"],
    "base64 under audio": [{ audio: WAV_BASE64, sample_rate: 24_000 }, WAV_BASE64, "audio/wav"],
    "base64 under any key": [{ status: "ok", speech_b64: base64(MP3) }, base64(MP3), "audio/mpeg"],
    "base64 of an MP3 with a tag": [{ audio_base64: base64(TAGGED_MP3) }, base64(TAGGED_MP3), "audio/mpeg"],
    "base64 as a bare string": [WAV_BASE64, WAV_BASE64, "audio/wav"],
    "a list": [[{ audio: WAV_BASE64 }], WAV_BASE64, "audio/wav"],
  };
  for (const [name, [output, expected, mediaType]] of Object.entries(INLINE)) {
    it(`is taken from ${name} without a download`, async () => {
      const { runpod, sent } = capture(answer(output));
      const { audio, providerMetadata } = await generateSpeech({ model: runpod.speech("abc"), text: "Hello" });
      assertEquals([audio.base64, audio.mediaType, sent.length], [expected, mediaType, 1]);
      assertEquals([providerMetadata.runpod.url, providerMetadata.runpod.audioUrl], [undefined, undefined]);
    });
  }

  it("is the first of several files, with a warning", async () => {
    const { runpod } = capture(answer([WAV_BASE64, base64(MP3)]));
    const { audio, warnings } = await runpod.speech("abc").doGenerate({ text: "Hello" });
    assertEquals(audio, WAV_BASE64);
    assertEquals(warnings, [{ type: "other", message: "The job made 2 files, and the first one is returned" }]);
  });

  it("is an error with the output when it holds no audio", async () => {
    for (const output of [undefined, null, {}, { status: "ok" }, "supercalifragilistic.", [], 5, { audio: "" }]) {
      const { runpod } = capture(answer(output));
      await assertNoOutput(() => runpod.speech("abc").doGenerate({ text: "Hello" }), output);
    }
  });

  it("is an error when the output is one", async () => {
    const { runpod } = capture(answer({ error: "no such voice" }));
    const error = await assertRejects(
      () => runpod.speech("abc").doGenerate({ text: "Hello" }),
      RunpodJobError,
      'Cannot generate speech with "abc": job "sync-1-u1" completed with an error: no such voice',
    );
    assertEquals(error.kind, "failed");
  });

  it("is not downloaded from a private network that the caller did not name", async () => {
    for (const url of ["http://127.0.0.1/a.wav", "http://169.254.169.254/latest"]) {
      const { runpod, sent } = capture(() => completed({ audio_url: url }));
      await assertRejects(() => runpod.speech("abc").doGenerate({ text: "Hello" }), RunpodJobError);
      assertEquals(sent.length, 1);
    }
  });
});

describe("a speech job", () => {
  it("that fails ends with its reason, and runs once", async () => {
    const { emulator, runpod } = emulateStrictly();
    const error = await assertRejects(
      () => generateSpeech({ model: runpod.speech(MINIMAX), text: "Hello", voice: "" }),
      RunpodJobError,
      "Invalid voice_id",
    );
    assertEquals([error.kind, error.endpoint, emulator.jobs.length], ["failed", "minimax-speech-02-hd", 1]);
  });

  it("is polled as often and as long as the options say, then cancelled", async () => {
    await withVirtualTime(async (clock) => {
      const { emulator, runpod } = emulateStrictly({ timing: { coldStartMillis: Infinity } });
      const error = await assertRejects(
        () =>
          generateSpeech({
            model: runpod.speech(CHATTERBOX),
            text: "Hello",
            providerOptions: { runpod: { maxPollAttempts: 2, pollIntervalMillis: 1000 } },
          }),
        RunpodJobError,
        "was still waiting for a worker (IN_QUEUE)",
      );
      assertEquals([error.kind, clock.elapsed()], ["deadline", 92_000]);
      await settled();
      assertEquals(operationsOf(emulator), ["runsync", "status", "status", "cancel"]);
    });
  });

  it("ends at once with the abort reason, and is cancelled", async () => {
    await withVirtualTime(async (clock) => {
      const { emulator, runpod } = emulateStrictly({ timing: { runMillis: 200_000 } });
      const { abortSignal, reason } = abortAfter(95_000);
      const call = () => generateSpeech({ model: runpod.speech(CHATTERBOX), text: "Hello", abortSignal });
      assertEquals(await assertRejects(call), reason);
      assertEquals(clock.elapsed(), 95_000);
      await settled(100_000);
      assertEquals([statesOf(emulator), clock.hasTimers()], [["CANCELLED"], false]);
    });
  });

  it("is continued by its id, whatever the text and the transport", async () => {
    const { emulator, runpod } = emulateStrictly();
    const { id } = await runpod.endpoint("chatterbox-turbo").run({ prompt: "Hello", format: "ogg" });
    for (const transport of ["queue", "openai"] as const) {
      const { audio, providerMetadata, warnings } = await generateSpeech({
        model: runpod.speech(CHATTERBOX, { transport }),
        text: "",
        providerOptions: { runpod: { jobId: id, webhook: "https://example.com/hook" } },
      });
      assertEquals([audio.format, providerMetadata.runpod.jobId, emulator.jobs.length], ["ogg", id, 1]);
      // Too late for a webhook.
      assertEquals(featuresOf(warnings), ["providerOptions.runpod.webhook"]);
    }
  });

  it("has the webhook and the policy of the options, and its submission is in the result", async () => {
    const { runpod, sent } = capture(() => completed({ audio: WAV_BASE64 }));
    const submission = { webhook: "https://example.com/hook", policy: { ttl: 60_000 } };
    const { warnings, request } = await runpod.speech("abc").doGenerate({
      text: "Hello",
      providerOptions: { runpod: submission },
    });
    const body = { input: { prompt: "Hello" }, ...submission };
    assertEquals([sent[0].body, request, warnings], [body, { body }, []]);
  });

  it("is refused when its text is too large for the service", async () => {
    const error = await refusal("abc123", { text: "word ".repeat(4_200_000) });
    assertEquals(error.argument, "input");
    assertStringIncludes(error.message, "larger than the 20 MB");
  });
});

describe("an OpenAI-compatible server's speech", () => {
  const BALANCER = "https://voice.api.runpod.ai/v1";
  const SERVERS: RunpodEmulatorOptions = {
    endpoints: {
      voice: { worker: "audio", models: ["kokoro", "orpheus"] },
      local: { worker: "audio", models: ["kokoro"] },
    },
  };

  it("comes from a load balancer, a URL, a base URL, and the route of a queue endpoint", async () => {
    for (
      const [modelId, settings, baseURL, url] of [
        [BALANCER, {}, undefined, `${BALANCER}/audio/speech`],
        ["https://voice.api.runpod.ai", {}, undefined, `${BALANCER}/audio/speech`],
        ["http://localhost:8000/v1", {}, undefined, "http://localhost:8000/v1/audio/speech"],
        ["kokoro", {}, "http://localhost:8000/v1", "http://localhost:8000/v1/audio/speech"],
        ["voice", { transport: "openai" }, undefined, "https://api.runpod.ai/v2/voice/openai/v1/audio/speech"],
      ] as Array<[string, RunpodSpeechModelSettings, string | undefined, string]>
    ) {
      const { emulator, runpod } = emulate(SERVERS, { baseURL });
      const model = runpod.speech(modelId, settings);
      const { audio, providerMetadata } = await generateSpeech({ model, text: "Hello", outputFormat: "flac" });
      assertEquals([audio.mediaType, emulator.requests.at(-1)?.url], ["audio/flac", url]);
      // The served name is read once, except where the id is that name.
      const names = baseURL ? 0 : 1;
      assertEquals(emulator.requests.length, names + 1);
      await generateSpeech({ model, text: "Hello" });
      assertEquals(emulator.requests.length, names + 2);
      const { endpoint, workerId, ...rest } = providerMetadata.runpod;
      assertEquals([endpoint, rest], [new URL(url).host.startsWith("localhost") ? "localhost:8000" : "voice", {}]);
      assertEquals(typeof workerId, modelId.includes("runpod.ai") ? "string" : "undefined");
    }
  });

  it("is requested with what is set, and nothing else", async () => {
    const { runpod, sent } = capture(() => new Response(WAV, { headers: { "content-type": "audio/wav" } }));
    const model = runpod.speech(BALANCER, { model: "kokoro" });
    const { warnings, request } = await model.doGenerate({
      text: "Hello",
      voice: "af_sky",
      outputFormat: "wav",
      speed: 1.5,
      instructions: "Whisper",
      language: "en",
      providerOptions: { runpod: { stream_format: "audio", timeoutMillis: 5 } },
    });
    assertEquals(sent[0].body, {
      model: "kokoro",
      input: "Hello",
      voice: "af_sky",
      response_format: "wav",
      speed: 1.5,
      instructions: "Whisper",
      stream_format: "audio",
    });
    assertEquals(request?.body, sent[0].body);
    assertEquals(featuresOf(warnings), ["providerOptions.runpod.timeoutMillis", "language"]);
    await model.doGenerate({ text: "Hello" });
    assertEquals(sent[1].body, { model: "kokoro", input: "Hello" });
  });

  it("has the type of its bytes, or else of its content type", async () => {
    for (
      const [type, bytes, mediaType] of [
        ["application/octet-stream", WAV, "audio/wav"],
        ["text/plain", WAV, "audio/wav"],
        [undefined, MP3, "audio/mpeg"],
        ["audio/pcm", new Uint8Array([1, 2, 3, 4]), "audio/pcm"],
      ] as Array<[string | undefined, Uint8Array<ArrayBuffer>, string]>
    ) {
      const { runpod } = capture(() => new Response(bytes, type ? { headers: { "content-type": type } } : {}));
      const { audio } = await generateSpeech({ model: runpod.speech(BALANCER, { model: "kokoro" }), text: "Hello" });
      assertEquals([audio.uint8Array, audio.mediaType], [bytes, mediaType]);
    }
  });

  it("may come as base64 in JSON, all that a job gateway passes on, or as the job of a cold worker", async () => {
    const { runpod } = capture(() => Response.json([{ audio: WAV_BASE64, media_type: "audio/wav" }]));
    const model = runpod.speech("voice", { transport: "openai", model: "kokoro" });
    assertEquals((await model.doGenerate({ text: "Hello" })).audio, WAV_BASE64);

    await withVirtualTime(async () => {
      const { runpod, sent } = capture(({ url }) =>
        url.includes("/status/")
          ? completed({ audio: WAV_BASE64 }, { id: "1-u1" })
          : Response.json({ id: "1-u1", status: "IN_QUEUE" })
      );
      const model = runpod.speech("voice", { transport: "openai", model: "kokoro" });
      const { audio, warnings } = await model.doGenerate({
        text: "Hello",
        // The options of waiting apply to such a job, the options of a submission do not.
        providerOptions: { runpod: { timeoutMillis: 60_000, waitMillis: 0, policy: { ttl: 60_000 } } },
      });
      assertEquals([audio, sent.at(-1)?.url], [WAV_BASE64, "https://api.runpod.ai/v2/voice/status/1-u1"]);
      assertEquals(featuresOf(warnings).sort(), ["providerOptions.runpod.policy", "providerOptions.runpod.waitMillis"]);
    });
  });

  it("is an error when the answer is one, whatever its status, and may be retried where that helps", async () => {
    const html = new Headers({ "content-type": "text/html" });
    const cases: Array<[answer: () => Response, says: string, isRetryable: boolean]> = [
      [
        () => Response.json({ error: { message: "no such voice" } }, { status: 400 }),
        "no such voice (HTTP 400)",
        false,
      ],
      [() => Response.json({ error: "unauthorized" }, { status: 401 }), "check that the API key is valid", false],
      [() => Response.json({ detail: "Not Found" }, { status: 404 }), 'serves a model named "kokoro"', false],
      [() => Response.json({ error: "busy" }, { status: 503 }), "busy (HTTP 503)", true],
      [() => Response.json({ error: "slow down" }, { status: 429 }), "the rate or queue limit is reached", true],
      [() => new Response("<title>timeout</title>", { status: 524, headers: html }), "timeout", false],
      [() => Response.json({ id: "1-u1", status: "FAILED", error: "CUDA" }, { status: 500 }), "CUDA", false],
      [() => Response.json({ object: "error", message: "no such model", code: 404 }), "no such model", false],
      [() => Response.json({ error: "no such voice" }), "no such voice (HTTP 200)", false],
      [() => Response.json({ status: "ok" }), 'expected audio, got "{"status":"ok"}"', false],
      [() => new Response("<title>Login</title>", { headers: html }), "expected audio, got", false],
      [() => new Response(""), "expected audio, got an empty body", false],
      [
        () => new Response("", { headers: { "content-type": "audio/wav" } }),
        "expected audio, got an empty body",
        false,
      ],
    ];
    for (const [answer, says, isRetryable] of cases) {
      const { runpod } = capture(answer);
      const model = runpod.speech(BALANCER, { model: "kokoro" });
      const error = await assertRejects(() => model.doGenerate({ text: "Hello" }), APICallError, says);
      assertEquals([error.isRetryable, RunpodJobError.isInstance(error)], [isRetryable, false], says);
      assertStringIncludes(error.message, `Cannot generate speech with "${BALANCER}"`);
      assertEquals((error.requestBodyValues as JSONObject).input, "Hello");
    }
  });

  it("is retried by the SDK after a transient error, and not after a permanent one", async () => {
    await withVirtualTime(async () => {
      for (const [status, times] of [[503, 3], [400, 1]]) {
        const { runpod, sent } = capture(() => Response.json({ error: "no" }, { status }));
        const model = runpod.speech(BALANCER, { model: "kokoro" });
        const error = await assertRejects(() => generateSpeech({ model, text: "Hello" }));
        assertEquals([sent.length, RetryError.isInstance(error)], [times, times > 1]);
      }
    });
  });

  it("of a model that is not served is an error that names the served ones, and the name is read again", async () => {
    const { emulator, runpod } = emulateStrictly(SERVERS);
    const wrong = runpod.speech("https://voice.api.runpod.ai", { model: "whisper" });
    await assertRejects(
      () => wrong.doGenerate({ text: "Hello" }),
      APICallError,
      'serves a model named "whisper"; it serves "kokoro", "orpheus"',
    );
    const found = runpod.speech("https://voice.api.runpod.ai");
    await found.doGenerate({ text: "Hello" });
    await assertRejects(() => found.doGenerate({ text: "Hello", outputFormat: "aac" }), APICallError);
    const { length } = emulator.requests;
    await found.doGenerate({ text: "Hello" });
    assertEquals(emulator.requests.slice(length).map(({ route }) => route), ["models", "audio/speech"]);
  });

  for (const [status, asks] of [[404, 2], [500, 2], [401, 1], [429, 1], [504, 1]]) {
    it(`that answers with HTTP ${status} has the name of its model ${asks === 1 ? "kept" : "read again"}`, async () => {
      let isWell = true;
      const { runpod, sent } = capture(({ url }) =>
        url.endsWith("/models")
          ? Response.json({ data: [{ id: "kokoro" }] })
          : isWell
          ? new Response(WAV, { headers: { "content-type": "audio/wav" } })
          : Response.json({ error: "not now" }, { status })
      );
      const model = runpod.speech(BALANCER);
      await model.doGenerate({ text: "Hello" });
      isWell = false;
      await assertRejects(() => model.doGenerate({ text: "Hello" }), APICallError);
      isWell = true;
      const { length } = sent;
      await model.doGenerate({ text: "Hello" });
      assertEquals(sent.length - length, asks);
    });
  }

  it("that breaks off is an error, not half a sentence", async () => {
    const { runpod } = capture(() => new Response(brokenBody(WAV), { headers: { "content-type": "audio/wav" } }));
    const model = runpod.speech(BALANCER, { model: "kokoro" });
    const error = await assertRejects(() => model.doGenerate({ text: "Hello" }), APICallError);
    assertStringIncludes(error.message, "the answer broke off");
  });

  it("ends at once with the abort reason", async () => {
    await withVirtualTime(async (clock) => {
      const { runpod } = emulateStrictly({ endpoints: { voice: { worker: "audio", runMillis: 60_000 } } });
      const { abortSignal, reason } = abortAfter(5000);
      const model = runpod.speech(BALANCER, { model: "emulated/audio-model" });
      assertEquals(await assertRejects(() => generateSpeech({ model, text: "Hello", abortSignal })), reason);
      assertEquals(clock.elapsed(), 5000);
    });
  });

  it("is refused with options and settings that only jobs have", async () => {
    assertStringIncludes((await refusal(BALANCER, { options: { jobId: "1" } })).message, "without a job queue");
    assertStringIncludes((await refusal(BALANCER, { options: { stream: true } })).message, "read whole");
    const { runpod } = capture(() => completed({}));
    for (const settings of [{ family: MINIMAX }, { input: () => ({}) }, { output: () => "" }] as const) {
      const error = assertThrows(
        () => runpod.speech("abc123", { transport: "openai", ...settings }),
        InvalidArgumentError,
      );
      assertEquals(error.argument, Object.keys(settings)[0]);
    }
    const error = await refusal(BALANCER, {}, { transport: "queue" });
    assertStringIncludes(error.message, "without a job queue");
  });
});

describe("the provider", () => {
  it("makes speech models under both names, so that the SDK's registries find them", () => {
    const { runpod } = capture(() => completed({}));
    for (const model of [runpod.speech(CHATTERBOX), runpod.speechModel(CHATTERBOX)]) {
      assertEquals([model.specificationVersion, model.provider, model.modelId], ["v4", "runpod.speech", CHATTERBOX]);
    }
  });
});
