/**
 * Chat models, as the AI SDK wants them.
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
import { chatModality } from "./modality.ts";
import type { RunpodChatModelSettings } from "./options.ts";
import { SUPPORTED_URLS } from "./supported_urls.ts";

/** A chat model on one endpoint. */
export class ChatModel implements LanguageModelV4 {
  readonly specificationVersion = "v4" as const;
  readonly provider = chatModality.provider;
  readonly modelId: string;
  /** The endpoint fetches these itself, so nobody has to download and inline them. */
  readonly supportedUrls: Record<string, RegExp[]> = SUPPORTED_URLS;
  readonly #config: ModelConfig<RunpodChatModelSettings>;

  constructor(config: ModelConfig<RunpodChatModelSettings>) {
    resolveModel(chatModality, config);
    this.modelId = config.modelId;
    this.#config = config;
  }

  static [WORKFLOW_SERIALIZE](model: ChatModel): SerializedModel {
    return serializeModel(model.#config);
  }

  static [WORKFLOW_DESERIALIZE](model: SerializedModel): ChatModel {
    return new ChatModel(model);
  }

  async doGenerate(call: LanguageModelV4CallOptions): Promise<LanguageModelV4GenerateResult> {
    return await execute(chatModality, this.#config, call);
  }

  async doStream(call: LanguageModelV4CallOptions): Promise<LanguageModelV4StreamResult> {
    return await executeStream(chatModality, this.#config, call);
  }
}
