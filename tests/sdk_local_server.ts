/**
 * The local server of Runpod's worker SDK (`handler.py --rp_serve_api`), as the emulator answers for it.
 *
 * @module
 */
import { createRunpodEmulator, type EmulatedHandler } from "@runpod/ai-sdk-provider/testing";

/** What the worker's handler does with an input: a value, or a list of yields where it is a generator. */
export interface LocalHandler {
  isGenerator?: boolean;
  run: (input: Record<string, unknown>) => Promise<unknown> | unknown;
}

/** Serves a handler. `ran` has the input of each run of the handler, in order. */
export function sdkLocalServer({ isGenerator = false, run }: LocalHandler) {
  const ran: Array<Record<string, unknown>> = [];
  const perform = (input: Record<string, unknown>) => {
    ran.push(input);
    return run(input);
  };
  const generator: EmulatedHandler = async function* (input) {
    yield* await perform(input) as unknown[];
  };
  /** The requests so far, such as `POST /status/ID`. */
  const requests: string[] = [];
  const { fetch } = createRunpodEmulator({
    endpoints: { local: { worker: isGenerator ? generator : perform, sdkServer: true } },
    intercept: ({ method, url }, next) => {
      requests.push(`${method} ${new URL(url).pathname.replace(/test-[\w-]+/, "ID")}`);
      return next();
    },
  });
  return { fetch, ran, requests };
}
