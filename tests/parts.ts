/**
 * The parts that a language model streams.
 *
 * @module
 */
import { APICallError, type LanguageModelV4CallOptions, type LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { assert, assertEquals } from "@std/assert";
import { capture, MODEL } from "./capture.ts";
import { PROMPT } from "./smallest_calls.ts";

type Part = LanguageModelV4StreamPart;
type PartOf<Type extends Part["type"]> = Extract<Part, { type: Type }>;

/** All parts of a call that is answered with this response. */
export async function partsFrom(answer: Response, call: Partial<LanguageModelV4CallOptions> = {}): Promise<Part[]> {
  const { stream } = await capture(() => answer).runpod(MODEL).doStream({ prompt: PROMPT, ...call });
  return await Array.fromAsync(stream);
}

export function partsOfType<Type extends Part["type"]>(parts: Part[], type: Type): PartOf<Type>[] {
  return parts.filter((part): part is PartOf<Type> => part.type === type);
}

export function textOf(parts: Part[]): string {
  return partsOfType(parts, "text-delta").map(({ delta }) => delta).join("");
}

export function reasoningOf(parts: Part[]): string {
  return partsOfType(parts, "reasoning-delta").map(({ delta }) => delta).join("");
}

/** The last part, which has to be the finish. */
export function finishOf(parts: Part[]): PartOf<"finish"> {
  const last = parts.at(-1);
  assert(last?.type === "finish", `Expected a finish part at the end, got ${last?.type}`);
  return last;
}

/** The finish of a stream without errors. */
export function goodFinishOf(parts: Part[]): PartOf<"finish"> {
  assertEquals(partsOfType(parts, "error"), []);
  return finishOf(parts);
}

/** The error of a stream that has exactly one, which has to be of this class. */
export function errorOf<E = APICallError>(
  parts: Part[],
  ErrorClass: { isInstance(error: unknown): error is E } = APICallError as never,
): E {
  const errors = partsOfType(parts, "error");
  assertEquals(errors.length, 1);
  const [{ error }] = errors;
  assert(ErrorClass.isInstance(error), String(error));
  return error;
}
