/**
 * Downloads a file of a worker's output.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import { detectMediaType, DownloadError, type FetchFunction, fetchUntrustedUrl } from "@ai-sdk/provider-utils";
import { join, openBody, readUpTo } from "../http/body.ts";
import { networkError } from "../http/error.ts";
import { isTransientStatus } from "../http/retry_cost.ts";
import { hideCredentials } from "../http/runpod_url.ts";
import { inMegabytes, MAX_BYTES } from "../limits.ts";

/** IPv6 addresses that stand for IPv4 ones of any kind, private ones among them: 6to4 and Teredo. */
const TUNNEL = /^\[(?:2002:|2001:(?:0:|:))/;

/** How many bytes the files of one result may still have. */
export interface Budget {
  left: number;
}

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
  { url, fetch = globalThis.fetch, trustedOrigin, budget = { left: MAX_BYTES.files }, abortSignal }: {
    url: string;
    fetch?: FetchFunction;
    trustedOrigin: string;
    budget?: Budget;
    abortSignal?: AbortSignal;
  },
): Promise<Uint8Array> {
  let hasBegun = false;
  const guarded: FetchFunction = (input, init) => {
    const { hostname } = new URL(input instanceof Request ? input.url : input);
    if (TUNNEL.test(hostname)) throw new DownloadError({ url, message: `the address ${hostname} is not allowed` });
    return fetch(input, init);
  };
  try {
    const response = await fetchUntrustedUrl({ url, fetch: guarded, trustedOrigin, abortSignal });
    hasBegun = true;
    if (!response.ok) {
      await response.body?.cancel();
      throw downloadError(url, response, `HTTP ${response.status}`, isTransientStatus(response.status));
    }
    const bytes = await readFile(url, response, budget, abortSignal);
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

async function readFile(
  url: string,
  response: Response,
  budget: Budget,
  abortSignal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const body = openBody(response);
  const tooLarge = (what: string, limit: number) => {
    body.cancel();
    return new DownloadError({ url, message: `${what} larger than the ${inMegabytes(limit)} that are read` });
  };
  const told = Number(response.headers.get("content-length"));
  if (told > MAX_BYTES.file) throw tooLarge("the file is", MAX_BYTES.file);
  const pieces: Uint8Array[] = [];
  const isWhole = await readUpTo(body, MAX_BYTES.file, abortSignal, (piece) => {
    budget.left -= piece.length;
    if (budget.left < 0) throw tooLarge("the files of the result are", MAX_BYTES.files);
    pieces.push(piece);
  });
  if (!isWhole) throw tooLarge("the file is", MAX_BYTES.file);
  return join(pieces);
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
