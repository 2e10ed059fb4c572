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
  | "custom"
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
  /** The path of the model server, for `openai` and `custom`. */
  path?: string;
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

/**
 * Reads the target from a URL. Runpod's paths work on any origin and behind any prefix, as behind a proxy.
 *
 * A load balancer is at `ID.api.runpod.ai`, at `ID.localhost`, and at `/lb/ID/` of any origin.
 */
export function routeOf(url: URL): Route {
  const file = url.pathname.match(
    /^(image|video|audio)\.runpod\.ai$/.test(url.hostname) ? FILE_PATH : LOCAL_FILE_PATH,
  );
  if (file) return { operation: "file", host: "gateway", jobId: file[1], file: decode(file[2]) };

  const runpodBalancer = url.hostname.match(/^([^.]+)\.api\.runpod\.ai$/)?.[1];
  if (runpodBalancer !== undefined) return balancerRoute(runpodBalancer, url.pathname);
  const balanced = url.pathname.match(/^\/lb\/([^/]+)(\/.*)$/);
  if (balanced) return balancerRoute(decode(balanced[1]), balanced[2]);
  const queued = url.pathname.match(/^.*?\/v2\/([^/]+)\/(.+?)\/?$/);
  if (queued) return queueRoute(decode(queued[1]), queued[2].split("/"));
  const localBalancer = url.hostname.match(/^([^.]+)\.localhost$/)?.[1];
  if (localBalancer !== undefined) return balancerRoute(localBalancer, url.pathname);
  return serverRoute("server", undefined, url.pathname.match(/\/v1\/.+$/)?.[0] ?? url.pathname);
}

function queueRoute(endpoint: string, [operation, ...rest]: string[]): Route {
  const host = "gateway";
  if (operation === "openai" && rest[0] === "v1" && rest.length > 1) {
    return serverRoute(host, endpoint, `/${rest.join("/")}`);
  }
  if (endpointOperations.has(operation) && rest.length === 0) {
    return { operation: operation as EmulatedOperation, host, endpoint };
  }
  if (jobOperations.has(operation) && rest.length === 1) {
    return { operation: operation as EmulatedOperation, host, endpoint, jobId: decode(rest[0]) };
  }
  if (workerOperations.has(operation) && rest.length === 1) {
    return { operation: operation as EmulatedOperation, host: "worker", endpoint, workerId: decode(rest[0]) };
  }
  if (reportOperations.has(operation) && rest.length === 2) {
    const [workerId, jobId] = rest.map(decode);
    return { operation: operation as EmulatedOperation, host: "worker", endpoint, workerId, jobId };
  }
  return { operation: "unknown", host, endpoint };
}

/** A load balancer checks by `/ping` whether its worker is healthy; every other path is the worker's own. */
function balancerRoute(endpoint: string, path: string): Route {
  return serverRoute("balancer", endpoint, path);
}

function serverRoute(host: Route["host"], endpoint: string | undefined, path: string): Route {
  const route = path.match(/^\/v1\/(.+)$/)?.[1] ?? path.match(UNVERSIONED)?.[1];
  return route === undefined
    ? { operation: "custom", host, endpoint, path }
    : { operation: "openai", host, endpoint, route, path };
}

/** A job and the name of its file, perhaps after the month, which is the name of the worker's bucket. */
const FILE_PATH = /^\/(?:\d\d-\d\d\/)?([^/]+)\/([^/]+)$/;
const LOCAL_FILE_PATH = /^\/files\/(?:\d\d-\d\d\/)?([^/]+)\/([^/]+)$/;

/** Routes that vLLM also has without a version, or under another one. */
const UNVERSIONED = /\/(rerank|score)$/;

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
