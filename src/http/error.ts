/**
 * Turns every failed request into one kind of error: what was attempted, what went wrong, and what to do about it.
 *
 * @module
 */
import { APICallError } from "@ai-sdk/provider";
import type { Answer } from "./answer.ts";
import { MAX_LENGTH } from "../limits.ts";
import { causesOf, messageOf, readError, shorten } from "./error_details.ts";
import { isRetryableAnswer, isRetryableNetworkError, type RetryCost } from "./retry_cost.ts";

/** Makes the error for an answer with an error status, or with an error in the body of a success. */
export function answerError(
  { attempt, answer, retryCost, notFound }: {
    /** What was attempted, to follow "Cannot". */
    attempt: string;
    answer: Answer;
    retryCost: RetryCost;
    /** Advice for a 404: only the caller knows what may be missing. */
    notFound?: string;
  },
): APICallError {
  const details = readError(answer.json) ?? readError(answer.text);
  // In a success, and in the gateway's 5xx, a status that the body names says more than HTTP's own.
  const status = (answer.ok || answer.status >= 500 ? details?.code : undefined) ?? answer.status;
  const advice = redirectAdvice(answer) ?? trustAdvice(answer, status) ??
    adviceFor(attempt, status, notFound, details?.message);
  const reason = shorten(details?.message ?? "the answer is empty", 2 * MAX_LENGTH.message);
  return new APICallError({
    ...callDetails(answer),
    message: `Cannot ${attempt}: ${reason} (HTTP ${answer.status})${advice ? `; ${advice}` : ""}`,
    isRetryable: isRetryableAnswer(answer, status, details, retryCost),
  });
}

/** Makes the error for a success whose body is not what the route promises. Never retryable. */
export function unexpectedAnswer(
  { attempt, answer, expected }: { attempt: string; answer: Answer; expected: string },
): APICallError {
  const body = answer.text.trim();
  // llama-cpp-python and Ollama say nothing about a prompt that does not fit.
  const cause = attempt.startsWith("generate text") ? "; the prompt may be longer than the model's context" : "";
  const got = body === "" ? `an empty body${cause}` : `"${shorten(body, 200)}"`;
  return unusableAnswer({ attempt, answer, reason: `expected ${expected}, got ${got}` });
}

/** Makes the error for a success that cannot be used. Never retryable. */
export function unusableAnswer(
  { attempt, answer, reason }: { attempt: string; answer: Answer; reason: string },
): APICallError {
  return new APICallError({
    ...callDetails(answer),
    message: `Cannot ${attempt}: ${reason} (HTTP ${answer.status})`,
    isRetryable: false,
  });
}

/** Makes the error for a success that is larger than what is read. Never retryable. */
export function oversizeError(
  { attempt, answer, limit }: { attempt: string; answer: Answer; limit: string },
): APICallError {
  return new APICallError({
    ...callDetails(answer),
    // Without its status it is not taken for the answer of a proxy, which would be read again.
    statusCode: undefined,
    message: `Cannot ${attempt}: the answer is larger than the ${limit} that are read (HTTP ${answer.status})`,
    isRetryable: false,
  });
}

/** Makes the error for a request without a response, or with only a part of one. */
export function networkError(
  { attempt, url, requestBody, headers = {}, cause, retryCost, hasBegun = false }: {
    /** What was attempted, to follow "Cannot". */
    attempt: string;
    url: string;
    requestBody: unknown;
    /** The headers of the request. */
    headers?: Record<string, string>;
    cause: unknown;
    retryCost: RetryCost;
    /** Whether a part of the response had arrived. */
    hasBegun?: boolean;
  },
): APICallError {
  const what = hasBegun ? "the answer broke off" : "no answer";
  const isRetryable = isRetryableNetworkError(cause, retryCost, hasBegun);
  const reason = shorten(innermostMessage(cause));
  const { host } = new URL(url);
  const isSubmission = retryCost === "job" && !isRetryable;
  let note = isSubmission ? "; a job may exist, so it is not submitted again" : "";
  if (!hasBegun && HIDDEN_REASON.test(reason)) note = corsAdvice(host, headers, isSubmission);
  return new APICallError({
    message: `Cannot ${attempt}: ${what} from ${host}: ${reason}${note}`,
    url,
    requestBodyValues: requestBody,
    cause,
    isRetryable,
  });
}

