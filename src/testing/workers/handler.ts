import { isRecord } from "../common/json.ts";
import { isTruthy, repr } from "./python.ts";

/** What a handler is told about its job. */
export interface EmulatedHandlerJob {
  /** The job's id. */
  id: string;
  /** The id of the endpoint that runs it. */
  endpoint: string;
  /** 1 at first, one more after each `/retry`. */
  attempt: number;
}

/**
 * Runs a job. Returns the output, a promise of it, or an (async) iterable of yields, as a generator does.
 *
 * The rules are those of the Python worker SDK: a returned or yielded object with a truthy `error` fails the job, and so
 * does a thrown error. The output of an iterable is the list of its yields, as with `return_aggregate_stream`.
 */
export type EmulatedHandler = (input: Record<string, unknown>, job: EmulatedHandlerJob) => unknown;

/** How a run ended. */
export interface Outcome {
  status: string;
  output?: unknown;
  error?: unknown;
}

/** Runs a handler as the worker SDK's `run_job` and `run_job_generator` do. `emit` receives each yield. */
export function runHandler(
  handler: EmulatedHandler,
  input: Record<string, unknown>,
  job: EmulatedHandlerJob,
  worker: string,
  emit: (output: unknown) => void,
): Outcome | Promise<Outcome> {
  const failed = (error: unknown) => handlerRaised(error, worker);
  try {
    const value = handler(structuredClone(input), job);
    if (value instanceof Promise) return value.then((settled) => finish(settled, emit)).catch(failed);
    return finish(value, emit);
  } catch (error) {
    return failed(error);
  }
}

function finish(value: unknown, emit: (output: unknown) => void): Outcome | Promise<Outcome> {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    if (Symbol.asyncIterator in value) return collect((value as AsyncIterable<unknown>)[Symbol.asyncIterator](), emit);
    if (Symbol.iterator in value) return collect((value as Iterable<unknown>)[Symbol.iterator](), emit);
    return returned(value as Record<string, unknown>);
  }
  return value === undefined || value === null ? { status: "COMPLETED" } : { status: "COMPLETED", output: value };
}

/** The SDK removes `error` and `refresh_worker` from a returned dictionary, and then leaves out an empty output. */
function returned(value: Record<string, unknown>): Outcome {
  const { error, refresh_worker: _, ...rest } = value;
  const outcome: Outcome = { status: "COMPLETED" };
  if (Object.keys(rest).length > 0) outcome.output = rest;
  if (isTruthy(error)) {
    outcome.status = "FAILED";
    outcome.error = error;
  }
  return outcome;
}

/** Collects the yields. Where the iterator answers at once, it goes on at once, so that nothing waits without need. */
function collect(
  iterator: Iterator<unknown> | AsyncIterator<unknown>,
  emit: (output: unknown) => void,
): Outcome | Promise<Outcome> {
  const output: unknown[] = [];
  const accept = ({ done, value }: IteratorResult<unknown>): Outcome | Promise<Outcome> | undefined => {
    if (done) return { status: "COMPLETED", output };
    const failure = yieldedError(value);
    if (failure !== undefined) {
      const closed = iterator.return?.();
      return closed !== undefined && "then" in closed ? Promise.resolve(closed).then(() => failure) : failure;
    }
    output.push(value);
    emit(value);
  };
  const proceed = (): Outcome | Promise<Outcome> => {
    try {
      while (true) {
        const next = iterator.next();
        if ("then" in next) {
          return Promise.resolve(next).then((settled) => accept(settled) ?? proceed()).catch(generatorRaised);
        }
        const outcome = accept(next);
        if (outcome !== undefined) return outcome;
      }
    } catch (error) {
      return generatorRaised(error);
    }
  };
  return proceed();
}

function yieldedError(item: unknown): Outcome | undefined {
  if (!isRecord(item)) return undefined;
  const { error } = item;
  return isTruthy(error) ? { status: "FAILED", error: typeof error === "string" ? error : repr(error) } : undefined;
}

function handlerRaised(error: unknown, worker: string): Outcome {
  const { name, message } = describe(error);
  const details = {
    error_type: `<class '${name}'>`,
    error_message: message,
    error_traceback: traceback(name, message, "handler_return = handler(job)"),
    hostname: `${worker}-64410b2e`,
    worker_id: worker,
    runpod_version: "1.12.0",
  };
  return { status: "FAILED", error: JSON.stringify(details) };
}

function generatorRaised(error: unknown): Outcome {
  const { name, message } = describe(error);
  return {
    status: "FAILED",
    error: `handler: ${message} \ntraceback: ${traceback(name, message, "for output_partial in job_output:")}`,
  };
}

function describe(error: unknown): { name: string; message: string } {
  if (!(error instanceof Error)) return { name: "Exception", message: String(error) };
  return { name: error.name === "Error" ? "Exception" : error.name, message: error.message };
}

function traceback(name: string, message: string, line: string): string {
  const file = "/usr/local/lib/python3.12/site-packages/runpod/serverless/modules/rp_job.py";
  return `Traceback (most recent call last):\n  File "${file}", line 182, in run_job\n    ${line}\n${name}: ${message}\n`;
}
