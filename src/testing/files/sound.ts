/** A recording that a file is written from. */
export interface Sound {
  /** 16-bit samples of one channel, {@link SAMPLES_PER_SECOND} a second. */
  samples: Int16Array;
  /** Text for the file's comment field. */
  comment: Uint8Array;
}

/** The sample rate of every recording. */
export const SAMPLES_PER_SECOND = 24_000;
