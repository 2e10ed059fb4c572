/**
 * Downloads a file of a worker's output.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { detectMediaType, DownloadError, fetchUntrustedUrl, readResponseWithSizeLimit } from "@ai-sdk/provider-utils";
import { networkError } from "../http/error.ts";
import { isTransientStatus } from "../http/retry_cost.ts";
import { hideCredentials } from "../http/runpod_url.ts";
import type { RunpodProviderSettings } from "../settings.ts";

/** The largest file that is downloaded, in bytes: the AI SDK's own limit. */
const MAX_DOWNLOAD_BYTES = 100 * 1024 * 1024;

/**
 * Downloads a file of a worker's output. The URL is not trusted: it gets no API key, and it must not lead into a private
 * network.
 *
 * @param trustedOrigin The origin of the endpoint, which may itself be in a private network, because the caller chose it.
 * @throws {APICallError} for an error status, a success without a file, or no response. Retryable after a transient failure.
 * @throws {DownloadError} for an address that is not allowed, or a file that is too large.
 * @throws the abort signal's reason, as soon as it aborts.
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
      throw downloadError(url, response, `HTTP ${response.status}`, isTransientStatus(response.status));
    }
    const bytes = await readResponseWithSizeLimit({ response, url, maxBytes: MAX_DOWNLOAD_BYTES });
    const mediaType = response.headers.get("content-type") ?? "";
    if (!isFile(bytes, mediaType)) {
      const got = `got ${bytes.length} bytes of ${mediaType || "no type"} instead of a file`;
      throw downloadError(url, response, got, true);
    }
    return bytes;
  } catch (cause) {
    abortSignal?.throwIfAborted();
    if (APICallError.isInstance(cause) || DownloadError.isInstance(cause)) throw cause;
    throw networkError({
      attempt: `download ${hideCredentials(url)}`,
      url,
      requestBody: undefined,
      cause,
      retryCost: "free",
      hasBegun,
    });
  }
}

/** Whether a success holds a file. A proxy or a bucket may send a message instead, with the same status. */
function isFile(bytes: Uint8Array, mediaType: string): boolean {
  const isText = /^text\/|json/.test(mediaType) && detectMediaType({ data: bytes }) === undefined;
  return bytes.length > 0 && !isText;
}

function downloadError(url: string, { status, headers }: Response, reason: string, isRetryable: boolean): APICallError {
  return new APICallError({
    message: `Cannot download ${hideCredentials(url)}: ${reason}`,
    url,
    requestBodyValues: undefined,
    statusCode: status,
    responseHeaders: Object.fromEntries(headers),
    isRetryable,
  });
}
