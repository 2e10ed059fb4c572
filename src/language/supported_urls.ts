/**
 * The files that chat endpoints fetch themselves.
 *
 * @module
 */

/** Media types, and the URLs of each that need not be downloaded and inlined. */
export const SUPPORTED_URLS: Record<string, RegExp[]> = {
  "image/*": [/^https?:\/\/.+$/],
  "video/*": [/^https?:\/\/.+$/],
  "audio/*": [/^https?:\/\/.+$/],
};
