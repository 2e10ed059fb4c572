/**
 * Embedding models, as the AI SDK wants them.
 *
 * @module
 */
import {
  type EmbeddingModelV4,
  type EmbeddingModelV4CallOptions,
  type EmbeddingModelV4Result,
  TooManyEmbeddingValuesForCallError,
} from "@ai-sdk/provider";
import { WORKFLOW_DESERIALIZE, WORKFLOW_SERIALIZE } from "@ai-sdk/provider-utils";
import { execute } from "../call/execute.ts";
import { type ModelConfig, type SerializedModel, serializeModel } from "../call/model_config.ts";
import { resolveModel } from "../call/settings.ts";
import { embeddingModality } from "./modality.ts";
import type { RunpodEmbeddingModelSettings } from "./options.ts";

const DEFAULT_MAX_EMBEDDINGS = 2048;

/** An embedding model on one endpoint. */
export class EmbeddingModel implements EmbeddingModelV4 {
  readonly specificationVersion = "v4" as const;
  readonly provider = embeddingModality.provider;
  readonly modelId: string;
  readonly maxEmbeddingsPerCall: number;
  readonly supportsParallelCalls = true;
  readonly #config: ModelConfig<RunpodEmbeddingModelSettings>;

  constructor(config: ModelConfig<RunpodEmbeddingModelSettings>) {
    resolveModel(embeddingModality, config);
    this.modelId = config.modelId;
    this.maxEmbeddingsPerCall = config.modelSettings.maxEmbeddingsPerCall ?? DEFAULT_MAX_EMBEDDINGS;
    this.#config = config;
  }

  static [WORKFLOW_SERIALIZE](model: EmbeddingModel): SerializedModel {
    return serializeModel(model.#config);
  }

  static [WORKFLOW_DESERIALIZE](model: SerializedModel): EmbeddingModel {
    return new EmbeddingModel(model);
  }

  async doEmbed(call: EmbeddingModelV4CallOptions): Promise<EmbeddingModelV4Result> {
    const { provider, modelId, maxEmbeddingsPerCall } = this;
    const { values } = call;
    if (values.length > maxEmbeddingsPerCall) {
      throw new TooManyEmbeddingValuesForCallError({ provider, modelId, maxEmbeddingsPerCall, values });
    }
    // Servers refuse an empty list, whose embeddings are known.
    if (values.length === 0) return { embeddings: [], warnings: [] };
    return await execute(embeddingModality, this.#config, call);
  }
}
