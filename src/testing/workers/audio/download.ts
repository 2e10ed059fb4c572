import { pythonError } from "../python.ts";
import { checkSound, type ReadFile } from "./recording.ts";
import { isUrl } from "../../common/url.ts";

/** Addresses that are not on the public internet. */
const PRIVATE =
  /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|169\.254\.\d+\.\d+|172\.(1[6-9]|2\d|3[01])\.\d+\.\d+|0\.0\.0\.0|\[::1?\])$/;

/**
 * Downloads a recording as the worker SDK does. A URL that is not one of the emulator's own stays a URL.
 *
 * @throws the error of the worker if there is no such file, or if the SDK does not load from there
 */
export function downloadRecording(url: string, read: ReadFile): Uint8Array | string {
  const file = read(url);
  // The SDK says nothing about a failed download, and the worker goes on without a file.
  if (file === null) throw pythonError("FileNotFoundError", "[Errno 2] No such file or directory: 'None'");
  if (file !== undefined) return checkSound(file, "/jobs/downloaded_files/recording");
  const { protocol, hostname } = isUrl(url) ? new URL(url) : { protocol: ":", hostname: "" };
  if (protocol !== "http:" && protocol !== "https:") {
    throw blocked(`blocked URL scheme '${protocol.slice(0, -1)}': ${url}`);
  }
  if (PRIVATE.test(hostname)) throw blocked(`host '${hostname}' resolves to non-public address ${addressOf(hostname)}`);
  return url;
}

function addressOf(hostname: string): string {
  return hostname.endsWith("localhost") ? "127.0.0.1" : hostname.replace(/^\[|\]$/g, "");
}

function blocked(message: string): Error {
  return pythonError("runpod.serverless.utils.rp_ssrf.SSRFError", message);
}
