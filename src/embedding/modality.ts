/**
 * Embedding: `/embeddings` of an OpenAI-compatible server, or a job of Runpod's worker for Infinity.
 *
 * @module
 */
import type { EmbeddingModelV4CallOptions, EmbeddingModelV4Result, JSONObject } from "@ai-sdk/provider";
import { isRecord } from "@ai-sdk/provider-utils";
import type { Modality, ModalityTypes, ModelCall } from "../call/modality.ts";
import { callOptions } from "../call/options.ts";
import { choiceSetting, settingsSchema } from "../call/settings.ts";
import { nonEmptyText, oneOf, whole } from "../checks.ts";
import { warnUnsupported } from "../input/context.ts";
import { override } from "../input/writer.ts";
import { unwrap } from "../job/envelope.ts";
import { once } from "../once.ts";
import { isErrorObject } from "../route/post.ts";
import type { RunpodEmbeddingModelOptions, RunpodEmbeddingModelSettings } from "./options.ts";
import { readEmbeddings } from "./vectors.ts";

/** The types of embedding. */
export interface EmbeddingKind extends ModalityTypes {
  call: EmbeddingModelV4CallOptions;
  settings: RunpodEmbeddingModelSettings;
  row: undefined;
  options: Pick<RunpodEmbeddingModelOptions, "encodingFormat">;
  /** How many vectors there must be. */
  reading: { count: number };
  result: Omit<EmbeddingModelV4Result, "warnings">;
}

/** Embedding. */
export const embeddingModality: Modality<EmbeddingKind> = {
  provider: "runpod.embedding",
  verb: "embed",
  settings: settingsSchema(() => ({
    model: nonEmptyText(),
    transport: choiceSetting(["openai", "queue"]),
    worker: choiceSetting(["infinity"]),
    maxEmbeddingsPerCall: whole("a whole number above 0", 1),
  })),
  options: once(() => callOptions({ encodingFormat: oneOf(["float", "base64"], '"float" or "base64"') })),
  resolve: () => undefined,
  defaultTransport: "openai",
  jobModel: "listed by a route",
  write: writeJob,
  resume: ({ call }) => ({ count: call.values.length }),
  read(output, { reading: { count } }) {
    const json = unwrap(output.value);
    const read = isRecord(json) && !isErrorObject(json) ? readEmbeddings(json, count) : undefined;
    if (!read) throw output.unreadable();
    return { ...read, response: { body: output.answer.json }, providerMetadata: { runpod: output.about } };
  },
  routes: {
    openai: {
      path: "/embeddings",
      write: (modelCall) => ({ body: writeBody(modelCall), reading: { count: modelCall.call.values.length } }),
      read({ json, answer, unexpected }, { reading: { count } }) {
        const read = isRecord(json) ? readEmbeddings(json, count) : undefined;
        if (!read || !isRecord(json)) throw unexpected(`an embedding for each of ${count} values`);
        const { cost } = json;
        return {
          ...read,
          response: { body: answer.json },
          ...(typeof cost === "number" && { providerMetadata: { runpod: { cost } } }),
        };
      },
    },
  },
};

function writeBody(modelCall: ModelCall<EmbeddingKind>): JSONObject {
  const { call, options: { encodingFormat }, workerOptions } = modelCall;
  const options = { ...(encodingFormat && { encoding_format: encodingFormat }), ...workerOptions };
  const { dimensions } = call;
  const written = dimensions === undefined ? {} : { dimensions };
  return { input: call.values, ...override(modelCall, written, options, { dimensions: "dimensions" }), ...options };
}

function writeJob(modelCall: ModelCall<EmbeddingKind>): { input: JSONObject; reading: { count: number } } {
  const { call: { values, dimensions }, options: { encodingFormat }, workerOptions } = modelCall;
  const details = "the worker for Infinity has no such option";
  if (encodingFormat !== undefined) warnUnsupported(modelCall, "providerOptions.runpod.encodingFormat", details);
  if (dimensions !== undefined) warnUnsupported(modelCall, "dimensions", details);
  return { input: { ...workerOptions, input: values }, reading: { count: values.length } };
}
