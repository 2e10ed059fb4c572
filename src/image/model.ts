/**
 * Image models, as the AI SDK wants them.
 *
 * @module
 */
import type { ImageModelV4, ImageModelV4CallOptions, ImageModelV4Result } from "@ai-sdk/provider";
import { WORKFLOW_DESERIALIZE, WORKFLOW_SERIALIZE } from "@ai-sdk/provider-utils";
import { execute } from "../call/execute.ts";
import { type ModelConfig, type SerializedModel, serializeModel } from "../call/model_config.ts";
import { resolveModel } from "../call/settings.ts";
import { ANY_IMAGE_WORKER } from "./catalogue.ts";
import { imageModality } from "./modality.ts";
import type { RunpodImageModelSettings } from "./options.ts";

/** An image model on one endpoint. */
export class ImageModel implements ImageModelV4 {
  readonly specificationVersion = "v4" as const;
  readonly provider = imageModality.provider;
  readonly maxImagesPerCall = 1;
  readonly modelId: string;
  readonly supportsFileInputs: boolean | undefined;
  readonly supportsMaskInputs: boolean | undefined;
  readonly #config: ModelConfig<RunpodImageModelSettings>;

  constructor(config: ModelConfig<RunpodImageModelSettings>) {
    const row = resolveModel(imageModality, config);
    // Of any other worker, and of what a function of the caller's makes of the files, nothing is known.
    const isKnown = row !== ANY_IMAGE_WORKER && config.modelSettings.input === undefined;
    this.modelId = config.modelId;
    this.supportsFileInputs = isKnown ? row.images !== undefined : undefined;
    this.supportsMaskInputs = isKnown ? row.keys.mask !== undefined : undefined;
    this.#config = config;
  }

  static [WORKFLOW_SERIALIZE](model: ImageModel): SerializedModel {
    return serializeModel(model.#config);
  }

  static [WORKFLOW_DESERIALIZE](model: SerializedModel): ImageModel {
    return new ImageModel(model);
  }

  async doGenerate(call: ImageModelV4CallOptions): Promise<ImageModelV4Result> {
    return await execute(imageModality, this.#config, call);
  }
}
