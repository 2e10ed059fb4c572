/**
 * Calls of models: what a call sends a worker, and how it is refused.
 *
 * @module
 */
import {
  type Experimental_VideoModelV4CallOptions as VideoModelV4CallOptions,
  type ImageModelV4CallOptions,
  InvalidArgumentError,
  type JSONObject,
  type LanguageModelV4CallOptions,
  type SharedV4Warning,
  type SpeechModelV4CallOptions,
  type TranscriptionModelV4CallOptions,
} from "@ai-sdk/provider";
import type {
  RunpodChatModelSettings,
  RunpodImageModelSettings,
  RunpodProvider,
  RunpodSpeechModelSettings,
  RunpodTranscriptionModelSettings,
  RunpodVideoModelSettings,
} from "@runpod/ai-sdk-provider";
import { RunpodJobError } from "@runpod/ai-sdk-provider";
import { assertEquals, assertRejects } from "@std/assert";
import { completed, completion } from "./answers.ts";
import { capture, MODEL } from "./capture.ts";
import { MP4_BASE64, PNG_DATA_URI, WAV, WAV_BASE64 } from "./files.ts";
import { IMAGE_CALL, PROMPT, VIDEO_CALL } from "./smallest_calls.ts";

/** A part of a call. `options` are the provider options of Runpod. */
type Call<CallOptions> = Partial<Omit<CallOptions, "providerOptions" | "headers">> & { options?: JSONObject };
export type ImageCall = Call<ImageModelV4CallOptions>;
export type VideoCall = Call<VideoModelV4CallOptions>;
export type SpeechCall = Call<SpeechModelV4CallOptions>;
export type TranscriptionCall = Call<TranscriptionModelV4CallOptions>;

/** The whole call of an image model, of a part of it. */
export function imageCall({ options = {}, ...call }: ImageCall = {}): ImageModelV4CallOptions {
  return { ...IMAGE_CALL, ...call, providerOptions: { runpod: options } };
}

/** The whole call of a video model, of a part of it. */
export function videoCall({ options = {}, ...call }: VideoCall = {}): VideoModelV4CallOptions {
  return { ...VIDEO_CALL, ...call, providerOptions: { runpod: options } };
}

/** The whole call of a speech model, of a part of it. */
export function speechCall({ options = {}, ...call }: SpeechCall = {}): SpeechModelV4CallOptions {
  return { text: "Hello", ...call, providerOptions: { runpod: options } };
}

/** The whole call of a transcription model, of a part of it. */
export function transcriptionCall({ options = {}, ...call }: TranscriptionCall = {}): TranscriptionModelV4CallOptions {
  return { audio: WAV, mediaType: "audio/wav", ...call, providerOptions: { runpod: options } };
}

/** Makes the whole call, of a part of it. */
type Run<Part, Settings, Result> = (
  runpod: RunpodProvider,
  modelId: string,
  call: Part,
  settings: Settings | undefined,
) => PromiseLike<Result>;

/** What a call sent, and its result. `warnings` does not have the one that the model is deprecated. */
type Outcome<Result> = Result & { input: JSONObject; url: string; isDeprecated: boolean };

/** Calls of one kind of model, of which only a part is given. */
interface Calls<Part, Settings, Result> {
  /** Makes a call that has to become one job. The job has `output`, or else an output with a result. */
  inputFor(modelId: string, call?: Part, settings?: Settings, output?: unknown): Promise<Outcome<Result>>;
  /** Makes a call that has to fail before it sends anything. */
  refusal(modelId: string, call: Part, settings?: Settings): Promise<InvalidArgumentError>;
}

function callsOf<Part, Settings, Result extends { warnings: SharedV4Warning[] }>(
  goodOutput: unknown,
  run: Run<Part, Settings, Result>,
): Calls<Part, Settings, Result> {
  return {
    async inputFor(modelId, call = {} as Part, settings, output = goodOutput) {
      const { runpod, sent } = capture(() => completed(output));
      const result = await run(runpod, modelId, call, settings);
      assertEquals(sent.map(({ body }) => Object.keys(body)), [["input"]]);
      const [{ body, url }] = sent;
      const warnings = result.warnings.filter(({ type }) => type !== "deprecated");
      return { ...result, input: body.input, url, warnings, isDeprecated: warnings.length < result.warnings.length };
    },
    async refusal(modelId, call, settings) {
      const { runpod, sent } = capture(() => completed(goodOutput));
      const error = await assertRejects(async () => await run(runpod, modelId, call, settings), InvalidArgumentError);
      assertEquals(sent, []);
      return error;
    },
  };
}

export const imageCalls = callsOf(
  { image_url: PNG_DATA_URI },
  (runpod, modelId, call: ImageCall, settings?: RunpodImageModelSettings) =>
    runpod.image(modelId, settings).doGenerate(imageCall(call)),
);

export const videoCalls = callsOf(
  { video_url: `data:video/mp4;base64,${MP4_BASE64}` },
  (runpod, modelId, call: VideoCall, settings?: RunpodVideoModelSettings) =>
    runpod.video(modelId, settings).doGenerate!(videoCall(call)),
);

export const speechCalls = callsOf(
  { audio: WAV_BASE64 },
  (runpod, modelId, call: SpeechCall, settings?: RunpodSpeechModelSettings) =>
    runpod.speech(modelId, settings).doGenerate(speechCall(call)),
);

export const transcriptionCalls = callsOf(
  { transcription: "" },
  (runpod, modelId, call: TranscriptionCall, settings?: RunpodTranscriptionModelSettings) =>
    runpod.transcription(modelId, settings).doGenerate(transcriptionCall(call)),
);

/** What a call of a chat model sends, and its result. */
export async function sendChat(
  call: Partial<LanguageModelV4CallOptions>,
  modelId: string = MODEL,
  settings: RunpodChatModelSettings = {},
) {
  const { runpod, sent } = capture(() => completion({ content: "Hello" }));
  const result = await runpod(modelId, settings).doGenerate({ prompt: PROMPT, ...call });
  return { ...result, body: sent[0].body };
}

/** The names of unsupported features, and the types of other warnings. */
export function featuresOf(warnings: SharedV4Warning[] = []): string[] {
  return warnings.map((warning) => warning.type === "unsupported" ? warning.feature : warning.type);
}

/** The warnings that an option has overridden a setting. */
export function overridden(setting: string, option: string): SharedV4Warning[] {
  return [{ type: "other", message: `${setting} is overridden by providerOptions.runpod.${option}` }];
}

/** Values of the setting `output` that find no result. */
export const FAILING_OUTPUT_FUNCTIONS = [
  () => undefined,
  () => {
    throw new TypeError("no such key");
  },
];

/** Asserts that a call fails because the output of its job, on the endpoint "abc", has no result. */
export async function assertNoOutput(call: () => PromiseLike<unknown>, output: unknown): Promise<void> {
  const error = await assertRejects(call, RunpodJobError);
  assertEquals([error.kind, error.jobId, error.endpoint, error.isRetryable], ["no-output", "sync-1-u1", "abc", false]);
  assertEquals((error.data as { output?: unknown }).output ?? null, output ?? null);
}
