/** What a handler is told about the job it runs. */
export interface EmulatedHandlerJob {
  /** The job's id. */
  id: string;
  /** The id of the endpoint that runs it. */
  endpoint: string;
  /** 1 on the first run, one more after each `/retry`. */
  attempt: number;
}

/**
 * Runs a job: returns the output or a promise of it, or an (async) iterable of yields, as a generator handler does.
 *
 * The Python worker SDK's rules hold. A returned or yielded object with a truthy `error` fails the job, and so does a
 * thrown error. The output of an iterable is the list of its yields, as with `return_aggregate_stream`.
 */
export type EmulatedHandler = (input: Record<string, unknown>, job: EmulatedHandlerJob) => unknown;

/** How a run ended. */
export interface Outcome {
  status: string;
  output?: unknown;
  error?: unknown;
}

/** Runs a handler as the worker SDK's `run_job` and `run_job_generator` do; `emit` takes each yield. */
export function runHandler(
  handler: EmulatedHandler,
  input: Record<string, unknown>,
  job: EmulatedHandlerJob,
  worker: string,
  emit: (output: unknown) => void,
): Outcome | Promise<Outcome> {
  const failed = (error: unknown) => raised(error, worker);
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

/** The SDK takes `error` and `refresh_worker` out of a returned dictionary, and leaves out an output that is then empty. */
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

/** Goes on at once where the iterator answers at once, so that what needs no waiting ends without any. */
function collect(
  iterator: Iterator<unknown> | AsyncIterator<unknown>,
  emit: (output: unknown) => void,
): Outcome | Promise<Outcome> {
  const output: unknown[] = [];
  const take = ({ done, value }: IteratorResult<unknown>): Outcome | Promise<Outcome> | undefined => {
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
          return Promise.resolve(next).then((settled) => take(settled) ?? proceed()).catch(generatorRaised);
        }
        const outcome = take(next);
        if (outcome !== undefined) return outcome;
      }
    } catch (error) {
      return generatorRaised(error);
    }
  };
  return proceed();
}

function yieldedError(item: unknown): Outcome | undefined {
  if (item === null || typeof item !== "object" || Array.isArray(item)) return undefined;
  const error = (item as Record<string, unknown>).error;
  return isTruthy(error) ? { status: "FAILED", error: typeof error === "string" ? error : repr(error) } : undefined;
}

function raised(error: unknown, worker: string): Outcome {
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

/** Python's truth: empty lists and objects are false too. */
function isTruthy(value: unknown): boolean {
  if (value === null || typeof value !== "object") return Boolean(value);
  return Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0;
}

/** Python's `repr`, which is what `str()` writes for anything inside a dictionary. */
export function repr(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "string") {
    const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
    const escaped = value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r")
      .replaceAll("\t", "\\t").replaceAll(quote, `\\${quote}`);
    return quote + escaped + quote;
  }
  if (Array.isArray(value)) return `[${value.map(repr).join(", ")}]`;
  if (typeof value === "object") {
    return `{${Object.entries(value).map(([key, item]) => `${repr(key)}: ${repr(item)}`).join(", ")}}`;
  }
  return String(value);
}
