import { chmodSync, existsSync, writeFileSync } from "node:fs";

/** Environment variables. */
export type Environment = Record<string, string>;

/** What an app needs to use this Runpod in place of the real one. */
export function appEnvironment(baseUrl: string, key: string): Environment {
  return { RUNPOD_API_KEY: key, RUNPOD_ENDPOINT_BASE_URL: `${baseUrl}/v2` };
}

/** Writes variables into a file that only its owner may read, in the format of `docker run --env-file`. */
export function writeEnvironment(file: string, environment: Environment): void {
  // The mode of writeFile is only for new files.
  if (existsSync(file)) chmodSync(file, 0o600);
  const lines = Object.entries(environment).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(file, lines.join(""), { mode: 0o600 });
}
