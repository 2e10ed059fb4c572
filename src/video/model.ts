/**
 * Video models, as the AI SDK wants them.
 *
 * @module
 */
import type {
  Experimental_VideoModelV4 as VideoModelV4,
  Experimental_VideoModelV4CallOptions as VideoModelV4CallOptions,
  Experimental_VideoModelV4OperationStartResult as VideoModelV4OperationStartResult,
  Experimental_VideoModelV4OperationStatusResult as VideoModelV4OperationStatusResult,
  Experimental_VideoModelV4Result as VideoModelV4Result,
} from "@ai-sdk/provider";
import { WORKFLOW_DESERIALIZE, WORKFLOW_SERIALIZE } from "@ai-sdk/provider-utils";
import { execute } from "../call/execute.ts";
import { type ModelConfig, type SerializedModel, serializeModel } from "../call/model_config.ts";
import { resolveModel } from "../call/settings.ts";
import { videoModality } from "./modality.ts";
import { markAwaited } from "./operation.ts";
import type { RunpodVideoModelSettings } from "./options.ts";
import { readVideoStatus, startVideo } from "./polling.ts";

/** A video model on one endpoint. */
export class VideoModel implements VideoModelV4 {
  readonly specificationVersion = "v4" as const;
  readonly provider = videoModality.provider;
  readonly maxVideosPerCall = 1;
  readonly modelId: string;
  readonly #config: ModelConfig<RunpodVideoModelSettings>;

  constructor(config: ModelConfig<RunpodVideoModelSettings>) {
    resolveModel(videoModality, config);
    this.modelId = config.modelId;
    this.#config = config;
  }

  static [WORKFLOW_SERIALIZE](model: VideoModel): SerializedModel {
    return serializeModel(model.#config);
  }

  static [WORKFLOW_DESERIALIZE](model: SerializedModel): VideoModel {
    return new VideoModel(model);
  }

  async doGenerate(call: VideoModelV4CallOptions): Promise<VideoModelV4Result> {
    return await execute(videoModality, this.#config, call);
  }

  /** Passes the webhook's URL on to doStart. Runpod signs no webhook, so a call of it is only a reason to read the status. */
  async handleWebhookOption(
    { webhook }: Parameters<NonNullable<VideoModelV4["handleWebhookOption"]>>[0],
  ): Promise<Awaited<ReturnType<NonNullable<VideoModelV4["handleWebhookOption"]>>>> {
    const { url, received } = await webhook();
    return { webhookUrl: markAwaited(url), received };
  }

  async doStart(
    call: Parameters<NonNullable<VideoModelV4["doStart"]>>[0],
  ): Promise<VideoModelV4OperationStartResult> {
    return await startVideo(this.#config, call);
  }

  async doStatus(
    call: Parameters<NonNullable<VideoModelV4["doStatus"]>>[0],
  ): Promise<VideoModelV4OperationStatusResult> {
    return await readVideoStatus(this.#config, call);
  }
}
