/**
 * Errors of single requests, as the results of a batch carry them.
 *
 * @module
 */
import { APICallError, type Experimental_BatchV4Error as BatchV4Error } from "@ai-sdk/provider";
import { messageOf } from "../http/error_details.ts";
import { RunpodJobError } from "../job/error.ts";

/** Describes an error as plain JSON. */
export function describeError(error: unknown): BatchV4Error {
  const message = messageOf(error);
  if (RunpodJobError.isInstance(error)) return { message, type: error.workerError?.type ?? error.kind };
  const statusCode = APICallError.isInstance(error) ? error.statusCode : undefined;
  return { message, ...(statusCode !== undefined && { statusCode }) };
}
