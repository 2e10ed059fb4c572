/**
 * Transcription models, as the AI SDK wants them.
 *
 * @module
 */
import type {
  TranscriptionModelV4,
  TranscriptionModelV4CallOptions,
  TranscriptionModelV4Result,
} from "@ai-sdk/provider";
import { WORKFLOW_DESERIALIZE, WORKFLOW_SERIALIZE } from "@ai-sdk/provider-utils";
import { execute } from "../call/execute.ts";
import { type ModelConfig, type SerializedModel, serializeModel } from "../call/model_config.ts";
import { prepare } from "../call/prepare.ts";
import { resolveModel } from "../call/settings.ts";
import { transcriptionModality } from "./modality.ts";
import type { RunpodTranscriptionModelSettings } from "./options.ts";

/** A transcription model on one endpoint. */
export class TranscriptionModel implements TranscriptionModelV4 {
  readonly specificationVersion = "v4" as const;
  readonly provider = transcriptionModality.provider;
  readonly modelId: string;
  readonly #config: ModelConfig<RunpodTranscriptionModelSettings>;

  constructor(config: ModelConfig<RunpodTranscriptionModelSettings>) {
    resolveModel(transcriptionModality, config);
    this.modelId = config.modelId;
    this.#config = config;
  }

  static [WORKFLOW_SERIALIZE](model: TranscriptionModel): SerializedModel {
    return serializeModel(model.#config);
  }

  static [WORKFLOW_DESERIALIZE](model: SerializedModel): TranscriptionModel {
    return new TranscriptionModel(model);
  }

  async doGenerate(call: TranscriptionModelV4CallOptions): Promise<TranscriptionModelV4Result> {
    return await execute(transcriptionModality, this.#config, call);
  }

  /** Lets the worker fetch the recording. A route takes only files, so there the SDK has to download it. */
  async doGenerateFromUrl(
    call: Omit<TranscriptionModelV4CallOptions, "audio" | "mediaType"> & { audio: URL },
  ): Promise<TranscriptionModelV4Result | undefined> {
    const { route } = prepare(transcriptionModality, this.#config, call);
    return route ? undefined : await execute(transcriptionModality, this.#config, call);
  }
}
