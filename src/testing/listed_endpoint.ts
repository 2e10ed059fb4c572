import type { EmulatedEndpoint } from "./endpoint_options.ts";
import { publicEndpoints } from "./public_endpoints/all.ts";
import { exampleInput } from "./workers/example_input.ts";

/** An endpoint of an emulator, as a list shows it. */
export interface ListedEndpoint {
  /** The endpoint's id. */
  readonly id: string;
  /** What runs its jobs, as in `EmulatedEndpoint`; `"handler"` is the caller's own function. */
  readonly worker: Extract<EmulatedEndpoint["worker"], string> | "handler";
  /** Whether it stands for one of Runpod's public endpoints. */
  readonly isPublic: boolean;
  /** An `input` that its worker accepts; undefined if the emulator does not know the worker. */
  readonly example?: Readonly<Record<string, unknown>>;
}

/** Describes an endpoint. */
export function listedEndpoint(id: string, config: EmulatedEndpoint): ListedEndpoint {
  return {
    id,
    worker: typeof config.worker === "string" ? config.worker : "handler",
    isPublic: Object.hasOwn(publicEndpoints, id) && publicEndpoints[id] === config,
    example: exampleInput(config),
  };
}
