/**
 * Makes readings of what `ai`'s functions return.
 *
 * @module
 */
import type { CallWarning } from "ai";
import type { Reading, StepReading } from "./case.ts";

/** The settings of every call of a case: one attempt, no sampling, an end in any case, and nothing printed. */
export const quiet = { maxRetries: 0, temperature: 0, maxOutputTokens: 200, onError: () => {} };

/** What a step of `generateText` or `streamText` has in common. */
interface Step {
  text: string;
  reasoningText: string | undefined;
  toolCalls: Array<{ toolName: string; input: unknown }>;
  finishReason: string;
  usage: { inputTokens: number | undefined; outputTokens: number | undefined };
  warnings: CallWarning[] | undefined;
}

/** Reads the steps of a call. */
export function readSteps(steps: Step[]): Reading {
  return { steps: steps.map(readStep), warnings: steps.flatMap(({ warnings }) => (warnings ?? []).map(wordsOf)) };
}

function readStep({ text, reasoningText, toolCalls, finishReason, usage }: Step): StepReading {
  return {
    text,
    reasoning: reasoningText ?? "",
    toolCalls: toolCalls.map(({ toolName, input }) => ({ name: toolName, input })),
    finishReason,
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
  };
}

/** A warning in words. */
export function wordsOf(warning: CallWarning): string {
  if (warning.type === "other") return warning.message;
  return "feature" in warning ? `${warning.feature}: ${warning.details ?? "not supported"}` : JSON.stringify(warning);
}
