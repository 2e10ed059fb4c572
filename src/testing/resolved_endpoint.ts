import type { EmulatedBehavior } from "./behavior.ts";
import { hash } from "./common/hash.ts";
import type { EmulatedEndpoint, EmulatedTiming } from "./endpoint_options.ts";

/** The settings of an endpoint with all defaults filled in: what its jobs and workers need to know of it. */
export interface ResolvedEndpoint {
  readonly id: string;
  readonly config: EmulatedEndpoint;
  readonly timing: Required<EmulatedTiming>;
  readonly behavior: EmulatedBehavior;
  /** The id of its imitated worker. */
  readonly workerId: string;
}

/** Fills in the defaults of an endpoint. */
export function resolveEndpoint(
  id: string,
  config: EmulatedEndpoint,
  timing: EmulatedTiming | undefined,
  behavior: EmulatedBehavior,
): ResolvedEndpoint {
  return {
    id,
    config,
    timing: {
      coldStartMillis: config.coldStartMillis ?? timing?.coldStartMillis ?? 0,
      runMillis: config.runMillis ?? timing?.runMillis ?? 0,
      tokenMillis: config.tokenMillis ?? timing?.tokenMillis ?? 0,
      idleTimeoutMillis: config.idleTimeoutMillis ?? timing?.idleTimeoutMillis ?? 5_000,
    },
    behavior,
    workerId: hash(`worker ${id}`).toString(36).padStart(7, "w") + hash(id).toString(36).padStart(7, "k"),
  };
}
