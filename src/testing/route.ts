/** The operation that a request asks for. */
export type EmulatedOperation =
  | "run"
  | "runsync"
  | "status"
  | "status-sync"
  | "stream"
  | "cancel"
  | "retry"
  | "purge-queue"
  | "health"
  | "openai"
  | "job-take"
  | "job-take-batch"
  | "job-done"
  | "job-stream"
  | "job-stop"
  | "ping"
  | "file"
  | "unknown";

/** The target of a request. */
export interface Route {
  operation: EmulatedOperation;
  /**
   * What answers: the gateway of the queue for clients or for workers, a load balancer in front of a worker, or a model
   * server by itself.
   */
  host: "gateway" | "worker" | "balancer" | "server";
  endpoint?: string;
  /** The path after `/v1/`, for `openai`. */
  route?: string;
  jobId?: string;
  /** The id of the worker that sends the request, for the operations of workers. */
  workerId?: string;
  /** The name of a job's file, for `file`. */
  file?: string;
}

const jobOperations = new Set(["status", "status-sync", "stream", "cancel", "retry"]);
const endpointOperations = new Set(["run", "runsync", "purge-queue", "health"]);
const workerOperations = new Set(["job-take", "job-take-batch", "job-stop", "ping"]);
const reportOperations = new Set(["job-done", "job-stream"]);

/** Reads the target from a URL. Runpod's paths work on any origin and behind any prefix, as behind a proxy. */
export function routeOf(url: URL): Route {
  const file = url.pathname.match(
    /^(image|video|audio)\.runpod\.ai$/.test(url.hostname) ? /^\/([^/]+)\/([^/]+)$/ : /^\/files\/([^/]+)\/([^/]+)$/,
  );
  if (file) return { operation: "file", host: "gateway", jobId: file[1], file: decode(file[2]) };

  const balanced = url.hostname.match(/^([^.]+)\.api\.runpod\.ai$/)?.[1];
  if (balanced !== undefined) {
    const route = url.pathname.match(/^\/v1\/(.+)$/)?.[1] ?? shortRouteOf(url);
    return { operation: route ? "openai" : "unknown", host: "balancer", endpoint: balanced, route };
  }

  const queued = url.pathname.match(/^.*?\/v2\/([^/]+)\/(.+?)\/?$/);
  if (queued) {
    const endpoint = decode(queued[1]);
    const [operation, ...rest] = queued[2].split("/");
    if (operation === "openai" && rest[0] === "v1" && rest.length > 1) {
      return { operation: "openai", host: "gateway", endpoint, route: rest.slice(1).join("/") };
    }
    if (endpointOperations.has(operation) && rest.length === 0) {
      return { operation: operation as EmulatedOperation, host: "gateway", endpoint };
    }
    if (jobOperations.has(operation) && rest.length === 1) {
      return { operation: operation as EmulatedOperation, host: "gateway", endpoint, jobId: decode(rest[0]) };
    }
    if (workerOperations.has(operation) && rest.length === 1) {
      return { operation: operation as EmulatedOperation, host: "worker", endpoint, workerId: decode(rest[0]) };
    }
    if (reportOperations.has(operation) && rest.length === 2) {
      const [workerId, jobId] = rest.map(decode);
      return { operation: operation as EmulatedOperation, host: "worker", endpoint, workerId, jobId };
    }
    return { operation: "unknown", host: "gateway", endpoint };
  }

  const route = url.pathname.match(/^.*?\/v1\/(.+)$/)?.[1] ?? shortRouteOf(url);
  return { operation: route ? "openai" : "unknown", host: "server", route };
}

/** Routes that vLLM also has without a version, or under another one. */
function shortRouteOf({ pathname }: URL): string | undefined {
  return pathname.match(/\/(rerank|score)$/)?.[1];
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
