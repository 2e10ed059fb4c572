/**
 * A guard against a slow stream, fast enough for every check.
 *
 * @module
 */
import { ask, compile } from "./runtimes.ts";

/** The peer takes about six times as long; on a busy machine it may look like four. */
const LEAST_RATIO = 3;

/** Measures a stream of text here and through `@ai-sdk/openai-compatible` in the same run; returns what is wrong. */
export async function checkStreamSpeed(): Promise<string[]> {
  await compile(["stream"]);
  const ratio = await ask<number>("node-26", "bench/stream.js", ["guard"]);
  if (ratio >= LEAST_RATIO) return [];
  return [
    `@ai-sdk/openai-compatible takes ${
      ratio.toFixed(2)
    } times the CPU time of a stream here, less than ${LEAST_RATIO} times; see "deno task bench --section=stream"`,
  ];
}
