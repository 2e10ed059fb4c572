/**
 * What every model is made of, and how it is written across the steps of a workflow and made again in another process.
 *
 * @module
 */
import type { JSONObject } from "@ai-sdk/provider";
import { SerializationError } from "@ai-sdk/provider-utils";
import { isSecretHeader } from "../http/request.ts";
import type { Endpoint } from "../http/endpoint.ts";
import type { RunpodProviderSettings } from "../settings.ts";

/** What a model is made of. */
export interface ModelConfig<Own> {
  modelId: string;
  /** Where it is. */
  endpoint: Endpoint;
  /** The provider's settings. */
  settings: RunpodProviderSettings;
  /** The model's own settings. */
  own: Own;
}

/** A model as JSON: its config without the key, secret headers, and the provider's functions. */
export type SerializedModel = {
  modelId: string;
  endpoint: Endpoint;
  settings: Pick<RunpodProviderSettings, "baseURL" | "headers">;
  own: JSONObject;
};

/**
 * Writes a model. The key is not in it: a model that is made again reads `RUNPOD_API_KEY`.
 *
 * @throws {SerializationError} for settings of the model that are functions, without which it would be another one.
 */
export function serializeModel(
  { modelId, endpoint, settings: { baseURL, headers = {} }, own }: ModelConfig<object>,
): SerializedModel {
  const lost = Object.entries(own).find(([, value]) => typeof value === "function");
  if (lost) {
    throw new SerializationError({
      message: `Cannot serialize model "${modelId}": its setting "${
        lost[0]
      }" is a function; make the model inside the step`,
    });
  }
  const plain = Object.entries(headers).filter(([name]) => !isSecretHeader(name.toLowerCase()));
  const settings = { baseURL, headers: plain.length > 0 ? Object.fromEntries(plain) : undefined };
  // As JSON has it, without what is undefined.
  return JSON.parse(JSON.stringify({ modelId, endpoint, settings, own }));
}
