/**
 * What a model is made of, and how it is written across the steps of a workflow and made again in another process.
 *
 * Workflow's compiler looks for `WORKFLOW_SERIALIZE` and `WORKFLOW_DESERIALIZE` in the body of each model's class, so
 * these two methods stand in every one of them.
 *
 * @module
 */
import type { JSONObject } from "@ai-sdk/provider";
import { SerializationError } from "@ai-sdk/provider-utils";
import type { Endpoint } from "../http/endpoint.ts";
import type { RunpodProviderSettings } from "../settings.ts";

/** What a model is made of. */
export interface ModelConfig<Settings> {
  modelId: string;
  /** Where the model is. */
  endpoint: Endpoint;
  /** The settings of the provider. */
  settings: RunpodProviderSettings;
  /** The settings of this model. */
  modelSettings: Settings;
}

/** A model as JSON: its config without the key, the headers, and the provider's functions. */
export type SerializedModel = {
  modelId: string;
  endpoint: Endpoint;
  settings: Pick<RunpodProviderSettings, "baseURL">;
  modelSettings: JSONObject;
};

/**
 * Writes a model. Neither the key nor the headers of the settings are in it, because each may be a secret: a model that is
 * made again reads `RUNPOD_API_KEY`.
 *
 * @throws {SerializationError} for model settings that are functions, without which it would be another model.
 */
export function serializeModel(
  { modelId, endpoint, settings: { baseURL }, modelSettings }: ModelConfig<object>,
): SerializedModel {
  const lost = Object.entries(modelSettings).find(([, value]) => typeof value === "function");
  if (lost) {
    const [name] = lost;
    throw new SerializationError({
      message:
        `Cannot serialize model "${modelId}": its setting "${name}" is a function; make the model inside the step`,
    });
  }
  // Through JSON, which leaves out what is undefined.
  return JSON.parse(JSON.stringify({ modelId, endpoint, settings: { baseURL }, modelSettings }));
}
