import { hash } from "../../common/hash.ts";
import { words } from "../../common/words.ts";
import { keywords } from "../chat/prompt.ts";

/** A text as a unit vector. Texts that share words and letters are close to each other. */
export function embed(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  const add = (feature: string, weight: number) => {
    const place = hash(feature);
    vector[place % dimensions] += place & 0x10000 ? weight : -weight;
  };
  for (const word of words(text)) {
    add(word, keywords(word).length > 0 ? 1 : 0.2);
    for (let start = 0; start + 3 <= word.length; start++) add(`…${word.slice(start, start + 3)}`, 0.3);
  }
  const length = Math.hypot(...vector);
  if (length === 0) vector[0] = 1;
  return length === 0 ? vector : vector.map((value) => value / length);
}
