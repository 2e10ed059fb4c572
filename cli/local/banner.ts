import type { LocalOptions } from "./options.ts";

/** What the first lines tell. */
export interface BannerOptions {
  options: LocalOptions;
  baseUrl: string;
  key: string;
  /** The code that opens the page once. */
  code: string;
}

/** The first lines: where everything is, and what an app and a worker need. The key is in them once. */
export function banner({ options, baseUrl, key, code }: BannerOptions): string {
  const { workers, endpoints, models, maxWorkers, scaling, envFiles } = options;
  const count = scaling === undefined ? maxWorkers : `0 to ${maxWorkers}`;
  const own = [
    ...[...workers].map(([id, command]) => `  ${id}   ${count} × ${command}`),
    ...[...endpoints].map((id) => `  ${id}   workers that you start yourself`),
    ...[...models].map(([id, url]) => `  ${id}   ${url.href}, as ${baseUrl}/lb/${id}/v1`),
  ];
  return `Runpod runs on this machine at ${baseUrl}

Page (the link works once, later the page asks for the key):
  ${baseUrl}/#open=${code}

Your app needs:
  RUNPOD_API_KEY=${key}
  RUNPOD_ENDPOINT_BASE_URL=${baseUrl}/v2

Endpoints:
${own.length === 0 ? "" : `${own.join("\n")}\n`}  and Runpod's public endpoints as an emulation
${own.length === 0 ? '\nAdd your own with --worker "NAME=python handler.py".\n' : ""}${
    envFiles.length === 0 ? "" : `\nWritten: ${envFiles.map(({ file }) => file).join(", ")}\n`
  }
`;
}
