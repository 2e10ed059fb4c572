/**
 * LoRA adapters, which image and video models load alike.
 *
 * @module
 */

/** A LoRA adapter to load. */
export type RunpodLora = {
  /** Where its weights are: a URL. */
  path: string;
  /** How strong it is. */
  scale: number;
};
