import type { WorkerPool } from "./pool.ts";

/** The secret that the workers of a pool send. */
export function tokenOf(pool: WorkerPool): string {
  return pool.token ??= `worker_${crypto.randomUUID().replaceAll("-", "")}`;
}

/** Whether a request comes from a worker of the pool. The token is the whole `Authorization` header, or in the URL. */
export function hasToken(pool: WorkerPool, authorization: string | null, url: URL): boolean {
  const token = tokenOf(pool);
  return authorization === token || url.searchParams.get("token") === token;
}
