/**
 * `providerOptions.runpod`: ours (camelCase, checked) on one side, the worker's (any other key, untouched) on the other.
 *
 * @module
 */
import { InvalidArgumentError, type JSONObject, type SharedV4ProviderOptions } from "@ai-sdk/provider";
import * as z from "zod/v4-mini";
import { shorten } from "../http/error_details.ts";

/** Options of this provider and options for the worker. */
export interface SplitOptions<Ours> {
  ours: Ours;
  worker: JSONObject;
}

/**
 * Splits `providerOptions.runpod` by the keys of a schema, whose messages say what is allowed.
 *
 * @throws {InvalidArgumentError} that names the option, its value and what is allowed.
 */
export function splitOptions<Shape extends z.core.$ZodShape>(
  providerOptions: SharedV4ProviderOptions | undefined,
  schema: z.ZodMiniObject<Shape>,
): SplitOptions<z.infer<z.ZodMiniObject<Shape>>> {
  const given: unknown = providerOptions?.runpod ?? {};
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw badOption("runpod", given, "an object");
  }
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  const isOurs = (key: string) => Object.hasOwn(schema.shape, key);
  const result = z.safeParse(schema, Object.fromEntries(entries.filter(([key]) => isOurs(key))));
  if (!result.success) {
    const [issue] = result.error.issues;
    const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], given);
    throw badOption(`runpod.${issue.path.join(".")}`, value, issue.message);
  }
  return { ours: result.data, worker: Object.fromEntries(entries.filter(([key]) => !isOurs(key))) };
}

/** Makes a value when it is first asked for: schemas are not built at import, nor for every call. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** The error for a provider option; `path` follows `providerOptions.`. */
export function badOption(path: string, value: unknown, allowed: string): InvalidArgumentError {
  return new InvalidArgumentError({
    argument: `providerOptions.${path}`,
    // Some are files of megabytes.
    message: `Cannot use providerOptions.${path}: ${shorten(JSON.stringify(value) ?? String(value))} is not ${allowed}`,
  });
}
