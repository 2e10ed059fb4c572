/**
 * The models that several servers serve.
 *
 * @module
 */
import type { Place } from "./place.ts";

/** The tiny chat model, in a folder as Hugging Face's libraries keep it. */
export async function chatModel(place: Place): Promise<string> {
  return await place.model(await modelTools(place), "chat");
}

/** A folder with two random models, `embedding` and `reranking`. */
export async function bertModels(place: Place): Promise<string> {
  return await place.model(await modelTools(place), "bert", await chatModel(place));
}

/** The Python environment in which models are made. */
export async function modelTools(place: Place): Promise<string> {
  return await place.python("model-tools", ["torch==2.13.0", "transformers==5.19.0", "sentencepiece", "protobuf"]);
}
