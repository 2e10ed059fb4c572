import { pythonBase64 } from "../../common/python_base64.ts";
import { isKnownSound } from "../../files/known_sound.ts";
import { pythonError } from "../python.ts";

/** Reads one of the emulator's own files: null if it has no such file, undefined if the URL is another one. */
export type ReadFile = (url: string) => Uint8Array | null | undefined;

/**
 * Decodes a recording in base64.
 *
 * @throws the error of the worker if the text is not base64, or not sound
 */
export function decodeRecording(text: string): Uint8Array {
  const decoded = pythonBase64(text);
  if ("problem" in decoded) throw pythonError("binascii.Error", decoded.problem);
  return checkSound(decoded.bytes, "/tmp/tmpq8v2x1zn.wav");
}

/**
 * Checks that a file has sound.
 *
 * @throws the error of the decoder if it has none
 */
export function checkSound(bytes: Uint8Array, path: string): Uint8Array {
  if (isKnownSound(bytes)) return bytes;
  throw pythonError(
    "av.error.InvalidDataError",
    `[Errno 1094995529] Invalid data found when processing input: '${path}'`,
  );
}
