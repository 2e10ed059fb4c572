/**
 * The body of a submission: what may be in it, and how it is written.
 *
 * @module
 */
import type { InvalidArgumentError } from "@ai-sdk/provider";
import { stringify } from "../http/json.ts";
import { inMegabytes } from "../limits.ts";
import { MAX_SUBMISSION_BYTES } from "./limits.ts";
import { invalidArgument } from "../invalid_argument.ts";
import { parseUrl } from "../parse_url.ts";

const REDACTED = "[redacted]";

/** Limits of a job on the service. */
export type RunpodJobPolicy = {
  /**
   * How long the job may run, in milliseconds, from 5 seconds to 7 days.
   *
   * @default 600_000
   */
  executionTimeout?: number;
  /**
   * How long the job may exist, in milliseconds from its submission, from 10 seconds to 7 days. The service then deletes
   * it, whatever its status is.
   *
   * @default 86_400_000
   */
  ttl?: number;
  /**
   * Whether the job waits for a running worker instead of starting a new one.
   *
   * @default false
   */
  lowPriority?: boolean;
};

/** An S3 bucket for the files of a worker. The worker has to support it. */
export type RunpodS3Config = {
  /** The id of the access key. */
  accessId: string;
  /** The secret of the access key. */
  accessSecret: string;
  /** The name of the bucket. */
  bucketName: string;
  /** The URL of the S3 service. */
  endpointUrl: string;
  /** The folder in the bucket. */
  objectPath?: string;
};

/** The body of a submission. */
export interface Submission {
  /** The worker's input, with at least one key. */
  input: Record<string, unknown>;
  /** The URL that Runpod calls when the job has ended. */
  webhook?: string;
  policy?: RunpodJobPolicy;
  s3Config?: RunpodS3Config;
}

/** A submission that was checked and written as JSON. */
export interface WrittenSubmission {
  /** The body for errors, without the secrets of the S3 bucket and of the webhook. */
  shown: Submission;
  /** The body as JSON. */
  text: string;
  /** What no error may show, not even where a worker quotes it. */
  secrets: string[];
  /** Whether it is too large for `/run`, so that only `/runsync` accepts it. */
  isLarge: boolean;
}

/**
 * Checks a submission and writes it as JSON.
 *
 * @param attempt What is attempted, to follow "Cannot" in errors.
 * @throws {InvalidArgumentError} for an input that is empty, not an object or too large.
 */
export function writeSubmission(attempt: string, submission: Submission): WrittenSubmission {
  checkInput(attempt, submission.input);
  const text = stringify(attempt, submission);
  if (isLongerThan(MAX_SUBMISSION_BYTES.runSync, text)) {
    throw tooLarge(attempt, MAX_SUBMISSION_BYTES.runSync, "send files as URLs");
  }
  return {
    shown: withoutSecrets(submission),
    secrets: secretsOf(submission),
    text,
    isLarge: isLongerThan(MAX_SUBMISSION_BYTES.run, text),
  };
}

/** The texts of a submission that no error may show. */
export function secretsOf({ webhook, s3Config }: Partial<Submission>): string[] {
  return [webhook, s3Config?.accessSecret].filter((secret) => typeof secret === "string");
}

/** A submission as errors show it. */
function withoutSecrets({ webhook, s3Config, ...submission }: Submission): Submission {
  return {
    ...submission,
    ...(webhook !== undefined && { webhook: originOf(webhook) }),
    ...(s3Config && { s3Config: { ...s3Config, accessSecret: REDACTED } }),
  };
}

/** Hides the parts of a URL that callers put secrets into. */
function originOf(url: string): string {
  const { origin } = parseUrl(url) ?? {};
  return origin ? `${origin}/${REDACTED}` : REDACTED;
}

/** Makes the error for a submission that is larger than its route accepts. */
export function tooLarge(attempt: string, maxBytes: number, advice: string): InvalidArgumentError {
  return badInput(attempt, `the request is larger than the ${inMegabytes(maxBytes)} that Runpod accepts; ${advice}`);
}

function checkInput(attempt: string, input: unknown): void {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw badInput(attempt, "the input is not an object; give it at least one key");
  }
  // JSON leaves out keys whose value is undefined.
  if (Object.values(input).some((value) => value !== undefined)) return;
  throw badInput(
    attempt,
    "the input is empty, and Runpod drops an empty input on its way to the worker, so the job would fail; give it at least one key",
  );
}

function badInput(attempt: string, reason: string): InvalidArgumentError {
  return invalidArgument(attempt, "input", reason);
}

/** Whether a text has more bytes in UTF-8. Encodes it only if its length does not decide: one character has 1 to 3 bytes. */
function isLongerThan(maxBytes: number, text: string): boolean {
  if (text.length > maxBytes) return true;
  return text.length * 3 > maxBytes && new TextEncoder().encode(text).length > maxBytes;
}
