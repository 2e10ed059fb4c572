/**
 * What the writing of a worker's input needs everywhere: whom it is for, and where its warnings go.
 *
 * @module
 */
import { InvalidArgumentError, type SharedV4Warning } from "@ai-sdk/provider";
import type { CatalogueEntry } from "./catalogue.ts";

/** The writing of one input. */
export interface CallContext {
  modelId: string;
  /** What is attempted, to follow "Cannot" in errors. */
  attempt: string;
  warnings: SharedV4Warning[];
}

/** The error for what a model cannot do. */
export function refuse({ attempt }: CallContext, argument: string, reason: string): InvalidArgumentError {
  return new InvalidArgumentError({ argument, message: `Cannot ${attempt}: ${reason}` });
}

/** Warns that a setting is not sent. */
export function warnUnsupported({ warnings }: Pick<CallContext, "warnings">, feature: string, details: string): void {
  warnings.push({ type: "unsupported", feature, details });
}

/** Warns that a setting is not sent because an option of the worker's own, by its name, stands in its place. */
export function warnOverridden(context: Pick<CallContext, "warnings">, feature: string, option: string): void {
  warnUnsupported(context, feature, `providerOptions.runpod has "${option}"`);
}

/**
 * Puts the worker's own options over what was written of a call, of which they are the more exact.
 *
 * @param names The call's settings by the keys that they were written to. Each that an option contradicts is warned of.
 */
export function withOptions<Value>(
  context: Pick<CallContext, "warnings">,
  written: Record<string, Value>,
  options: Record<string, Value>,
  names: Record<string, string>,
): Record<string, Value> {
  for (const [key, name] of Object.entries(names)) {
    if (written[key] === undefined || options[key] === undefined) continue;
    if (JSON.stringify(written[key]) === JSON.stringify(options[key])) continue;
    warnOverridden(context, name, key);
  }
  return { ...written, ...options };
}

/** Warns of what is sent although it is not documented. */
export function warnUndocumented({ modelId, warnings }: CallContext, what: string, documented: string): void {
  warnings.push({ type: "other", message: `${what} is sent as it is, but "${modelId}" documents ${documented}` });
}

/** Warns of a model whose endpoint may be gone. */
export function warnRemoved({ modelId, warnings }: CallContext, { removed }: CatalogueEntry): void {
  if (removed === undefined) return;
  const message = `"${modelId}" has not been in Runpod's documentation since ${removed}, so it may no longer run`;
  warnings.push({ type: "deprecated", setting: "model", message });
}

/** Values as a sentence has them. */
export function quoteAll(values: readonly unknown[]): string {
  return values.map((value) => JSON.stringify(value)).join(", ");
}
