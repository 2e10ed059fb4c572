import { audioFormat, speak } from "../../files/spoken_audio.ts";
import { valueIn } from "../input_rules.ts";
import type { Order, Product } from "./product.ts";

/** Makes the recording that an input asks for. */
export function makeSpeech({ input, endpoint }: Order): Product {
  const { config } = endpoint;
  const asked = audioFormat(String(valueIn(input, "format", config.input) ?? config.audioFormat));
  const { name, extension, mediaType } = asked ?? audioFormat("wav")!;
  const speed = typeof input.speed === "number" && input.speed > 0 ? input.speed : 1;
  return {
    name: `output.${extension}`,
    mediaType,
    bytes: () => speak(name, String(input.prompt), speed),
    cost: config.pricePerJob,
  };
}
