/**
 * Downloads a file of a worker's output.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { detectMediaType, DownloadError, fetchUntrustedUrl, readResponseWithSizeLimit } from "@ai-sdk/provider-utils";
import { networkError } from "../http/error.ts";
import { isTransientStatus } from "../http/retry_cost.ts";
import type { RunpodProviderSettings } from "../settings.ts";

/** The largest file that is downloaded, in bytes: what the AI SDK itself allows. */
const MAX_DOWNLOAD_BYTES = 100 * 1024 * 1024;

/**
 * Downloads an output, without our key and without following it into a private network.
 *
 * @param trustedOrigin The origin of the endpoint as the caller configured it, which may be private itself.
 * @throws {APICallError} for an error status, a success that is no file, or no answer; retryable where that may pass.
 * @throws {DownloadError} for a forbidden address or too many bytes.
 */
export async function download(
  { url, settings, trustedOrigin, abortSignal }: {
    url: string;
    settings: RunpodProviderSettings;
    trustedOrigin: string;
    abortSignal?: AbortSignal;
  },
): Promise<Uint8Array> {
  let hasBegun = false;
  try {
    const response = await fetchUntrustedUrl({ url, fetch: settings.fetch, trustedOrigin, abortSignal });
    hasBegun = true;
    if (!response.ok) {
      await response.body?.cancel();
      throw noFile(url, response, `HTTP ${response.status}`, isTransientStatus(response.status));
    }
    const bytes = await readResponseWithSizeLimit({ response, url, maxBytes: MAX_DOWNLOAD_BYTES });
    const mediaType = response.headers.get("content-type") ?? "";
    // What a proxy or a bucket says in the place of a file comes as a success too.
    if (bytes.length === 0 || (/^text\/|json/.test(mediaType) && detectMediaType({ data: bytes }) === undefined)) {
      throw noFile(url, response, `got ${bytes.length} bytes of ${mediaType || "no type"} instead of a file`, true);
    }
    return bytes;
  } catch (cause) {
    abortSignal?.throwIfAborted();
    if (APICallError.isInstance(cause) || DownloadError.isInstance(cause)) throw cause;
    throw networkError({ attempt: `download ${url}`, url, requestBody: undefined, cause, retryCost: "free", hasBegun });
  }
}

function noFile(url: string, { status, headers }: Response, reason: string, isRetryable: boolean): APICallError {
  return new APICallError({
    message: `Cannot download ${url}: ${reason}`,
    url,
    requestBodyValues: undefined,
    statusCode: status,
    responseHeaders: Object.fromEntries(headers),
    isRetryable,
  });
}
