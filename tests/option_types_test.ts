/** The types of ids and options. The compiler checks all of this; running it does nothing. */
import type {
  RunpodImageModelId,
  RunpodImageModelOptions,
  RunpodSpeechModelId,
  RunpodSpeechModelOptions,
  RunpodTranscriptionModelId,
  RunpodTranscriptionModelOptions,
  RunpodVideoModelId,
  RunpodVideoModelOptions,
} from "@runpod/ai-sdk-provider";
import { describe, it } from "node:test";
import { assertType, type IsNever } from "@std/testing/types";

/** Whether the compiler accepts an object literal as these options: no unknown key, no wrong value. */
type Accepts<Options, Given> = Given extends Options ? IsNever<Exclude<keyof Given, KeysOf<Options>>> : false;

/** The keys of all members of a union. */
type KeysOf<Union> = Union extends unknown ? keyof Union : never;

/** Whether any text is an id, beside those that editors complete. */
type TakesAnyId<Id> = string extends Id ? true : false;

type Waits = { timeoutMillis: number; maxRequests: number; jobId: string };

describe("the types of options", () => {
  it("of a known image model have its own options alone, with its values", () => {
    type QwenEdit2511 = RunpodImageModelOptions<"qwen/qwen-image-edit-2511">;
    assertType<Accepts<QwenEdit2511, Waits & { output_format: "webp"; images: string[] }>>(true);
    assertType<Accepts<QwenEdit2511, { guidance: number }>>(false);
    type Flux = RunpodImageModelOptions<"black-forest-labs/flux-1-dev">;
    assertType<Accepts<Flux, Waits & { num_inference_steps: number }>>(true);
    assertType<Accepts<Flux, { guidance: string }>>(false);
    assertType<Accepts<RunpodImageModelOptions<"qwen/qwen-image-edit">, { output_format: "webp" }>>(false);
    assertType<Accepts<RunpodImageModelOptions<"google/nano-banana-pro-edit">, { resolution: "8k" }>>(false);
  });

  it("of a known video model have its own options alone, with its values", () => {
    type Seedance = RunpodVideoModelOptions<"bytedance/seedance-v1.5-pro-i2v">;
    assertType<Accepts<Seedance, Waits & { resolution: "480p"; last_image: string }>>(true);
    assertType<Accepts<Seedance, { resolution: "1080p" }>>(false);
    type Kling = RunpodVideoModelOptions<"kwaivgi/kling-v2.6-std-motion-control">;
    assertType<Accepts<Kling, Waits & { character_orientation: "video" }>>(true);
    type Vidu = RunpodVideoModelOptions<"vidu/q3-t2v">;
    assertType<Accepts<Vidu, { guidance: number }>>(false);
    assertType<Accepts<Vidu, { style: "noir" }>>(false);
    assertType<Accepts<RunpodVideoModelOptions<"alibaba/wan-2.2-i2v-720">, { guidance: string }>>(false);
    type Lora = RunpodVideoModelOptions<"alibaba/wan-2.2-t2v-720-lora">;
    assertType<Accepts<Lora, { low_noise_loras: Array<{ path: string; scale: number }> }>>(true);
    assertType<Accepts<Lora, { low_noise_loras: Array<{ path: string }> }>>(false);
  });

  it("of a known speech model have its own options alone, with its values", () => {
    type Chatterbox = RunpodSpeechModelOptions<"resembleai/chatterbox-turbo">;
    assertType<Accepts<Chatterbox, Waits & { voice: "lucy"; format: "ogg" }>>(true);
    assertType<Accepts<Chatterbox, { emotion: "happy" }>>(false);
    assertType<Accepts<Chatterbox, { voice: "bob" }>>(false);
    assertType<Accepts<Chatterbox, { format: "mp3" }>>(false);
    type MiniMax = RunpodSpeechModelOptions<"minimax/speech-02-hd">;
    assertType<Accepts<MiniMax, Waits & { emotion: "happy"; pitch: number }>>(true);
    assertType<Accepts<MiniMax, { pitch: string }>>(false);
  });

  it("of a known transcription model have its own options alone, with its values", () => {
    type Whisper = RunpodTranscriptionModelOptions<"pruna/whisper-v3-large">;
    assertType<Accepts<Whisper, Waits & { prompt: string; audio: string }>>(true);
    assertType<Accepts<Whisper, { word_timestamps: boolean }>>(false);
    assertType<Accepts<Whisper, { prompt: number }>>(false);
  });

  it("of any other id accept every option", () => {
    type Own = { my_option: { deep: number[] } };
    assertType<Accepts<RunpodImageModelOptions<"abc123xyz">, Own>>(true);
    assertType<Accepts<RunpodVideoModelOptions<"abc123xyz">, Own>>(true);
    assertType<Accepts<RunpodSpeechModelOptions<"abc123xyz">, Own>>(true);
    assertType<Accepts<RunpodTranscriptionModelOptions<"abc123xyz">, Own>>(true);
    assertType<Accepts<RunpodImageModelOptions, Waits & { my_option: number; guidance: number }>>(true);
    assertType<Accepts<RunpodVideoModelOptions, Waits & { my_option: number; guidance: number }>>(true);
    assertType<Accepts<RunpodSpeechModelOptions, Waits & { my_option: number; volume: number }>>(true);
    assertType<
      Accepts<RunpodTranscriptionModelOptions, Waits & { model: "turbo"; transcription: "srt"; my_option: number }>
    >(true);
  });

  it("have waits in milliseconds", () => {
    assertType<Accepts<RunpodImageModelOptions, { timeoutMillis: "1m" }>>(false);
    assertType<Accepts<RunpodVideoModelOptions, { timeoutMillis: "1m" }>>(false);
    assertType<Accepts<RunpodSpeechModelOptions, { timeoutMillis: "1m" }>>(false);
    assertType<Accepts<RunpodTranscriptionModelOptions, { timeoutMillis: "1m" }>>(false);
  });
});

describe("the types of model ids", () => {
  it("take any text", () => {
    assertType<TakesAnyId<RunpodImageModelId>>(true);
    assertType<TakesAnyId<RunpodVideoModelId>>(true);
    assertType<TakesAnyId<RunpodSpeechModelId>>(true);
    assertType<TakesAnyId<RunpodTranscriptionModelId>>(true);
  });
});
