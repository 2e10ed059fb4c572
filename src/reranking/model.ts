/**
 * Reranking models, as the AI SDK wants them.
 *
 * @module
 */
import type { RerankingModelV4, RerankingModelV4CallOptions, RerankingModelV4Result } from "@ai-sdk/provider";
import { WORKFLOW_DESERIALIZE, WORKFLOW_SERIALIZE } from "@ai-sdk/provider-utils";
import { execute } from "../call/execute.ts";
import { type ModelConfig, type SerializedModel, serializeModel } from "../call/model_config.ts";
import { resolveModel } from "../call/settings.ts";
import { rerankingModality } from "./modality.ts";
import type { RunpodRerankingModelSettings } from "./options.ts";
import { explainStuckJob } from "./stuck_job.ts";

/** A reranking model on one endpoint. */
export class RerankingModel implements RerankingModelV4 {
  readonly specificationVersion = "v4" as const;
  readonly provider = rerankingModality.provider;
  readonly modelId: string;
  readonly #config: ModelConfig<RunpodRerankingModelSettings>;

  constructor(config: ModelConfig<RunpodRerankingModelSettings>) {
    resolveModel(rerankingModality, config);
    this.modelId = config.modelId;
    this.#config = config;
  }

  static [WORKFLOW_SERIALIZE](model: RerankingModel): SerializedModel {
    return serializeModel(model.#config);
  }

  static [WORKFLOW_DESERIALIZE](model: SerializedModel): RerankingModel {
    return new RerankingModel(model);
  }

  async doRerank(call: RerankingModelV4CallOptions): Promise<RerankingModelV4Result> {
    // Servers refuse an empty list, whose ranking is known.
    if (call.documents.values.length === 0) return { ranking: [], warnings: [] };
    try {
      return await execute(rerankingModality, this.#config, call);
    } catch (error) {
      throw explainStuckJob(error);
    }
  }
}
