import { drawJpeg } from "../../files/jpeg.ts";
import { drawPng } from "../../files/png.ts";
import { drawWebp } from "../../files/webp.ts";
import { valueIn } from "../input_rules.ts";
import type { Order, Product } from "./product.ts";
import { sidesOf } from "./size.ts";

const formats = {
  png: { extension: "png", mediaType: "image/png", draw: drawPng },
  jpeg: { extension: "jpg", mediaType: "image/jpeg", draw: drawJpeg },
  webp: { extension: "webp", mediaType: "image/webp", draw: drawWebp },
};

/** Makes the image that an input asks for. */
export function makeImage({ input, endpoint, jobId }: Order): Product {
  const { config } = endpoint;
  const [width, height] = sidesOf(input, config.input, [1024, 1024]);
  const asked = String(valueIn(input, "output_format", config.input) ?? valueIn(input, "image_format", config.input));
  const { extension, mediaType, draw } = formats[asked.replace("jpg", "jpeg") as keyof typeof formats] ?? formats.png;
  // A seed of -1 means a random one, so that two such jobs differ.
  const seed = input.seed === -1 ? jobId : String(input.seed ?? "");
  const sources = [input.image, input.images].flat().filter((source) => source !== undefined);
  const subject = [input.prompt, seed, ...sources].join("\n");
  return {
    name: `output.${extension}`,
    mediaType,
    bytes: () => draw(width, height, subject),
    cost: config.pricePerJob ?? width * height / 1e6 * (config.pricePerMegapixel ?? 0.02),
  };
}