/** What Chromium, Firefox and Safari say of a request that CORS refused, and of a lost connection too. */
const HIDDEN_REASON = /^(Failed to fetch|NetworkError when|Load failed)/;

/** What can be said where the browser hides whether CORS or the network is to blame. */
function corsAdvice(host: string, headers: Record<string, string>, isSubmission: boolean): string {
  const names = Object.keys(headers).join(", ");
  const allow = `${host} has to allow the origin of this page${names && ` and the headers ${names}`}`;
  const lost = isSubmission ? "; where the answer was lost, the job is not submitted again" : "";
  return `; the browser hides why: where CORS refused the preflight, nothing was sent, and ${allow}${lost}`;
}

function callDetails(
  { url, requestBody, status, headers, text, json }: Answer,
): Omit<ConstructorParameters<typeof APICallError>[0], "message"> {
  return {
    url,
    requestBodyValues: requestBody,
    statusCode: status,
    responseHeaders: headers,
    responseBody: text,
    data: json,
  };
}

function redirectAdvice({ status, headers }: Answer): string | undefined {
  if (status < 300 || status >= 400 || !headers.location) return undefined;
  return `it redirects to "${shorten(headers.location, 200)}", and the API key is not sent there`;
}

/** Why a server that only a model id names may miss the key. */
function trustAdvice({ isTrustedServer = true }: Answer, status: number): string | undefined {
  if (isTrustedServer || (status !== 401 && status !== 403)) return undefined;
  return "the API key and the configured headers go only to Runpod and to the origin of baseURL; set baseURL to this server";
}

/** What to do about errors that only their words tell, for the attempts that begin so. */
const ADVICE: Array<[attempt: string, words: RegExp, advice: string]> = [
  [
    // vLLM names its own flags. On an endpoint these are environment variables.
    "generate text",
    /tool choice requires|tool-call-parser/,
    "set ENABLE_AUTO_TOOL_CHOICE=true and TOOL_CALL_PARSER=… (the parser for the model, such as hermes) on the endpoint",
  ],
  [
    "generate text",
    /\b(?:part|tag|type)\b.{0,40}\bfile\b|\bfile\b.{0,40}\b(?:part|tag|type)\b|content\[\]\.type/i,
    "this server takes no PDF: send its pages as images, or its text",
  ],
  [
    "embed",
    /batch size \d+ >|(?:max\w*|allowed) (?:client )?batch|batch\w* (?:size )?(?:limit|exceed|too)|too many (?:inputs|texts|values)|at most \d+ (?:inputs|texts|values|items)/i,
    "set maxEmbeddingsPerCall of the model to what the server takes at once",
  ],
];

/** What to do about an error. */
export function adviceFor(
  attempt: string,
  status: number,
  notFound: string | undefined,
  message = "",
): string | undefined {
  const row = ADVICE.find(([verb, words]) => attempt.startsWith(verb) && words.test(message));
  if (row) return row[2];
  switch (status) {
    case 401:
      return 'check that the API key is valid ("apiKey" or RUNPOD_API_KEY)';
    case 402:
      return "check the balance of the Runpod account";
    case 403:
      return "check that the API key may use this endpoint";
    case 404:
      return notFound;
    case 413:
      return attempt.startsWith("embed")
        ? "send fewer values at once (maxEmbeddingsPerCall of the model), or shorter ones"
        : "send less, or send files as URLs";
    case 429:
      return "the rate or queue limit is reached, so slow down or add workers";
  }
}

/** The message of the first cause: runtimes wrap the interesting one in "fetch failed". */
function innermostMessage(error: unknown): string {
  let message = messageOf(error);
  for (const at of causesOf(error)) message = at.message || message;
  return message;
}
