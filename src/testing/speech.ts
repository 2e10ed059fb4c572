import { valueIn } from "./input.ts";
import type { Order, Product } from "./media.ts";
import { soundFormat, speak } from "./sound.ts";

/** The spoken text that an input asks for. */
export function makeSpeech({ input, endpoint }: Order): Product {
  const { config } = endpoint;
  const asked = soundFormat(String(valueIn(input, "format", config.input) ?? config.audioFormat));
  const { format, ending, mediaType } = asked ?? soundFormat("wav")!;
  const speed = typeof input.speed === "number" && input.speed > 0 ? input.speed : 1;
  return {
    name: `output.${ending}`,
    mediaType,
    bytes: () => speak(format, String(input.prompt), speed),
    cost: config.pricePerJob,
  };
}
