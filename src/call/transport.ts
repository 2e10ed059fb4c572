/**
 * How the calls of a model travel: as jobs, or over an OpenAI-compatible route.
 *
 * @module
 */
import type { Endpoint } from "../http/endpoint.ts";
import type { Modality, ModalityTypes, Route } from "./modality.ts";

/** Names the transport: what the settings say (a worker takes jobs), else what the modality prefers, or its route. */
export function transportOf<K extends ModalityTypes>(
  { routes = {}, defaultTransport = "queue" }: Modality<K>,
  { root }: Endpoint,
  { transport, worker }: K["settings"],
): string {
  const [firstRoute = "queue"] = Object.keys(routes);
  return transport ?? (worker !== undefined ? "queue" : root === undefined ? firstRoute : defaultTransport);
}

/** The route that the calls of a model take; absent where they become jobs. */
export function routeOf<K extends ModalityTypes>(
  modality: Modality<K>,
  endpoint: Endpoint,
  settings: K["settings"],
): Route<K> | undefined {
  return modality.routes?.[transportOf(modality, endpoint, settings)];
}
