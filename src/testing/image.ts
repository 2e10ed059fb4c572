import { valueIn } from "./input.ts";
import { drawJpeg } from "./jpeg.ts";
import type { Order, Product } from "./media.ts";
import { drawPng } from "./png.ts";
import { sidesOf } from "./size.ts";
import { drawWebp } from "./webp.ts";

const formats = {
  png: { ending: "png", mediaType: "image/png", draw: drawPng },
  jpeg: { ending: "jpg", mediaType: "image/jpeg", draw: drawJpeg },
  webp: { ending: "webp", mediaType: "image/webp", draw: drawWebp },
};

/** The picture that an input asks for. */
export function makeImage({ input, endpoint, jobId }: Order): Product {
  const { config } = endpoint;
  const [width, height] = sidesOf(input, config.input, [1024, 1024]);
  const asked = String(valueIn(input, "output_format", config.input) ?? valueIn(input, "image_format", config.input));
  const { ending, mediaType, draw } = formats[asked.replace("jpg", "jpeg") as keyof typeof formats] ?? formats.png;
  // A seed of -1 asks for a random one, so two such jobs differ.
  const seed = input.seed === -1 ? jobId : String(input.seed ?? "");
  const sources = [input.image, input.images].flat().filter((source) => source !== undefined);
  const subject = [input.prompt, seed, ...sources].join("\n");
  return {
    name: `output.${ending}`,
    mediaType,
    bytes: () => draw(width, height, subject),
    cost: config.pricePerJob ?? width * height / 1e6 * (config.pricePerMegapixel ?? 0.02),
  };
}
