/**
 * Completion models, as the AI SDK wants them.
 *
 * @module
 */
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamResult,
} from "@ai-sdk/provider";
import { WORKFLOW_DESERIALIZE, WORKFLOW_SERIALIZE } from "@ai-sdk/provider-utils";
import { execute } from "../call/execute.ts";
import { type ModelConfig, type SerializedModel, serializeModel } from "../call/model_config.ts";
import { resolveModel } from "../call/settings.ts";
import { executeStream } from "../call/stream.ts";
import { completionModality } from "./modality.ts";
import type { RunpodCompletionModelSettings } from "./options.ts";

/** A completion model on one endpoint. */
export class CompletionModel implements LanguageModelV4 {
  readonly specificationVersion = "v4" as const;
  readonly provider = completionModality.provider;
  readonly modelId: string;
  /** A prompt is text, so it holds no files. */
  readonly supportedUrls: Record<string, RegExp[]> = {};
  readonly #config: ModelConfig<RunpodCompletionModelSettings>;

  constructor(config: ModelConfig<RunpodCompletionModelSettings>) {
    resolveModel(completionModality, config);
    this.modelId = config.modelId;
    this.#config = config;
  }

  static [WORKFLOW_SERIALIZE](model: CompletionModel): SerializedModel {
    return serializeModel(model.#config);
  }

  static [WORKFLOW_DESERIALIZE](model: SerializedModel): CompletionModel {
    return new CompletionModel(model);
  }

  async doGenerate(call: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    return await execute(completionModality, this.#config, call);
  }

  async doStream(call: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamResult> {
    return await executeStream(completionModality, this.#config, call);
  }
}
