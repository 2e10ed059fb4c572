import { drawMp4 } from "../../files/mp4.ts";
import { valueIn } from "../input_rules.ts";
import type { Order, Product } from "./product.ts";
import { sidesOf } from "./size.ts";

/** Makes the video that an input asks for. */
export function makeVideo({ input, endpoint, jobId }: Order): Product {
  const { input: rules, pricePerJob, pricePerSecond } = endpoint.config;
  const [width, height] = sidesOf(input, rules, [1280, 720]);
  const seconds = Number(valueIn(input, "duration", rules) ?? 5);
  const framesPerSecond = Number(valueIn(input, "fps", rules) ?? 24);
  const seed = input.seed === -1 ? jobId : String(input.seed ?? "");
  const subject = `${input.prompt}\n${seed}`;
  return {
    name: "output.mp4",
    mediaType: "video/mp4",
    bytes: () => drawMp4({ width, height, seconds, framesPerSecond, subject }),
    cost: pricePerJob ?? (pricePerSecond === undefined ? undefined : seconds * pricePerSecond),
  };
}
