/**
 * The limits on what servers and workers send. An error names the limit that was reached.
 *
 * @module
 */

const MEBIBYTE = 1024 * 1024;

/** How deep answers are read. Servers choose how deep they nest, and the stack has an end. */
export const MAX_DEPTH = 50;

/**
 * The most bytes that are read of a success, of an error (the rest is left out), of one event of a stream, of one file,
 * and of all files of one result together. Compressed bodies count as they are unpacked.
 */
export const MAX_BYTES = {
  answer: 128 * MEBIBYTE,
  error: MEBIBYTE,
  event: 16 * MEBIBYTE,
  file: 100 * MEBIBYTE,
  files: 400 * MEBIBYTE,
};

/** The most files that are downloaded for one result, and how many of them at once. */
export const MAX_FILES = { inAll: 100, atOnce: 4 };

/** The most characters of a server's words in a message, and of a text that is searched for them: its start and its end. */
export const MAX_LENGTH = { message: 600, searched: { start: 8000, end: 2000 } };

/** The longest pause that a server may ask for, in milliseconds. */
export const MAX_RETRY_AFTER_MILLIS = 60_000;

/** How long a stream may stay open after its finish reason, in milliseconds. The usage may come in that time. */
export const LINGER_MILLIS = 5000;

/** How long the answer to a submission that nobody waits for is waited for after its hold, in milliseconds. */
export const ABANDONED_MILLIS = 60_000;

/** Names of served models in one error, and credentials whose served names are remembered for one endpoint. */
export const MAX_NAMES = 20;

/** Writes a number of bytes for an error message. */
export function inMegabytes(bytes: number): string {
  return `${bytes / MEBIBYTE} MB`;
}
