/**
 * The limits of Runpod's job queues, and how often we try. Each fact stands here once.
 *
 * Source: https://docs.runpod.io/serverless/endpoints/operation-reference and
 * https://docs.runpod.io/serverless/endpoints/send-requests
 *
 * @module
 */

const MINUTE_MILLIS = 60_000;
const MEBIBYTE = 1024 * 1024;

/** How long a result can be read after its job has ended, in milliseconds, by the route that the job was submitted to. */
export const RESULT_LIFETIME_MILLIS = { run: 30 * MINUTE_MILLIS, runSync: MINUTE_MILLIS };

/** {@link RESULT_LIFETIME_MILLIS} as a note for error messages. */
export const RESULT_LIFETIME_NOTE = `results are kept for ${
  RESULT_LIFETIME_MILLIS.run / MINUTE_MILLIS
} minutes, those of /runsync for ${RESULT_LIFETIME_MILLIS.runSync / MINUTE_MILLIS} minute`;

/** The largest body of a submission, in bytes, by its route. */
export const MAX_SUBMISSION_BYTES = { run: 10 * MEBIBYTE, runSync: 20 * MEBIBYTE };

/**
 * How long `/runsync` may hold a submission until the job has ended, in milliseconds: the bounds that the service accepts,
 * and what we ask for by default. `/status-sync` holds for at most the default.
 */
export const HOLD_MILLIS = { min: 1000, max: 300_000, default: 90_000 };

/**
 * How long before the deadline the service has to stop holding a request, in milliseconds, so that its answer arrives. Ours.
 */
export const ANSWER_MILLIS = 5000;

/** The time that {@link RATE_LIMITS} are counted in, in milliseconds. */
export const RATE_WINDOW_MILLIS = 10_000;

/** How many requests one endpoint accepts within {@link RATE_WINDOW_MILLIS}. An endpoint with many workers accepts more. */
export const RATE_LIMITS = { run: 1000, runSync: 2000, status: 2000, cancel: 100 };

/** How many requests of a kind one endpoint accepts at the same time. */
export const CONCURRENCY_LIMITS = { run: 200, runSync: 400, status: 400, cancel: 20 };

/** The statuses with which the service may refuse to cancel a job, most likely because the job has already ended. */
export const CANCEL_REFUSED_STATUSES = [400, 404, 409];

/**
 * A job that is not found within this time after its submission may not be known to the service yet, in milliseconds. Runpod's
 * newest Python SDK asks again for as long. Ours are all limits below.
 */
export const NOT_FOUND_GRACE_MILLIS = 31_000;

/** How often a file of a result is downloaded before the call fails. */
export const MAX_DOWNLOAD_TRIES = 5;

/** How often a job that nobody waits for is cancelled at most, until a cancel succeeds. */
export const MAX_CANCEL_TRIES = 3;

/** How often any other request that may be repeated is sent, where no deadline ends the tries. */
export const MAX_TRIES = 10;

/**
 * After this time a read that may be repeated has failed, in milliseconds. The service answers a status read at once, holds
 * a read of the stream for 10 seconds, and a file may be as large as 100 MB.
 */
export const READ_TIMEOUT_MILLIS = { status: 40_000, stream: 120_000, download: 300_000 };
