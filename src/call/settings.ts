/**
 * The settings of a model: their schemas, and their check when a model is made.
 *
 * @module
 */
import * as z from "zod/v4-mini";
import { check, isText, nonEmptyText, objectOf, oneOf } from "../checks.ts";
import { quoteAll } from "../input/context.ts";
import { once } from "../once.ts";
import type { Modality, ModalityTypes } from "./modality.ts";
import type { ModelConfig } from "./model_config.ts";
import { describeIssue, type OptionsSchema } from "./options.ts";
import { transportOf } from "./transport.ts";
import { invalidArgument } from "../invalid_argument.ts";

/** Makes the schema of settings on first use. */
export function settingsSchema(shape: () => z.core.$ZodShape): () => OptionsSchema {
  return once(() => z.object(shape()));
}

/** One of some words. */
export const choiceSetting = (choices: readonly string[]) => oneOf(choices, `one of ${quoteAll(choices)}`);
/** A function of the caller's. */
const functionSetting = () => check((value) => typeof value === "function", "a function");

/** The settings that shape jobs: whose input is written, and functions of the caller's own. */
const JOB_SETTINGS = {
  family: nonEmptyText,
  input: functionSetting,
  output: functionSetting,
  worker: nonEmptyText,
  keys: () => objectOf<string>(isText, "an object of names"),
};

/** Makes the schemas of the settings that shape jobs. */
export function jobSettings(): z.core.$ZodShape {
  return Object.fromEntries(Object.entries(JOB_SETTINGS).map(([name, makeSchema]) => [name, makeSchema()]));
}

/**
 * Checks the settings of a model that is being made, and resolves its row.
 *
 * @throws {InvalidArgumentError} for a setting that such models do not have, for a bad value, and for one without effect.
 */
export function resolveModel<K extends ModalityTypes>(
  modality: Modality<K>,
  { modelId, endpoint, modelSettings }: Pick<ModelConfig<K["settings"]>, "modelId" | "endpoint" | "modelSettings">,
): K["row"] {
  const given = Object.fromEntries(Object.entries(modelSettings).filter(([, value]) => value !== undefined));
  const refuse = (argument: string, reason: string) => {
    const kind = modality.provider.replace("runpod.", "");
    return invalidArgument(`make the ${kind} model "${modelId}"`, argument, reason);
  };
  // Most models are made without settings, and then no schema is built.
  if (Object.keys(given).length > 0) checkGiven(given, modality.settings(), refuse);

  const misplaced = transportOf(modality, endpoint, modelSettings) === "queue"
    ? undefined
    : Object.keys(JOB_SETTINGS).find((name) => Object.hasOwn(given, name));
  if (misplaced !== undefined) {
    throw refuse(
      misplaced,
      `"${misplaced}" shapes jobs, and the model is reached by an OpenAI-compatible route (transport: "queue" makes jobs)`,
    );
  }
  return modality.resolve({ modelId, modelSettings });
}

function checkGiven(
  given: object,
  schema: OptionsSchema,
  refuse: (argument: string, reason: string) => Error,
): void {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(schema.shape, name));
  if (unknown !== undefined) {
    const known = quoteAll(Object.keys(schema.shape));
    throw refuse(unknown, `"${unknown}" is not one of its settings (${known}); options go into providerOptions.runpod`);
  }
  const result = z.safeParse(schema, given);
  if (result.success) return;
  const { path, reason } = describeIssue(result.error.issues[0], given);
  throw refuse(path, `the setting "${path}": ${reason}`);
}
