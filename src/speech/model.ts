/**
 * Speech models, as the AI SDK wants them.
 *
 * @module
 */
import type { SpeechModelV4, SpeechModelV4CallOptions, SpeechModelV4Result } from "@ai-sdk/provider";
import { WORKFLOW_DESERIALIZE, WORKFLOW_SERIALIZE } from "@ai-sdk/provider-utils";
import { execute } from "../call/execute.ts";
import { type ModelConfig, type SerializedModel, serializeModel } from "../call/model_config.ts";
import { resolveModel } from "../call/settings.ts";
import { speechModality } from "./modality.ts";
import type { RunpodSpeechModelSettings } from "./options.ts";

/** A speech model on one endpoint. */
export class SpeechModel implements SpeechModelV4 {
  readonly specificationVersion = "v4" as const;
  readonly provider = speechModality.provider;
  readonly modelId: string;
  readonly #config: ModelConfig<RunpodSpeechModelSettings>;

  constructor(config: ModelConfig<RunpodSpeechModelSettings>) {
    resolveModel(speechModality, config);
    this.modelId = config.modelId;
    this.#config = config;
  }

  static [WORKFLOW_SERIALIZE](model: SpeechModel): SerializedModel {
    return serializeModel(model.#config);
  }

  static [WORKFLOW_DESERIALIZE](model: SerializedModel): SpeechModel {
    return new SpeechModel(model);
  }

  async doGenerate(call: SpeechModelV4CallOptions): Promise<SpeechModelV4Result> {
    return await execute(speechModality, this.#config, call);
  }
}
