/**
 * The context of one call: what errors and warnings about it need.
 *
 * @module
 */
import type { InvalidArgumentError, SharedV4Warning } from "@ai-sdk/provider";
import { showValue } from "../http/error_details.ts";
import { invalidArgument } from "../invalid_argument.ts";

/** One call of a model. */
export interface CallContext {
  modelId: string;
  /** What the call attempts, to follow "Cannot" in errors: `generate an image with "qwen/qwen-image"`. */
  attempt: string;
  /** The warnings that the result will carry. */
  warnings: SharedV4Warning[];
}

/**
 * The context to write an input in that a function of the caller's may replace: such a function gets everything, so nothing
 * is unsupported or overridden, and nothing is warned of.
 */
export function contextFor<C extends CallContext>(makeInput: unknown, context: C): C {
  return makeInput ? { ...context, warnings: [] } : context;
}

/** Makes the error for something that the model cannot do. */
export function refuse({ attempt }: CallContext, argument: string, reason: string): InvalidArgumentError {
  return invalidArgument(attempt, argument, reason);
}

/**
 * Makes the error for a bad provider option.
 *
 * @param path The option's path below `providerOptions.runpod`; empty for the whole object.
 * @param reason What is wrong, as a sentence.
 */
export function badOption(path: string, reason: string): InvalidArgumentError {
  const argument = `providerOptions.runpod${path && `.${path}`}`;
  return invalidArgument(`use ${argument}`, argument, reason);
}

/** The sentence for a value that is not what is allowed. */
export function isNot(value: unknown, allowed: string): string {
  // Shortened, because some values are files of many megabytes.
  return `${showValue(value)} is not ${allowed}`;
}

/** Warns of a setting that is not sent because the model does not have it. */
export function warnUnsupported({ warnings }: Pick<CallContext, "warnings">, feature: string, details: string): void {
  warnings.push({ type: "unsupported", feature, details });
}

/** Warns of a setting that is not sent because a provider option for the same thing was given too. */
export function warnOverridden({ warnings }: Pick<CallContext, "warnings">, setting: string, option: string): void {
  warnings.push({ type: "other", message: `${setting} is overridden by providerOptions.runpod.${option}` });
}

/** Warns of a value that is sent although the documentation does not list it. */
export function warnUndocumented({ modelId, warnings }: CallContext, what: string, documented: string): void {
  warnings.push({ type: "other", message: `${what} is sent as it is, but "${modelId}" documents ${documented}` });
}

/** Writes values for a sentence: `"1:1", "4:3"`. */
export function quoteAll(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(", ");
}
