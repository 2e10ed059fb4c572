import type { ResolvedEndpoint } from "../../resolved_endpoint.ts";
import type { EmulatedHandler } from "../handler.ts";
import { inputError } from "../input_error.ts";
import { decodeRecording, type ReadFile } from "./recording.ts";
import { transcribe } from "./transcript.ts";

/** The public Whisper endpoint, which the documentation no longer has. */
export function whisperWorker({ config, behavior }: ResolvedEndpoint, read: ReadFile): EmulatedHandler {
  return (input) => {
    const error = inputError(input, config.input ?? {}, behavior);
    if (error !== undefined) return { error };
    const audio = String(input.audio);
    const { text, segments, seconds } = transcribe(
      audio.startsWith("data:") ? decodeRecording(audio.slice(audio.indexOf(",") + 1)) : read(audio) ?? audio,
    );
    const cost = config.pricePerJob === undefined ? {} : { cost: config.pricePerJob };
    return behavior.outputKey === "result"
      ? { result: text, segments, language: "en", duration: seconds, ...cost }
      : { transcription: text, ...cost };
  };
}
