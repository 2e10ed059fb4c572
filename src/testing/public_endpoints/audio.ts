import type { EmulatedEndpoint } from "../endpoint_options.ts";

const voices = [
  "aaron",
  "abigail",
  "anaya",
  "andy",
  "archer",
  "brian",
  "chloe",
  "dylan",
  "emmanuel",
  "ethan",
  "evelyn",
  "gavin",
  "gordon",
  "ivan",
  "laura",
  "lucy",
  "madison",
  "marisol",
  "meera",
  "walter",
];

/** The public speech and transcription endpoints, as their pages describe them. The documentation no longer has Whisper. */
export const publicAudio: Record<string, EmulatedEndpoint> = {
  "chatterbox-turbo": {
    worker: "speech",
    input: {
      prompt: { type: "prompt", required: true },
      voice: { type: "string", default: "lucy", oneOf: voices },
      voice_url: { type: "audio" },
      format: { type: "string", default: "wav", oneOf: ["wav", "flac", "ogg"] },
    },
  },
  "minimax-speech-02-hd": {
    worker: "speech",
    input: {
      prompt: { type: "prompt", required: true },
      // The page names one voice only, and the error for a wrong one.
      voice_id: { type: "string", default: "Wise_Woman", min: 1, error: "Invalid voice_id" },
      speed: { type: "number", default: 1 },
      volume: { type: "number", default: 1 },
      pitch: { type: "number", default: 0 },
      emotion: {
        type: "string",
        default: "neutral",
        oneOf: ["happy", "sad", "neutral", "angry", "fearful", "surprised"],
      },
      english_normalization: { type: "boolean", default: false },
      default_audio_url: { type: "audio" },
    },
    audioFormat: "mp3",
    pricePerJob: 0.0055,
  },
  "whisper-v3-large": {
    worker: "whisper",
    input: {
      audio: {
        type: "audio",
        required: true,
        formats: ["mp3", "wav", "flac", "m4a", "ogg"],
        error: "Invalid audio URL or unsupported format",
      },
      prompt: { type: "string" },
    },
    pricePerJob: 0.0065,
  },
};
