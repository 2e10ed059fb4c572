import { decodeBase64 } from "../../common/base64.ts";
import { isKnownSound } from "../../files/known_sound.ts";
import type { ResolvedEndpoint } from "../../resolved_endpoint.ts";
import type { EmulatedHandler } from "../handler.ts";
import { inputError } from "../input_error.ts";
import type { ReadFile } from "./recording.ts";
import { transcribe } from "./transcript.ts";

const NO_AUDIO = "Invalid audio URL or unsupported format";

/** The public Whisper endpoint, which the documentation no longer has. */
export function whisperWorker({ config, behavior }: ResolvedEndpoint, read: ReadFile): EmulatedHandler {
  return (input) => {
    const error = inputError(input, config.input ?? {}, behavior);
    if (error !== undefined) return { error };
    const audio = String(input.audio);
    const file = audio.startsWith("data:") ? decodeBase64(audio.slice(audio.indexOf(",") + 1)) ?? null : read(audio);
    if (file === null || (file !== undefined && !isKnownSound(file))) return { error: NO_AUDIO };
    const { text, segments, seconds } = transcribe(file ?? audio);
    const cost = config.pricePerJob === undefined ? {} : { cost: config.pricePerJob };
    return behavior.outputKey === "result"
      ? { result: text, segments, language: "en", duration: seconds, ...cost }
      : { transcription: text, ...cost };
  };
}
