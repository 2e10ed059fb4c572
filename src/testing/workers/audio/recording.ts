import { decodeBase64 } from "../../common/base64.ts";
import { pythonError } from "../python.ts";

/** Reads the file behind a URL; undefined if it is not one of the emulator's own. */
export type ReadFile = (url: string) => Uint8Array | undefined;

/**
 * Decodes a recording in base64.
 *
 * @throws the error of the worker if the text is not base64
 */
export function decodeRecording(text: string): Uint8Array {
  const bytes = decodeBase64(text);
  if (bytes !== undefined) return bytes;
  throw pythonError("InvalidDataError", "[Errno 1094995529] Invalid data found when processing input");
}
