/**
 * Writes the call's `reasoning` as the switches and efforts that a model understands.
 *
 * @module
 */
import type { JSONObject, LanguageModelV4CallOptions, SharedV4Warning } from "@ai-sdk/provider";
import { isCustomReasoning, mapReasoningToProviderEffort } from "@ai-sdk/provider-utils";
import { warnOverridden } from "../input/context.ts";

/** How a model's thinking is controlled. Empty for a model that does not think, or cannot be told how. */
export interface Thinking {
  /** The variables of its chat template that turn thinking on and off. */
  switches?: string[];
  /** The values of `reasoning_effort` that it understands. */
  efforts?: Effort[];
}

type Effort = Exclude<LanguageModelV4CallOptions["reasoning"], "provider-default" | "none" | undefined>;

/** For an unknown model: both names of the switch, because a template ignores the one it does not have, and every effort. */
export const ANY_THINKING: Thinking = {
  switches: ["enable_thinking", "thinking"],
  efforts: ["minimal", "low", "medium", "high", "xhigh", "max"],
};

/** Writes `reasoning` for a model. An `effort` that the caller set in the server's own words wins. */
export function writeThinking(
  { switches = [], efforts = [] }: Thinking,
  reasoning: LanguageModelV4CallOptions["reasoning"],
  effort: unknown,
  warnings: SharedV4Warning[],
): { kwargs: JSONObject; effort?: Effort | "none" } {
  if (!isCustomReasoning(reasoning)) return { kwargs: {} };
  const isOn = reasoning !== "none";
  const kwargs = Object.fromEntries(switches.map((name) => [name, isOn]));
  if (isOn && effort !== undefined && effort !== reasoning) {
    warnOverridden({ warnings }, "reasoning", "reasoningEffort");
  }
  if (effort !== undefined) return { kwargs };
  // Ollama reads no variables of a template, and the word turns thinking off with most servers.
  if (!isOn && switches.length > 0) return { kwargs, effort: efforts.length > 0 ? "none" : undefined };
  if (switches.length > 0 && efforts.length === 0) {
    const details = `the model has no levels of thinking; "${reasoning}" turns its thinking on`;
    warnings.push({ type: "compatibility", feature: "reasoning", details });
    return { kwargs };
  }
  const effortMap: Partial<Record<Effort, Effort>> = Object.fromEntries(efforts.map((name) => [name, name]));
  return { kwargs, effort: mapReasoningToProviderEffort({ reasoning, effortMap, warnings }) };
}
