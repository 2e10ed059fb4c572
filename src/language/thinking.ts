/**
 * The call's `reasoning` as what turns a model's thinking on and off.
 *
 * @module
 */
import type { JSONObject, LanguageModelV4CallOptions, SharedV4Warning } from "@ai-sdk/provider";
import { isCustomReasoning, mapReasoningToProviderEffort } from "@ai-sdk/provider-utils";
import { warnOverridden } from "../input/context.ts";

/** What a model knows of thinking; nothing for one that does not think, or cannot be told how. */
export interface Thinking {
  /** The variables of its chat template that turn thinking on and off. */
  switches?: string[];
  /** The values of `reasoning_effort` that it tells apart. */
  efforts?: Effort[];
}

type Effort = Exclude<LanguageModelV4CallOptions["reasoning"], "provider-default" | "none" | undefined>;

/** Both names that templates have for the switch, because each ignores the one it does not know; and every effort. */
export const ANY_THINKING: Thinking = {
  switches: ["enable_thinking", "thinking"],
  efforts: ["minimal", "low", "medium", "high", "xhigh", "max"],
};

/** Writes `reasoning` for a model; `effort` is one that the caller set in the server's words, which stands. */
export function writeThinking(
  { switches = [], efforts = [] }: Thinking,
  reasoning: LanguageModelV4CallOptions["reasoning"],
  effort: unknown,
  warnings: SharedV4Warning[],
): { kwargs: JSONObject; effort?: Effort } {
  if (!isCustomReasoning(reasoning)) return { kwargs: {} };
  const isOn = reasoning !== "none";
  const kwargs = Object.fromEntries(switches.map((name) => [name, isOn]));
  if (isOn && effort !== undefined && effort !== reasoning) {
    warnOverridden({ warnings }, "reasoning", "reasoningEffort");
  }
  if (effort !== undefined || (!isOn && switches.length > 0)) return { kwargs };
  if (switches.length > 0 && efforts.length === 0) {
    const details = `the model thinks or does not; "${reasoning}" turns its thinking on`;
    warnings.push({ type: "compatibility", feature: "reasoning", details });
    return { kwargs };
  }
  const effortMap: Partial<Record<Effort, Effort>> = Object.fromEntries(efforts.map((name) => [name, name]));
  return { kwargs, effort: mapReasoningToProviderEffort({ reasoning, effortMap, warnings }) };
}
